/** Misbehaviour on demand: what AI vendors do on bad days. Set fields on `server.faults`; `clearFaults` makes it good again. */

/** `times`: how many connections or requests it befalls, counted down; absent: all of them. */
interface Limited {
  times?: number
}

export interface VendorFaults {
  /** Refused with this status in the vendor's own words: 401 the key, 402 the money, 429 the rate, 5xx a bad day. */
  refuse?: Limited & { readonly status: number; readonly path?: RegExp }
  /** Whatever it says comes so much later, ms; the order stays. */
  slowMs?: number
  /** It takes the connection and says nothing at all. */
  silent?: boolean
  /** The connection breaks without a word after so many messages (over HTTP: pieces of the body) of its own. */
  drop?: Limited & { readonly after: number }
  /** After so many messages (over HTTP: pieces of the body) comes one that cannot be read. */
  malformed?: Limited & { readonly after: number }
}

/** Of one connection or request; drawn when it begins, so that `times` counts these. */
export interface DrawnFaults {
  readonly dropAfter: number
  readonly malformedAt: number
}

/** What stands for a message that cannot be read. */
export const unreadable = '{"type":"'

export function drawFaults(faults: VendorFaults): DrawnFaults {
  return {
    dropAfter: taken(faults.drop)?.after ?? Infinity,
    malformedAt: taken(faults.malformed)?.after ?? -1,
  }
}

/** The status to refuse this path with; undefined: it is served. */
export function refusal(faults: VendorFaults, path: string): number | undefined {
  const { refuse } = faults
  return refuse && (refuse.path?.test(path) ?? true) ? taken(refuse)?.status : undefined
}

function taken<T extends Limited>(fault: T | undefined): T | undefined {
  if (!fault || fault.times === 0) return undefined
  if (fault.times !== undefined) fault.times--
  return fault
}
