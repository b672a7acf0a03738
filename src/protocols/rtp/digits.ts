/** Keys pressed during the call as RTP packets: telephone-event (RFC 4733 §2.3). */

const keys = '0123456789*#ABCD'

export interface Digits {
  /** Timestamps of the events already told; an event's packets all carry the first one's, and the last comes three times. */
  readonly told?: number
}

/**
 * |     event     |E|R| volume    |          duration             |
 *
 * A key is told with the first packet of its event that arrives: losing the marked first one, or every end packet, loses no key.
 */
export function readDigit(
  state: Digits,
  payload: Uint8Array,
  timestamp: number,
): { readonly state: Digits; readonly digit?: string } {
  const digit = payload.length < 4 ? undefined : keys[payload[0]!]
  if (digit === undefined || timestamp === state.told) return { state }
  return { state: { told: timestamp }, digit }
}
