/** Frames on a real connection, whose kernel may not take them at once. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { FrameWriter, opcodes } from './frame.ts'

test('frames keep their bytes on a connection whose reader is slow', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // of a TCP listener
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const reader = connect(port, '127.0.0.1').pause()
  const to = await accepted
  const writer = new FrameWriter(to)
  const frames = 20_000
  // Far more than the kernel takes: most of them wait in our own buffers.
  for (let index = 0; index < frames; index++) writer.write(opcodes.binary, Buffer.alloc(1000, index))
  expect(to.writableLength).toBeGreaterThan(1 << 20)
  to.end()
  const all = Buffer.concat(await Array.fromAsync<Buffer>(reader))
  expect(all).toHaveLength(frames * 1004)
  for (let index = 0; index < frames; index++) expect(all[index * 1004 + 4 + (index % 1000)]).toBe(index & 255)
  server.close()
})
