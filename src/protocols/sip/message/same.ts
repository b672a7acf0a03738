/** When two URIs are the same (RFC 3261 §19.1.4, RFC 3966 §4). */
import { param, type Params } from './params.ts'
import { parseUri, type SipUri, type TelUri } from './uri.ts'

/** URIs as text; those that cannot be read are the same only letter by letter. */
export function sameUri(one: string, other: string): boolean {
  if (one === other) return true
  const a = parseUri(one)
  const b = parseUri(other)
  if (!a || !b) return false
  if (a.scheme === 'tel') return b.scheme === 'tel' && sameNumber(a, b)
  if (a.scheme === 'other' || b.scheme === 'other' || b.scheme === 'tel') return false
  return a.scheme === b.scheme && sameSip(a, b)
}

/**
 * Whether a digest-uri may stand for this Request-URI (§22.4): a user it names must be the one that is asked for. Hosts and
 * parameters are rewritten on the way, and some clients name the server alone.
 */
export function mayStandFor(digestUri: string, requestUri: string): boolean {
  const a = parseUri(digestUri)
  const b = parseUri(requestUri)
  if (a && b && 'host' in a && 'host' in b) return a.user === undefined || a.user === b.user
  return digestUri !== '' && sameUri(digestUri, requestUri)
}

function sameSip(a: SipUri, b: SipUri): boolean {
  if (a.user !== b.user || a.password !== b.password || a.port !== b.port || !sameText(a.host, b.host)) return false
  // These count even where only one of the two has them.
  const deciding = ['transport', 'user', 'ttl', 'method', 'maddr']
  if (deciding.some((name) => !sameValue(param(a.params, name), param(b.params, name)))) return false
  const shared = a.params.filter(({ name }) => param(b.params, name) !== undefined)
  return (
    shared.every(({ name, value }) => sameValue(value ?? '', param(b.params, name))) && sameSet(a.headers, b.headers)
  )
}

function sameNumber(a: TelUri, b: TelUri): boolean {
  const digits = (number: string) => number.replaceAll(/[().-]/g, '').toLowerCase()
  return digits(a.number) === digits(b.number) && sameSet(a.params, b.params)
}

function sameSet(a: Params, b: Params): boolean {
  return a.length === b.length && a.every(({ name, value }) => sameValue(value ?? '', param(b, name)))
}

function sameValue(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && sameText(a, b))
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
