/** name-addr and addr-spec with parameters (RFC 3261 §20.10, §25.1): From, To, Contact, Route, Refer-To, identities, diversions. */
import { formatParams, param, parseParams, type Params, withParam } from './params.ts'
import { isSolid, isSpace, isToken, quote, quotedEnd, skipSpace, trimSpace, unquote } from './scan.ts'

export interface NameAddr {
  /** Without quotes and escapes. Absent: none was given. */
  readonly display?: string
  /** As written, without angle brackets: `parseUri` reads it. */
  readonly uri: string
  /** Of the header. What stands inside the brackets belongs to the URI (§20.10). */
  readonly params: Params
}

/** One element: split lists before. Undefined for what is none, `*` of a Contact included. */
export function parseNameAddr(value: string): NameAddr | undefined {
  const start = skipSpace(value, 0)
  if (value.charCodeAt(start) === 0x22) {
    const end = quotedEnd(value, start)
    if (end < 0) return undefined
    const open = skipSpace(value, end)
    if (value.charCodeAt(open) !== 0x3c) return undefined
    return bracketed(value, open, unquote(value.slice(start, end)))
  }
  const open = value.indexOf('<', start)
  if (open < 0) return bare(value, start)
  const display = trimSpace(value.slice(start, open))
  // By the grammar only tokens stand without quotes; names with dots, brackets or umlauts are met, and mean nothing else.
  if (/[",;\\>]/.test(display)) return undefined
  return bracketed(value, open, display === '' ? undefined : display)
}

function bracketed(value: string, open: number, display: string | undefined): NameAddr | undefined {
  const close = value.indexOf('>', open)
  if (close < 0) return undefined
  const uri = trimSpace(value.slice(open + 1, close))
  const params = parseParams(value, close + 1)
  if (!params || !looksLikeUri(uri)) return undefined
  return display === undefined ? { uri, params } : { display, uri, params }
}

/** Without brackets every parameter is the header's, and `?` and a comma may not stand there at all (§20). */
function bare(value: string, start: number): NameAddr | undefined {
  let end = start
  while (end < value.length && value.charCodeAt(end) !== 0x3b && !isSpace(value.charCodeAt(end))) end++
  const uri = value.slice(start, end)
  const params = parseParams(value, end)
  if (!params || !looksLikeUri(uri) || uri.includes('?') || uri.includes(',')) return undefined
  return { uri, params }
}

/** A scheme, a colon and something without white space; the rest is the scheme's matter. */
function looksLikeUri(uri: string): boolean {
  const colon = uri.indexOf(':')
  const first = uri.charCodeAt(0) | 0x20
  return colon > 0 && colon < uri.length - 1 && first >= 0x61 && first <= 0x7a && isSolid(uri)
}

export function formatNameAddr({ display, uri, params }: NameAddr): string {
  const name = display === undefined ? '' : `${isToken(display) ? display : quote(display)} `
  return `${name}<${uri}>${formatParams(params)}`
}

/** Of a From or To: undefined before there is one (and from RFC 2543 elements, §12.1.1). */
export function tagOf({ params }: NameAddr): string | undefined {
  return param(params, 'tag') || undefined
}

export function withTag(address: NameAddr, tag: string): NameAddr {
  return { ...address, params: withParam(address.params, 'tag', tag) }
}
