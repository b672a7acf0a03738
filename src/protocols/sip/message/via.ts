/** One Via value (RFC 3261 §20.42, RFC 3581): `SIP/2.0/UDP host:port;branch=…;rport;received=…`. */
import { parseHostPort, formatHost } from './host.ts'
import { formatParams, param, parseParams, type Params } from './params.ts'
import { skipSpace, tokenEnd } from './scan.ts'

export interface Via {
  /** `UDP`, `TCP`, `TLS`, `WS`, `WSS`, or whatever else stood there: in capitals. */
  readonly protocol: string
  /** sent-by; IPv6 without brackets. */
  readonly host: string
  readonly port?: number
  readonly params: Params
}

/** A branch that begins so was made by an RFC 3261 element (§8.1.1.7). */
export const magicCookie = 'z9hG4bK'

export function parseVia(value: string): Via | undefined {
  // sent-protocol is three tokens with optional white space around the slashes.
  const name = piece(value, 0)
  if (!name || name.text.length !== 3 || name.text.toUpperCase() !== 'SIP') return undefined
  const version = value.charCodeAt(name.next) === 0x2f ? piece(value, name.next + 1) : undefined
  if (!version || version.text !== '2.0') return undefined
  const transport = value.charCodeAt(version.next) === 0x2f ? piece(value, version.next + 1) : undefined
  // White space must separate the transport from the host.
  if (!transport || transport.next === transport.end) return undefined
  const sentBy = parseHostPort(value, transport.next)
  if (!sentBy) return undefined
  const params = parseParams(value, sentBy.end)
  if (!params) return undefined
  const protocol = transport.text.toUpperCase()
  return sentBy.port === undefined
    ? { protocol, host: sentBy.host, params }
    : { protocol, host: sentBy.host, port: sentBy.port, params }
}

/** A token with the white space around it: `end` is behind the token, `next` behind the white space. */
function piece(value: string, at: number): { text: string; end: number; next: number } | undefined {
  const start = skipSpace(value, at)
  const end = tokenEnd(value, start)
  return end > start ? { text: value.slice(start, end), end, next: skipSpace(value, end) } : undefined
}

export function formatVia({ protocol, host, port, params }: Via): string {
  return `SIP/2.0/${protocol} ${formatHost(host)}${port === undefined ? '' : `:${port}`}${formatParams(params)}`
}

export function branchOf(via: Via): string | undefined {
  return param(via.params, 'branch') || undefined
}
