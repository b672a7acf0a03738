/** Keys pressed during the call as RTP packets: telephone-event (RFC 4733 §2.3). */

const keys = '0123456789*#ABCD'

export interface Digits {
  /** Timestamp of the event told last: all packets of an event carry the first one's, and the last comes three times. */
  readonly told?: number
  readonly key?: number
  /** The longest that was said of it. */
  readonly duration?: number
}

/** A packet so far behind is a late one of a key told before, ticks; further away its sender counts anew. */
const late = 48_000

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
  const key = payload[0]
  const digit = key === undefined || payload.length < 4 ? undefined : keys[key]
  if (key === undefined || digit === undefined) return { state }
  const duration = (payload[2]! << 8) | payload[3]!
  if (state.told === undefined) return { state: { told: timestamp, key, duration }, digit }
  const ahead = (timestamp - state.told) | 0
  if (ahead === 0) return { state: { ...state, duration: Math.max(duration, state.duration ?? 0) } }
  if (ahead < 0 && ahead > -late) return { state }
  const told = { told: timestamp, key, duration }
  // A key held longer than its duration can say goes on as a new event, right where the last ended (§2.5.1.3).
  return isSegment(state, key, ahead) ? { state: told } : { state: told, digit }
}

const longest = 0xffff

function isSegment({ key: before, duration = 0 }: Digits, key: number, ahead: number): boolean {
  return key === before && duration >= longest - 2 * 960 && ahead >= duration && ahead <= longest
}

/** One packet of a key of ours, in the place of a packet of sound. */
export interface KeyPacket {
  readonly payload: Uint8Array
  readonly marker: boolean
  /** Packets since the one whose timestamp it carries. */
  readonly after: number
}

export interface KeyOptions {
  /** Ticks per packet. */
  readonly ticks: number
  /** How long it is pressed, and how long nothing is, in packets. */
  readonly pressed: number
  readonly pause: number
}

/** −dBm0: as loud as a telephone's own. */
const volume = 10
const ended = 0x80

/**
 * What a key is sent as, packet by packet; undefined is a packet of nothing. The last comes three times (§2.5.1.4), and the
 * pause begins with its repeats. Undefined for what is no key.
 */
export function keyPackets(
  digit: string,
  { ticks, pressed, pause }: KeyOptions,
): readonly (KeyPacket | undefined)[] | undefined {
  const key = digit.length === 1 ? keys.indexOf(digit.toUpperCase()) : -1
  if (key < 0) return undefined
  const perSegment = Math.max(1, Math.floor(longest / ticks))
  const packet = (at: number, last: boolean): KeyPacket => {
    const after = at % perSegment
    const duration = (after + 1) * ticks
    const payload = Uint8Array.of(key, (last ? ended : 0) | volume, duration >> 8, duration & 0xff)
    return { payload, marker: at === 0, after }
  }
  const whole = Array.from({ length: pressed }, (_, at) => packet(at, at === pressed - 1))
  const repeats = [1, 2].map((more) => ({ ...whole.at(-1)!, marker: false, after: whole.at(-1)!.after + more }))
  return [...whole, ...repeats, ...Array.from({ length: Math.max(0, pause - 2) }, () => undefined)]
}
