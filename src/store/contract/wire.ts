/** What carriers and we said to each other about a call, kept for people to read. */

/** A message between a carrier and us, secrets removed. */
export interface WireNote {
  readonly organization: string
  readonly call: string
  readonly at: number
  readonly direction: 'in' | 'out'
  readonly channel: 'webhook' | 'http' | 'media' | 'signalling'
  readonly title: string
  readonly body: string
  /** On the wire, before anything was removed or shortened. */
  readonly bytes: number
}

export interface WireMessage extends WireNote {
  /** Rises; the resume cursor. */
  readonly id: number
}

/** What of a call's wire is only counted. */
export interface WireTally {
  readonly framesIn: number
  readonly bytesIn: number
  readonly framesOut: number
  readonly bytesOut: number
  /** Messages beyond the bound of a call. */
  readonly unlisted: number
}

/** What a call's wire is counted up by. */
export interface CountedWire extends Omit<WireTally, 'unlisted'> {
  readonly organization: string
  readonly call: string
}

/** The wire of calls. */
export interface Wires {
  /** Adds messages up to `bound` per call, and counts the rest; `counted` is added to the call's tally. */
  add(notes: readonly WireNote[], counted: readonly CountedWire[], bound: number): Promise<void>
  list(organization: string, call: string, after?: number): Promise<readonly WireMessage[]>
  tally(organization: string, call: string): Promise<WireTally>
}
