/** Real WebSockets on loopback: the contract, and what only a network does. */
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { realClock, settle, VirtualClock } from '../clock.ts'
import { createGuard } from '../http/guard.ts'
import { Scope } from '../scope.ts'
import type { ConnectOptions } from './client.ts'
import { connectSocket } from './client.ts'
import { describeSocket } from './contract.ts'
import type { AcceptOptions } from './server.ts'
import { acceptSocket, refuseUpgrade } from './server.ts'
import type { Socket, SocketClose } from './socket.ts'

let scope: Scope
beforeEach(() => void (scope = new Scope('test')))
afterEach(() => scope.close())

const guard = createGuard({ allowHosts: ['127.0.0.1'] })

async function listen(upgrade: (request: IncomingMessage, raw: Duplex, head: Buffer) => void): Promise<number> {
  const server = createServer((_, response) => response.writeHead(404).end())
  const raws = new Set<Duplex>()
  server.on('upgrade', (request, raw, head) => {
    raws.add(raw)
    upgrade(request, raw, head)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.defer(() => {
    for (const raw of raws) raw.destroy()
    return new Promise((resolve) => (server.close(resolve), server.closeAllConnections()))
  })
  const { port } = server.address() as AddressInfo // A TCP listener has an address of this shape.
  return port
}

interface PairOptions {
  readonly accept?: Partial<AcceptOptions>
  readonly connect?: Partial<ConnectOptions>
}

/** The client's end and the server's. */
async function pair({ accept = {}, connect: connectOptions = {} }: PairOptions = {}): Promise<
  readonly [Socket, Socket]
> {
  const { promise, resolve } = Promise.withResolvers<Socket>()
  const port = await listen((...upgrade) => resolve(acceptSocket(...upgrade, { clock: realClock, ...accept })))
  const client = await connectSocket({
    url: `ws://127.0.0.1:${port}/media`,
    clock: realClock,
    guard,
    ...connectOptions,
  })
  return [client, await promise]
}

const closeOf = (socket: Socket) => new Promise<SocketClose>((resolve) => void socket.onClose(resolve))

describeSocket('client to server', ({ protocol, ...options } = {}) => {
  const protocols = protocol ? [protocol] : []
  return pair({ accept: { ...options, protocols }, connect: { ...options, protocols } })
})

describeSocket('server to client', async ({ protocol, ...options } = {}) => {
  const protocols = protocol ? [protocol] : []
  const [client, server] = await pair({ accept: { ...options, protocols }, connect: { ...options, protocols } })
  return [server, client]
})

/** A client that speaks WebSocket by hand. */
async function byHand(options: Partial<AcceptOptions> = {}) {
  const { promise, resolve } = Promise.withResolvers<Socket>()
  const port = await listen((...upgrade) => resolve(acceptSocket(...upgrade, { clock: realClock, ...options })))
  const raw = connect(port, '127.0.0.1')
  scope.defer(() => raw.destroy())
  raw.on('error', () => undefined)
  const head = ['GET / HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  raw.write([...head, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', '', ''].join('\r\n'))
  return { raw, socket: await promise }
}

/** A masked frame with a key of zeros: the payload stands as it is. */
const frame = (first: number, payload: readonly number[]) =>
  Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0, ...payload])

describe('a peer that breaks the protocol', () => {
  test.each([
    ['invalid UTF-8', frame(0x81, [0xc3, 0x28]), 1007, 'invalid UTF-8'],
    ['an unknown opcode', frame(0x83, []), 1002, 'protocol error'],
    ['reserved bits', frame(0xc1, [65]), 1002, 'protocol error'],
    ['no mask', Buffer.from([0x81, 1, 65]), 1002, 'protocol error'],
    [
      'a length of 2^63',
      Buffer.from([0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]),
      1009,
      'message too large',
    ],
    ['a close code that may not be sent', frame(0x88, [0x03, 0xee]), 1002, 'protocol error'],
  ])('by %s is closed with its code', async (_, bytes, code, reason) => {
    const { raw, socket } = await byHand()
    let received = 0
    socket.onMessage(() => void received++)
    const replied = new Promise<Buffer>((resolve) => {
      let all = Buffer.alloc(0)
      raw.on('data', (chunk: Buffer) => {
        all = Buffer.concat([all, chunk])
        const at = all.indexOf('\r\n\r\n')
        if (at >= 0 && all.length >= at + 8) resolve(all.subarray(at + 4))
      })
    })
    raw.write(bytes)
    const reply = await replied
    expect([reply[0], reply.readUInt16BE(2)]).toEqual([0x88, code])
    raw.end()
    expect(await closeOf(socket)).toMatchObject({ code, reason, by: 'us', error: expect.any(Error) })
    expect(received).toBe(0)
  })

  test('but answers our close ends it at once, even if we never listened', async () => {
    const [client, server] = await pair({ connect: { closeTimeout: 60_000 } })
    server.onMessage(() => undefined)
    client.close(4000)
    expect(await closeOf(client)).toMatchObject({ code: 4000, by: 'us' })
  })

  test('by silence after our close is cut off', async () => {
    const { socket } = await byHand({ closeTimeout: 20 })
    socket.close(4000, 'bye')
    expect(await closeOf(socket)).toEqual({ code: 4000, reason: 'bye', by: 'us' })
  })

  test('by resetting the connection is 1006 by the network', async () => {
    const { raw, socket } = await byHand()
    socket.onMessage(() => undefined)
    raw.resetAndDestroy()
    expect(await closeOf(socket)).toMatchObject({ code: 1006, by: 'network' })
  })

  test('by closing without a code is 1005', async () => {
    const { raw, socket } = await byHand()
    socket.onMessage(() => undefined)
    raw.write(frame(0x88, []))
    expect(await closeOf(socket)).toEqual({ code: 1005, reason: '', by: 'peer' })
  })
})

describe('pings', () => {
  test('keep a living peer', async () => {
    const clock = new VirtualClock()
    const [client, server] = await pair({ accept: { clock, pingEvery: 1000 } })
    client.onMessage(() => undefined)
    server.onMessage(() => undefined)
    for (let round = 0; round < 5; round++) {
      clock.advance(1000)
      // Only the pong can tell that the client lives; a busy machine may need a few turns to carry it.
      await realClock.sleep(20)
      await settle()
    }
    expect(server.open).toBe(true)
    client.close()
    await closeOf(server)
    expect(clock.pending).toBe(0)
  })

  test('find a dead one', async () => {
    const clock = new VirtualClock()
    const { socket } = await byHand({ clock, pingEvery: 1000 })
    socket.onMessage(() => undefined)
    clock.advance(1000)
    expect(socket.open).toBe(true)
    clock.advance(1000)
    expect(await closeOf(socket)).toMatchObject({
      code: 1006,
      by: 'us',
      reason: 'peer silent for 1000 ms after a ping',
    })
    expect(clock.pending).toBe(0)
  })

  test('blame nobody while nobody listens', async () => {
    const clock = new VirtualClock()
    const { socket } = await byHand({ clock, pingEvery: 1000 })
    clock.advance(10_000)
    expect(socket.open).toBe(true)
    socket.onMessage(() => undefined)
    clock.advance(1000)
    expect(socket.open).toBe(true)
    clock.advance(1000)
    expect((await closeOf(socket)).code).toBe(1006)
  })
})

describe('a peer that does not read', () => {
  test('congests, is counted, and drains when it reads', async () => {
    const { raw, socket } = await byHand({ highWater: 100_000, hardCap: 1 << 30 })
    raw.pause()
    const seen: string[] = []
    socket.onCongestion(() => void seen.push('congested'))
    const drained = new Promise<void>((resolve) => void socket.onDrain(resolve))
    const chunk = Buffer.alloc(64 << 10)
    while (socket.send(chunk));
    expect(seen).toEqual(['congested'])
    expect(socket.bufferedBytes).toBeGreaterThan(100_000)
    raw.resume()
    await drained
    expect([socket.counts.congestions, socket.send('go on')]).toEqual([1, true])
    raw.destroy()
    await closeOf(socket)
  })

  test('is closed with 1013 above the hard cap, and let go of soon', async () => {
    const { raw, socket } = await byHand({ highWater: 1000, hardCap: 1 << 20, closeTimeout: 50 })
    raw.pause()
    const chunk = Buffer.alloc(256 << 10)
    for (let at = 0; at < 500 && socket.open; at++) socket.send(chunk)
    expect(await closeOf(socket)).toMatchObject({ code: 1013, by: 'us', reason: /bytes wait for a peer/ })
  })
})

const options = (port: number, more: Partial<ConnectOptions> = {}): ConnectOptions => ({
  url: `ws://127.0.0.1:${port}/media/secret?token=abc`,
  clock: realClock,
  guard,
  ...more,
})

describe('connecting', () => {
  test('sends its headers and offers its subprotocols', async () => {
    const { promise, resolve } = Promise.withResolvers<IncomingMessage>()
    const port = await listen((request, raw, head) => {
      resolve(request)
      acceptSocket(request, raw, head, { clock: realClock, protocols: ['b', 'a'] })
    })
    const socket = await connectSocket(options(port, { headers: { authorization: 'Bearer x' }, protocols: ['a', 'b'] }))
    const { headers } = await promise
    expect([headers.authorization, headers['sec-websocket-protocol'], socket.protocol]).toEqual([
      'Bearer x',
      'a,b',
      'b',
    ])
    expect(headers['sec-websocket-extensions']).toBeUndefined()
    socket.terminate()
  })

  test('does not lose what the server says with its first breath', async () => {
    const port = await listen((...upgrade) => {
      const socket = acceptSocket(...upgrade, { clock: realClock })
      socket.send('hello')
      socket.close(4000, 'that is all')
    })
    const socket = await connectSocket(options(port))
    await realClock.sleep(10)
    const seen: string[] = []
    socket.onMessage(({ data }) => void seen.push(String(data)))
    expect([(await closeOf(socket)).code, seen]).toEqual([4000, ['hello']])
  })

  test('is refused with the status and words of the server', async () => {
    const body = '{"error":"Incorrect API key sk-0123456789abcdef0123"}'
    const port = await listen((_, raw) => refuseUpgrade(raw, 401, { body, headers: { 'www-authenticate': 'Bearer' } }))
    await expect(connectSocket(options(port))).rejects.toMatchObject({
      code: 'socket.refused',
      retryable: false,
      status: 401,
      said: '{"error":"Incorrect API key [redacted]"}',
      message: `ws://127.0.0.1:${port}/media/[redacted]?token=[redacted] answered HTTP 401 instead of opening`,
    })
    const busy = await listen((_, raw) => refuseUpgrade(raw, 503))
    await expect(connectSocket(options(busy))).rejects.toMatchObject({
      status: 503,
      retryable: true,
      said: 'Service Unavailable\n',
    })
  })

  test('follows no redirect', async () => {
    const port = await listen((_, raw) => refuseUpgrade(raw, 302, { headers: { location: 'ws://10.0.0.1/' } }))
    await expect(connectSocket(options(port))).rejects.toMatchObject({ code: 'socket.refused', status: 302 })
  })

  test('times out when nothing answers', async () => {
    const clock = new VirtualClock()
    const { promise: arrived, resolve } = Promise.withResolvers<void>()
    const port = await listen(() => resolve())
    const connecting = connectSocket(options(port, { clock, handshakeTimeout: 3000 }))
    await arrived
    clock.advance(3000)
    await expect(connecting).rejects.toMatchObject({ code: 'socket.timeout', message: /did not open within 3000 ms$/ })
    expect(clock.pending).toBe(0)
  })

  test('once open, is bound by neither the handshake time nor the signal', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const [client] = await pair({ connect: { clock, handshakeTimeout: 3000, pingEvery: 0, signal: controller.signal } })
    expect(clock.pending).toBe(0)
    controller.abort('hung up')
    clock.advance(10_000)
    expect(client.open).toBe(true)
    client.terminate()
  })

  test('gives up with the reason of its signal, before and during', async () => {
    const controller = new AbortController()
    const { promise: arrived, resolve } = Promise.withResolvers<void>()
    const port = await listen(() => resolve())
    const connecting = connectSocket(options(port, { signal: controller.signal }))
    await arrived
    controller.abort('hung up')
    await expect(connecting).rejects.toBe('hung up')
    await expect(connectSocket(options(port, { signal: controller.signal }))).rejects.toBe('hung up')
  })

  test('to nobody is unreachable; to a server that talks nonsense is refused', async () => {
    const port = await listen(
      (_, raw) => void raw.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    )
    await expect(connectSocket(options(port))).rejects.toMatchObject({
      code: 'socket.refused',
      message: /Sec-WebSocket-Accept/,
    })
    await scope.close()
    scope = new Scope('test')
    await expect(connectSocket(options(port))).rejects.toMatchObject({
      code: 'socket.unreachable',
      message: /ECONNREFUSED/,
    })
  })

  test('is guarded, for addresses and for names', async () => {
    const port = await listen((_, raw) => raw.destroy())
    const closed = createGuard({ resolve: async () => ['127.0.0.1'] })
    for (const host of ['127.0.0.1', 'inner.example'])
      await expect(connectSocket(options(port, { guard: closed, url: `ws://${host}:${port}/` }))).rejects.toMatchObject(
        { code: 'url.blocked' },
      )
    await expect(connectSocket(options(port, { url: 'ftp://127.0.0.1/' }))).rejects.toMatchObject({
      code: 'url.blocked',
    })
    await expect(connectSocket(options(port, { url: 'nonsense' }))).rejects.toMatchObject({ code: 'url.invalid' })
  })
})

describe('accepting', () => {
  test('refuses what is no handshake, and tells the peer', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const port = await listen((...upgrade) => {
      try {
        acceptSocket(...upgrade, { clock: realClock })
      } catch (error) {
        resolve(error)
      }
    })
    const raw = connect(port, '127.0.0.1')
    raw.write(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n',
    )
    const reply = Buffer.concat(await Array.fromAsync(raw)).toString()
    expect(reply).toMatch(/^HTTP\/1\.1 400 /)
    expect(await promise).toMatchObject({ code: 'socket.refused', status: 400 })
  })

  test('refusing survives a peer that is gone, and headers cannot be split', async () => {
    const port = await listen((_, raw) => {
      refuseUpgrade(raw, 429, { headers: { 'retry-after': '1\r\nx-evil: 1' } })
    })
    const raw = connect(port, '127.0.0.1')
    raw.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    const reply = Buffer.concat(await Array.fromAsync(raw)).toString()
    expect(reply).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/)
    expect(reply).toContain('retry-after: 1 x-evil: 1\r\n')
    expect(reply).toMatch(/\r\n\r\nToo Many Requests\n$/)
  })
})
