/** Host and port of a URI or a Via (RFC 3261 §25.1): a name, IPv4, or IPv6 in brackets. */
import { isIPv6 } from 'node:net'
import { hostEnd, parseDigits, skipSpace, tokenEnd } from './scan.ts'

export interface HostPort {
  /** IPv6 without its brackets. */
  readonly host: string
  readonly port: number | undefined
  /** Where reading stopped. */
  readonly end: number
}

/** Reads from `start` as far as it goes. White space around the colon is a Via's right (COLON, §25.1). */
export function parseHostPort(text: string, start: number): HostPort | undefined {
  const numeric = text.charCodeAt(start) === 0x5b
  const end = numeric ? text.indexOf(']', start) + 1 : hostEnd(text, start)
  if (end <= start) return undefined
  const host = numeric ? withoutBrackets(text.slice(start + 1, end - 1)) : text.slice(start, end)
  if (host === undefined) return undefined
  const colon = skipSpace(text, end)
  if (text.charCodeAt(colon) !== 0x3a) return { host, port: undefined, end }
  const first = skipSpace(text, colon + 1)
  const last = tokenEnd(text, first)
  const port = parseDigits(text.slice(first, last), 65_535)
  return port === undefined ? undefined : { host, port, end: last }
}

/** An old grammar (RFC 5118 §4.10) led some to write three colons before an IPv4 part: read as two. */
function withoutBrackets(address: string): string | undefined {
  const corrected = address.replace(':::', '::')
  return isIPv6(corrected) && !corrected.includes('%') ? corrected : undefined
}

export function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
