/** X-Twilio-Signature: HMAC-SHA1 over the URL Twilio requested and the sorted form (docs: usage/webhooks/webhooks-security). */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { parse, stringify } from 'node:querystring'

/** What a signature covers. */
export interface Signed {
  /** URLs Twilio may have requested; each is tried in every spelling. */
  readonly urls: readonly string[]
  /** The form of a POST; undefined for GET, WebSocket upgrades and hashed bodies. */
  readonly form: URLSearchParams | undefined
}

/** The signature Twilio would send for exactly this URL. */
export function signatureOf(token: string, url: string, form?: URLSearchParams): string {
  return hmac(token, url + formText(form))
}

/** True when any of the tokens signed any spelling of any URL. Empty tokens sign nothing. */
export function isSigned({ urls, form }: Signed, signature: string, tokens: readonly (string | undefined)[]): boolean {
  const given = Buffer.from(signature)
  const fields = formText(form)
  const candidates = new Set(urls.flatMap(spellings))
  for (const token of tokens) {
    if (!token) continue
    for (const url of candidates) if (same(given, Buffer.from(hmac(token, url + fields)))) return true
  }
  return false
}

/** Is `hash` (the URL's bodySHA256) the SHA-256 of this body? */
export function isHashOf(hash: string, body: Uint8Array): boolean {
  return same(Buffer.from(hash), Buffer.from(createHash('sha256').update(body).digest('hex')))
}

/**
 * The spellings Twilio's back ends are known to sign: as received without and with the standard port, as normalised by
 * WHATWG rules, and with the query re-encoded the way Node's old `querystring` does. Same set as the official SDK's.
 */
export function spellings(url: string): readonly string[] {
  const received = [withoutPort(url), ...withPort(url)]
  if (!URL.canParse(url)) return received
  const normal = new URL(url).href
  const normalised = [withoutPort(normal), ...withPort(normal)]
  return [...received, ...normalised, ...normalised.map(withLegacyQuery)]
}

function hmac(token: string, text: string): string {
  return createHmac('sha1', token).update(text, 'utf8').digest('base64')
}

/** Names sorted by code unit; of a repeated name each different value once, sorted. Nothing in between. */
function formText(form: URLSearchParams | undefined): string {
  if (!form) return ''
  let text = ''
  for (const name of [...new Set(form.keys())].toSorted())
    for (const value of [...new Set(form.getAll(name))].toSorted()) text += name + value
  return text
}

/** Lengths are public: a signature always has 28 letters, a hash 64. */
function same(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** scheme, user info, host, port, rest: taken apart by hand, because `new URL` rewrites what Twilio signed verbatim. */
const parts = /^([a-z][a-z\d+.-]*:\/\/)([^/?#@]*@)?(\[[^\]/?#]*\]|[^:/?#]*)(:\d*)?(.*)$/is

function withoutPort(url: string): string {
  return url.replace(parts, (_, scheme: string, user: string | undefined, host: string, _port: unknown, rest: string) =>
    [scheme, user ?? '', host, rest].join(''),
  )
}

/** A given port stays. For wss both, since back ends disagree whether it is a TLS scheme. */
function withPort(url: string): readonly string[] {
  const match = parts.exec(url)
  if (!match) return [url]
  const [, scheme = '', user = '', host = '', port = '', rest = ''] = match
  if (port) return [url]
  const ports: Readonly<Record<string, readonly string[]>> = { 'https://': [':443'], 'wss://': [':443', ':80'] }
  return (ports[scheme.toLowerCase()] ?? [':80']).map((standard) => scheme + user + host + standard + rest)
}

function withLegacyQuery(url: string): string {
  const at = url.indexOf('?')
  return at === -1 || at === url.length - 1 ? url : `${url.slice(0, at)}?${stringify(parse(url.slice(at + 1)))}`
}
