/** A connection that the server ends in the very moment in which the pool lends it. */
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { openPostgres } from './postgres.ts'

/** Letter, length, body. */
function message(letter: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(letter)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const welcome = message('R', Buffer.alloc(4))
const ready = message('Z', Buffer.from('I'))
const dismissed = message('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0'))

test('is an error of the statement, and no end of the process', async () => {
  let connections = 0
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    // One packet: the client hears that it is ready and that it is over in one turn.
    socket.once('data', () => socket.end(Buffer.concat([welcome, ready, dismissed])))
    connections++
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server has one while it listens
  const uncaught: unknown[] = []
  const note = (error: unknown) => void uncaught.push(error)
  process.prependListener('uncaughtException', note)
  const driver = openPostgres({ url: `postgresql://me:word@127.0.0.1:${port}/db`, onIdleError: () => undefined })
  try {
    await expect(driver.transaction(async (run) => run('select 1', []))).rejects.toThrow(/connection|not queryable/i)
    await expect(driver.run('select 1', [])).rejects.toThrow(/connection|not queryable/i)
    expect(connections).toBeGreaterThanOrEqual(2)
    expect(uncaught).toEqual([])
  } finally {
    process.removeListener('uncaughtException', note)
    await driver[Symbol.asyncDispose]()
    server.close()
  }
})
