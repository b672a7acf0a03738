/** Takes over an HTTP upgrade as a WebSocket, or turns it away as HTTP. */
import type { IncomingMessage } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import { LibError } from '../failure.ts'
import type { Socket, SocketOptions } from './socket.ts'
import { socketDefaults } from './socket.ts'
import { WireSocket } from './wire.ts'

export interface AcceptOptions extends SocketOptions {
  /** Subprotocols we speak, best first. Default: none is agreed on. */
  readonly protocols?: readonly string[]
}

/**
 * Completes the handshake and returns the open socket at once. Throws `socket.refused` when the request is no valid
 * handshake; the peer has been told by then.
 */
export function acceptSocket(request: IncomingMessage, raw: Duplex, head: Buffer, options: AcceptOptions): Socket {
  const { maxPayload, closeTimeout } = { ...socketDefaults, ...options }
  const { protocols = [] } = options
  // The options stand apart because the types of `ws` do not know `closeTimeout` yet.
  const settings = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    closeTimeout,
    handleProtocols: (offered: Set<string>) => protocols.find((protocol) => offered.has(protocol)) ?? false,
  }
  const server = new WebSocketServer(settings)
  let accepted: WebSocket | undefined
  server.handleUpgrade(request, raw, head, (ws) => (accepted = ws))
  if (!accepted) throw new LibError('socket.refused', 'the request is not a valid WebSocket handshake', { status: 400 })
  return new WireSocket(accepted, options, raw)
}

/** Answers an upgrade with an HTTP error and closes the connection. */
export function refuseUpgrade(
  raw: Duplex,
  status: number,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): void {
  const body = options.body ?? `${STATUS_CODES[status] ?? 'refused'}\n`
  const headers = {
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    ...options.headers,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value.replace(/[\r\n]+/g, ' ')}`)
  // A peer that is gone already needs no answer.
  raw.on('error', () => undefined)
  raw.once('finish', () => raw.destroy())
  raw.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`, ...lines, '', body].join('\r\n'))
}
