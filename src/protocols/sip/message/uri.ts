/** URIs as SIP knows them (RFC 3261 §19.1, RFC 3966): sip, sips and tel as values, others by their scheme. */
import { formatHost, parseHostPort } from './host.ts'
import type { Param, Params } from './params.ts'
import { classOf, isSolid } from './scan.ts'

export interface SipUri {
  readonly scheme: 'sip' | 'sips'
  /** Unescaped, also what is below. */
  readonly user?: string
  readonly password?: string
  /** IPv6 without brackets. */
  readonly host: string
  readonly port?: number
  readonly params: Params
  /** Behind `?`: never to be taken for headers of the request that carries the URI. */
  readonly headers: Params
}

export interface TelUri {
  readonly scheme: 'tel'
  /** As written, with its visual separators. */
  readonly number: string
  readonly params: Params
}

/** A scheme we only know by name, in lower case. */
export interface OtherUri {
  readonly scheme: 'other'
  readonly name: string
  readonly rest: string
}

export type Uri = SipUri | TelUri | OtherUri

export function parseUri(text: string): Uri | undefined {
  const colon = text.indexOf(':')
  const name = text.slice(0, colon).toLowerCase()
  if (colon < 1 || !isSolid(text)) return undefined
  if (name === 'sip' || name === 'sips') return parseSip(name, text, colon + 1)
  if (name === 'tel') return parseTel(text, colon + 1)
  const rest = text.slice(colon + 1)
  return /^[a-z][a-z0-9+.-]*$/.test(name) && rest !== '' ? { scheme: 'other', name, rest } : undefined
}

function parseSip(scheme: 'sip' | 'sips', text: string, start: number): SipUri | undefined {
  // A user may hold `;`, `?` and `/` (§25.1 user-unreserved), so the first @ decides before anything else.
  const sign = text.indexOf('@', start)
  const login = sign < 0 ? {} : parseLogin(text.slice(start, sign))
  const place = parseHostPort(text, sign < 0 ? start : sign + 1)
  if (!login || !place) return undefined
  const question = text.indexOf('?', place.end)
  const params = parsePairs(text.slice(place.end, question < 0 ? text.length : question), ';')
  const headers = question < 0 ? [] : parsePairs(`&${text.slice(question + 1)}`, '&')
  if (!params || !headers) return undefined
  const { host, port } = place
  return { scheme, ...login, host, ...(port === undefined ? {} : { port }), params, headers }
}

function parseLogin(text: string): { user: string; password?: string } | undefined {
  const colon = text.indexOf(':')
  const user = unescape(colon < 0 ? text : text.slice(0, colon))
  const password = colon < 0 ? undefined : unescape(text.slice(colon + 1))
  if (!user || (colon >= 0 && password === undefined)) return undefined
  return password === undefined ? { user } : { user, password }
}

/** `;a=b;c` or `&a=b&c`: everything led in by the separator, no name empty. */
function parsePairs(text: string, separator: ';' | '&'): Params | undefined {
  if (text === '') return []
  if (text[0] !== separator) return undefined
  const pairs: Param[] = []
  for (const piece of text.slice(1).split(separator)) {
    const sign = piece.indexOf('=')
    const name = unescape(sign < 0 ? piece : piece.slice(0, sign))
    const value = sign < 0 ? undefined : unescape(piece.slice(sign + 1))
    if (!name || (sign >= 0 && value === undefined)) return undefined
    pairs.push(value === undefined ? { name } : { name, value })
  }
  return pairs
}

function parseTel(text: string, start: number): TelUri | undefined {
  const semicolon = text.indexOf(';', start)
  const number = text.slice(start, semicolon < 0 ? text.length : semicolon)
  const params = semicolon < 0 ? [] : parsePairs(text.slice(semicolon), ';')
  return params && /^\+?[0-9A-Fa-f*#().-]+$/.test(number) ? { scheme: 'tel', number, params } : undefined
}

/** One pass: `%2541` is `%41`. Undefined for a percent sign that escapes nothing. Bytes that are no UTF-8 become U+FFFD. */
function unescape(text: string): string | undefined {
  if (!text.includes('%')) return text
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined
  return text.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
}

const alphanumeric = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const unreserved = `${alphanumeric}-_.!~*'()`
const users = classOf(`${unreserved}&=+$,;?/`)
const passwords = classOf(`${unreserved}&=+$,`)
const paramText = classOf(`${unreserved}[]/:&+$`)
const headerText = classOf(`${unreserved}[]/?:+$`)

function escape(text: string, allowed: Uint8Array): string {
  let written = ''
  for (const character of text) {
    if (allowed[character.codePointAt(0) ?? 0] === 1) written += character
    else for (const byte of Buffer.from(character)) written += `%${byte.toString(16).padStart(2, '0').toUpperCase()}`
  }
  return written
}

export function formatUri(uri: Uri): string {
  switch (uri.scheme) {
    case 'other':
      return `${uri.name}:${uri.rest}`
    case 'tel':
      return `tel:${uri.number}${formatPairs(uri.params, ';', paramText)}`
    default: {
      const { scheme, user, password, host, port, params, headers } = uri
      const secret = password === undefined ? '' : `:${escape(password, passwords)}`
      const login = user === undefined ? '' : `${escape(user, users)}${secret}@`
      const asked = formatPairs(headers, '&', headerText).slice(1)
      const place = `${formatHost(host)}${port === undefined ? '' : `:${port}`}`
      return `${scheme}:${login}${place}${formatPairs(params, ';', paramText)}${asked && '?'}${asked}`
    }
  }
}

function formatPairs(pairs: Params, separator: ';' | '&', allowed: Uint8Array): string {
  return pairs
    .map(({ name, value }) => {
      const sign = value === undefined ? '' : `=${escape(value, allowed)}`
      return `${separator}${escape(name, allowed)}${sign}`
    })
    .join('')
}
