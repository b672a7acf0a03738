import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { VirtualClock } from '../clock.ts'
import { seededIds } from '../ids.ts'
import { createHttpClient } from './client.ts'
import { createGuard } from './guard.ts'

/** A server that only counts who comes, and a client on a clock of the test's. */
async function start() {
  const open = new Set<Socket>()
  let came = 0
  let left = () => undefined as void
  const server = createServer((socket) => {
    came++
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      open.delete(socket)
      left()
    })
    socket.on('data', () => socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/v1`
  const clock = new VirtualClock()
  const guard = createGuard({ allowHosts: ['127.0.0.0/8'] })
  const client = createHttpClient({ clock, guard, ids: seededIds('doors') })
  onTestFinished(async () => {
    await client.close()
    server.close()
  })
  const gone = () => new Promise<void>((resolve) => (left = resolve))
  return { url, clock, client, open, gone, came: () => came }
}

test('a connection is open before the request, and the request takes it', async () => {
  const { url, client, came } = await start()
  await client.warm(url)
  expect((await client.request({ method: 'POST', url })).status).toBe(204)
  expect(came()).toBe(1)
  await client.request({ method: 'POST', url })
  expect(came()).toBe(2)
})

test('each is taken once, and no more wait than can be of use', async () => {
  const { url, client, came } = await start()
  for (let at = 0; at < 20; at++) await client.warm(url)
  const asked = Array.from({ length: 16 }, () => client.request({ method: 'POST', url }))
  await Promise.all(asked)
  expect(came()).toBe(16)
})

test('one that nobody took is closed after a while, and one that the server closed is not used', async () => {
  const { url, clock, client, open, gone, came } = await start()
  await client.warm(url)
  const closed = gone()
  await clock.advanceAsync(30_000)
  await closed
  await client.warm(url)
  const hungUp = gone()
  for (const socket of open) socket.destroy()
  await hungUp
  await vi.waitFor(() => expect(clock.pending).toBe(0))
  expect((await client.request({ method: 'POST', url })).status).toBe(204)
  expect(came()).toBe(3)
})

test('closing the client closes them', async () => {
  const { url, clock, client, gone } = await start()
  await client.warm(url)
  const closed = gone()
  await client.close()
  await closed
  expect(clock.pending).toBe(0)
})

test('none is opened where no request may go', async () => {
  const { client } = await start()
  await expect(client.warm('http://169.254.169.254/')).rejects.toMatchObject({ code: 'url.blocked' })
  await expect(client.warm('no address')).rejects.toMatchObject({ code: 'url.invalid' })
  await expect(client.warm('http://127.0.0.1:9/')).rejects.toThrow('ECONNREFUSED')
})
