/** Takes over an HTTP upgrade as a WebSocket, or turns it away as HTTP. */
import type { IncomingMessage } from 'node:http'
import { STATUS_CODES } from 'node:http'
import { Socket as Connection } from 'node:net'
import type { Duplex } from 'node:stream'
import { LibError } from '../failure.ts'
import { acceptance, readHandshake } from './handshake.ts'
import { ServerTransport } from './server-transport.ts'
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
  const { clock, protocols = [] } = options
  const offer = readHandshake(request)
  if (typeof offer === 'string') {
    refuseUpgrade(raw, 400, { headers: { 'sec-websocket-version': '13' }, body: `${offer}\n` })
    throw new LibError('socket.refused', `the request is not a valid WebSocket handshake: ${offer}`, { status: 400 })
  }
  const protocol = protocols.find((known) => offer.protocols.has(known)) ?? ''
  if (raw instanceof Connection) raw.setTimeout(0).setNoDelay()
  raw.write(acceptance(offer.key, protocol))
  if (head.length > 0) raw.unshift(head)
  return new WireSocket(new ServerTransport(raw, { clock, maxPayload, closeTimeout, protocol }), options)
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
