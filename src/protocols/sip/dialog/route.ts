/** Where requests of a dialog go (RFC 3261 §12.2.1.1): loose routes, and the swap for a strict router. */
import { parseNameAddr } from '../message/name-addr.ts'

export interface Routed {
  /** Request-URI. */
  readonly uri: string
  /** Route values. */
  readonly routes: readonly string[]
  /** The URI whose host is asked first. */
  readonly next: string
}

/**
 * A first route without `lr` is a strict router (RFC 2543): it gets the Request-URI, and the target goes to the end of the routes.
 */
export function routed(target: string, routeSet: readonly string[]): Routed {
  const [first, ...rest] = routeSet
  if (first === undefined) return { uri: target, routes: [], next: target }
  const hop = parseNameAddr(first)?.uri ?? target
  if (isLoose(hop)) return { uri: target, routes: routeSet, next: hop }
  const uri = asRequestUri(hop)
  return { uri, routes: [...rest, `<${target}>`], next: uri }
}

/** What comes before `?` and after the host decides. */
export const isLoose = (uri: string): boolean => /;lr(?=[;=?]|$)/i.test(uri.slice(uri.indexOf('@') + 1))

/** A Request-URI has no headers and no method (§19.1.1, table 1). */
const asRequestUri = (uri: string): string => (uri.split('?')[0] ?? uri).replace(/;method=[^;]*/i, '')

/** A proxy to go through first, as a Route value. */
export function routeThrough(proxy: string): string {
  const uri = proxy.startsWith('<') ? proxy.slice(1, proxy.lastIndexOf('>')) : proxy
  return `<${isLoose(uri) ? uri : `${uri};lr`}>`
}
