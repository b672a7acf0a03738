/** SIP over WebSocket (RFC 7118), for phones in browsers: a door whose connections carry one message a frame. */
import { createServer as createHttp } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Socket as Raw } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../../../lib/clock.ts'
import { plainAddress, type NetAddress } from '../../../lib/net/address.ts'
import type { StreamEndpoint } from '../../../lib/net/stream.ts'
import type { TcpServer, TcpServerOptions } from '../../../lib/net/tcp.ts'
import { acceptSocket } from '../../../lib/socket/server.ts'
import type { Socket } from '../../../lib/socket/socket.ts'

/** The largest SIP message, bytes. */
const largest = 131_072

export interface SipSocketOptions extends TcpServerOptions {
  readonly clock: Clock
}

export async function openSip(options: SipSocketOptions): Promise<TcpServer> {
  const { host, port, tls, clock, most, mostPerAddress, onConnection, onRefused } = options
  const inside = new Map<Duplex, string>()
  const refuse = (_: unknown, response: { writeHead(status: number): { end(): void } }) => response.writeHead(426).end()
  const server = tls ? createHttps({ cert: tls.cert, key: tls.key }, refuse) : createHttp(refuse)
  server.on('upgrade', (request, raw: Duplex, head: Buffer) => {
    const remote = addressOf(request.socket)
    const same = [...inside.values()].filter((one) => one === remote.address).length
    if (inside.size >= most || same >= mostPerAddress) {
      onRefused?.(remote.address)
      raw.destroy()
      return
    }
    inside.set(raw, remote.address)
    raw.once('close', () => inside.delete(raw))
    try {
      const socket = acceptSocket(request, raw, head, { clock, protocols: ['sip'], maxPayload: largest })
      onConnection(new SocketStream(socket, localOf(request.socket), remote))
    } catch {
      raw.destroy() // no handshake: whoever it was has been told
    }
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ host, port, exclusive: true }, resolve)
  await promise
  // Listening on an address, a server has one.
  const at = server.address() as AddressInfo
  return {
    local: { address: plainAddress(at.address), port: at.port },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((done) => void server.close(() => done()))
      for (const raw of inside.keys()) raw.destroy()
      server.closeAllConnections()
      await closed
    },
  }
}

function localOf(socket: Raw): NetAddress {
  return { address: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 }
}

function addressOf(socket: Raw): NetAddress {
  return { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }
}

/** A WebSocket that looks like a stream, each of whose pieces is a whole message. */
class SocketStream implements StreamEndpoint {
  readonly local: NetAddress
  readonly remote: NetAddress
  readonly peerNames = undefined
  readonly #socket: Socket

  constructor(socket: Socket, local: NetAddress, remote: NetAddress) {
    this.#socket = socket
    this.local = local
    this.remote = remote
  }

  send(bytes: Uint8Array): boolean {
    if (!this.#socket.open) return false
    this.#socket.send(bytes, false)
    return true
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#socket.onMessage(({ data }) => listener(data))
  }

  onClosed(listener: (why: string) => void): void {
    this.#socket.onClose(({ code, reason }) => listener(reason === '' ? `the WebSocket was closed (${code})` : reason))
  }

  close(why: string): void {
    this.#socket.close(1000, why)
  }

  [Symbol.dispose](): void {
    this.close('closed')
  }
}
