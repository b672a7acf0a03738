/** Sequence numbers that never wrap: 16 bit on the wire, counted on here (RFC 3550 §A.1). */

export interface Sequence {
  /** The highest number of this source, extended; undefined before the first packet. */
  readonly highest?: number
  readonly source?: number
  /** What our numbers are ahead of the source's: it may begin anew, ours go on. */
  readonly ahead: number
}

export const noSequence: Sequence = { ahead: 0 }

/** A jump further than this either way is a sender that began anew, not loss. */
const farthest = 3000

export interface Extended {
  readonly state: Sequence
  /** Rises by one from packet to packet, also over a wrap or a change of source. */
  readonly number: number
}

export function extend(state: Sequence, sequence: number, source: number): Extended {
  const { highest, ahead } = state
  if (highest === undefined) return { state: { highest: sequence, source, ahead }, number: sequence + ahead }
  const step = ((sequence - (highest & 0xffff) + 0x1_8000) & 0xffff) - 0x8000
  if (source !== state.source || Math.abs(step) > farthest) {
    const number = highest + ahead + 1
    return { state: { highest: sequence, source, ahead: number - sequence }, number }
  }
  const number = highest + step
  return { state: { highest: Math.max(highest, number), source, ahead }, number: number + ahead }
}
