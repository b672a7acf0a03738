import { afterEach, describe, expect, test } from 'vitest'
import { selfSigned } from '../../../simulators/vendor/certificate.ts'
import { Scope } from '../scope.ts'
import { openStream, listenTcp, type TcpServerOptions } from './tcp.ts'
import type { StreamEndpoint } from './stream.ts'
import { openUdp } from './udp.ts'

let scope = new Scope('test')
afterEach(async () => {
  await scope.close()
  scope = new Scope('test')
})

async function serve(options: Partial<TcpServerOptions> = {}) {
  const inside: StreamEndpoint[] = []
  const server = scope.use(
    await listenTcp({
      ...{ host: '127.0.0.1', port: 0, most: 10, mostPerAddress: 10 },
      onConnection: (connection) => void inside.push(connection),
      ...options,
    }),
  )
  return { server, inside }
}

const once = (register: (listener: (bytes: Uint8Array) => void) => void): Promise<string> =>
  new Promise((resolve) => register((bytes) => resolve(Buffer.from(bytes).toString())))
const closed = (stream: StreamEndpoint): Promise<string> => new Promise((resolve) => stream.onClosed(resolve))
const { signal } = new AbortController()

describe('datagrams', () => {
  test('pass between two sockets, each knowing the other by its address', async () => {
    const one = scope.use(await openUdp({ host: '127.0.0.1', port: 0 }))
    const other = scope.use(await openUdp({ host: '127.0.0.1', port: 0 }))
    const heard = new Promise((resolve) =>
      other.onMessage((bytes, from) => resolve([Buffer.from(bytes).toString(), from])),
    )
    expect(one.send(Buffer.from('hello'), other.local)).toBe(true)
    expect(await heard).toEqual(['hello', one.local])
    expect(one.send(Buffer.from('hello'), { address: '::1', port: 9 })).toBe(false)
  })

  test('on a port that somebody has is refused with a reason', async () => {
    const one = scope.use(await openUdp({ host: '127.0.0.1', port: 0 }))
    await expect(openUdp({ host: '127.0.0.1', port: one.local.port })).rejects.toThrow(
      `UDP 127.0.0.1:${one.local.port} cannot be opened: the port is taken by another program`,
    )
  })
})

describe('connections', () => {
  test('carry bytes both ways and tell their end to both, once', async () => {
    const entered = Promise.withResolvers<StreamEndpoint>()
    const { server } = await serve({ onConnection: entered.resolve })
    const ours = await openStream({ to: server.local, signal })
    const theirs = await entered.promise
    expect(theirs.remote).toEqual(ours.local)
    const heard = once((listener) => theirs.onBytes(listener))
    ours.send(Buffer.from('INVITE'))
    expect(await heard).toBe('INVITE')
    const end = closed(theirs)
    ours.close('done')
    ours.close('again')
    expect([await closed(ours), await end]).toEqual(['done', 'the peer closed the connection'])
    expect(ours.send(Buffer.from('x'))).toBe(false)
  })

  test('beyond those allowed from one address are closed and told of', async () => {
    const refused = Promise.withResolvers<string>()
    const { server } = await serve({ mostPerAddress: 1, onRefused: refused.resolve })
    await openStream({ to: server.local, signal })
    const second = await openStream({ to: server.local, signal })
    expect(await refused.promise).toBe('127.0.0.1')
    await closed(second)
  })

  test('that nobody takes are refused with the address, or with the reason of whoever gave up', async () => {
    const { server } = await serve()
    await server[Symbol.asyncDispose]()
    const at = server.local
    await expect(openStream({ to: at, signal })).rejects.toThrow(`127.0.0.1:${at.port} cannot be reached`)
    await expect(openStream({ to: at, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })

  test('over TLS are believed by name, and the peer by the names of its certificate', async () => {
    const { cert, key } = selfSigned(Date.now())
    const entered = Promise.withResolvers<StreamEndpoint>()
    const { server } = await serve({ tls: { cert, key, ca: cert }, onConnection: entered.resolve })
    const stranger = openStream({ to: server.local, signal, serverName: '127.0.0.1' })
    await expect(stranger).rejects.toThrow('self-signed certificate')
    await openStream({ to: server.local, signal, serverName: '127.0.0.1', certificates: { cert, key, ca: cert } })
    expect((await entered.promise).peerNames?.length).toBeGreaterThan(0)
  })
})
