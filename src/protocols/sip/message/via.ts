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
  const start = skipSpace(value, protocolName(value))
  const end = tokenEnd(value, start)
  const host = skipSpace(value, end)
  // White space must separate the transport from the host.
  if (end === start || host === end) return undefined
  const sentBy = parseHostPort(value, host)
  const params = sentBy && parseParams(value, sentBy.end)
  if (!params) return undefined
  const protocol = value.slice(start, end).toUpperCase()
  return sentBy.port === undefined
    ? { protocol, host: sentBy.host, params }
    : { protocol, host: sentBy.host, port: sentBy.port, params }
}

/** Behind `SIP/2.0/`, which may have white space around its slashes. Nowhere, if it is not that. */
function protocolName(value: string): number {
  if (value.startsWith('SIP/2.0/')) return 8
  return /^SIP[ \t]*\/[ \t]*2\.0[ \t]*\//i.exec(value)?.[0].length ?? value.length
}

export function formatVia({ protocol, host, port, params }: Via): string {
  return `SIP/2.0/${protocol} ${formatHost(host)}${port === undefined ? '' : `:${port}`}${formatParams(params)}`
}

export function branchOf(via: Via): string | undefined {
  return param(via.params, 'branch') || undefined
}
