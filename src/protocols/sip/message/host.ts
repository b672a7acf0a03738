/** Host and port of a URI or a Via (RFC 3261 §25.1): a name, IPv4, or IPv6 in brackets. */
import { isIPv6 } from 'node:net'
import { isHostText, isSpace, parseDigits, skipSpace } from './scan.ts'

export interface HostPort {
  /** IPv6 without its brackets. */
  readonly host: string
  readonly port: number | undefined
  /** Where reading stopped. */
  readonly end: number
}

/** Reads from `start` to the first `;`, `?`, white space or the end. White space around the colon is a Via's right (COLON). */
export function parseHostPort(text: string, start: number): HostPort | undefined {
  const host = text.charCodeAt(start) === 0x5b ? bracketed(text, start) : named(text, start)
  if (!host) return undefined
  const colon = skipSpace(text, host.end)
  if (text.charCodeAt(colon) !== 0x3a) return { ...host, port: undefined }
  const begin = skipSpace(text, colon + 1)
  const end = wordEnd(text, begin)
  const port = parseDigits(text.slice(begin, end), 65_535)
  return port === undefined ? undefined : { host: host.host, port, end }
}

function named(text: string, start: number): { host: string; end: number } | undefined {
  let end = start
  while (end < text.length && text.charCodeAt(end) !== 0x3a && !closes(text.charCodeAt(end))) end++
  const host = text.slice(start, end)
  return isHostText(host) ? { host, end } : undefined
}

/** An old grammar (RFC 5118 §4.10) led some to write three colons before an IPv4 part: read as two. */
function bracketed(text: string, start: number): { host: string; end: number } | undefined {
  const close = text.indexOf(']', start)
  const inner = text.slice(start + 1, close).replace(':::', '::')
  return close > 0 && isIPv6(inner) && !inner.includes('%') ? { host: inner, end: close + 1 } : undefined
}

function wordEnd(text: string, start: number): number {
  let end = start
  while (end < text.length && !closes(text.charCodeAt(end))) end++
  return end
}

/** `;`, `?` or white space. */
function closes(code: number): boolean {
  return code === 0x3b || code === 0x3f || isSpace(code)
}

export function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
