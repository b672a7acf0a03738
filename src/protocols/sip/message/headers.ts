/** Finding headers: any case of letters, compact forms (RFC 3261 §7.3.3 and later), comma lists where their grammar has them. */
import { splitList } from './list.ts'
import type { SipHeader } from './message.ts'

export interface Headed {
  readonly headers: readonly SipHeader[]
}

/** RFC 3261 §20; Event and Allow-Events 6665, Session-Expires 4028, Refer-To 3515, Referred-By 3892, Request-Disposition 3841, Identity 8224. */
const compactForms: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
}

/** Headers whose grammar is a comma list (§7.3.1, §20; the later ones as their RFCs say). */
const lists = new Set(
  `accept accept-contact accept-encoding accept-language alert-info allow allow-events call-info contact content-encoding
  content-language diversion error-info history-info in-reply-to p-asserted-identity p-asserted-service p-associated-uri
  p-early-media p-preferred-identity path permission-missing proxy-require reason record-route recv-info reject-contact
  require route security-client security-server security-verify service-route supported unsupported via warning`.split(
    /\s+/,
  ),
)

/** The full name in lower case: `v`, `VIA` and `Via` are `via`. */
export function headerName(name: string): string {
  const lower = name.toLowerCase()
  return (lower.length === 1 && compactForms[lower]) || lower
}

export function sameHeader(one: string, other: string): boolean {
  return one === other || headerName(one) === headerName(other)
}

/** Whether `name`, as written in a message, is the header of this full lower-case name. */
function isNamed(name: string, wanted: string): boolean {
  if (name.length === wanted.length) return name.toLowerCase() === wanted
  return name.length === 1 && compactForms[name.toLowerCase()] === wanted
}

/** The first of this name, as it was written; undefined: there is none. */
export function header(message: Headed, name: string): string | undefined {
  const wanted = headerName(name)
  for (const one of message.headers) if (isNamed(one.name, wanted)) return one.value
  return undefined
}

/** Every line of this name, as it was written. */
export function headerLines(message: Headed, name: string): readonly string[] {
  const wanted = headerName(name)
  return message.headers.filter((one) => isNamed(one.name, wanted)).map(({ value }) => value)
}

/** Every element of this name over all its lines: lists are split, other headers give their lines. */
export function headerValues(message: Headed, name: string): readonly string[] {
  const lines = headerLines(message, name)
  return lists.has(headerName(name)) ? lines.flatMap(splitList) : lines
}

/** Option tags, methods and the like: in lower case, without parameters, empty elements left out. */
export function headerTokens(message: Headed, name: string): readonly string[] {
  return headerValues(message, name)
    .map((value) => (value.split(';', 1)[0] ?? '').trim().toLowerCase())
    .filter((value) => value !== '')
}

/** In place of the first of this name (others go), else at the end. */
export function withHeader<M extends Headed>(message: M, name: string, value: string): M {
  const at = message.headers.findIndex((one) => sameHeader(one.name, name))
  if (at < 0) return { ...message, headers: [...message.headers, { name, value }] }
  const headers = message.headers.flatMap((one, index) =>
    index === at ? [{ name, value }] : sameHeader(one.name, name) ? [] : [one],
  )
  return { ...message, headers }
}

export function withoutHeader<M extends Headed>(message: M, name: string): M {
  return { ...message, headers: message.headers.filter((one) => !sameHeader(one.name, name)) }
}

/** Before all others: a Via, a Route. */
export function prependHeader<M extends Headed>(message: M, name: string, value: string): M {
  return { ...message, headers: [{ name, value }, ...message.headers] }
}
