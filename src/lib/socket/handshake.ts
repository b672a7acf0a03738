/** The opening handshake of a WebSocket (RFC 6455, 4.2), the server's side of it. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export interface Offer {
  readonly key: string
  /** As the client prefers them. */
  readonly protocols: ReadonlySet<string>
}

/** 16 bytes in base64. */
const keyShape = /^[+/0-9A-Za-z]{22}==$/
/** A token of HTTP (RFC 9110, 5.6.2). */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** What the client offers; or in words what is wrong with it. */
export function readHandshake({ method, headers }: IncomingMessage): Offer | string {
  const key = headers['sec-websocket-key']
  if (method !== 'GET') return 'the method must be GET'
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'the Upgrade header must be "websocket"'
  if (!key || !keyShape.test(key)) return 'the Sec-WebSocket-Key header is missing or invalid'
  if (headers['sec-websocket-version'] !== '13') return 'the Sec-WebSocket-Version header must be 13'
  const offered = headers['sec-websocket-protocol']
  const protocols = offered === undefined ? [] : offered.split(',').map((name) => name.trim())
  const distinct = new Set(protocols)
  if (distinct.size < protocols.length || !protocols.every((name) => token.test(name)))
    return 'the Sec-WebSocket-Protocol header is invalid'
  return { key, protocols: distinct }
}

/** Named by the RFC; it proves only that the other side speaks WebSocket. */
const proof = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** No extension is ever agreed on. */
export function acceptance(key: string, protocol: string): string {
  const accept = createHash('sha1').update(`${key}${proof}`).digest('base64')
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
  const chosen = protocol ? [`Sec-WebSocket-Protocol: ${protocol}`] : []
  return [...lines, `Sec-WebSocket-Accept: ${accept}`, ...chosen, '', ''].join('\r\n')
}
