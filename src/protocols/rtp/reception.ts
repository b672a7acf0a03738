/** What is received of one source, counted: loss, jitter, and the report block that says so (RFC 3550 §6.4.1, A.3, A.8). */
import type { RtpPacket } from './packet.ts'
import type { ReportBlock } from './rtcp.ts'
import { extend, noSequence, type Sequence } from './sequence.ts'

export class Reception {
  readonly #clockRate: number
  #sequence: Sequence = noSequence
  #first = 0
  #highest = -1
  #received = 0
  /** Counted up to the last report. */
  #before = { expected: 0, received: 0 }
  #transit: number | undefined
  #timestamp = 0
  #jitter = 0
  #source = 0

  constructor(clockRate: number) {
    this.#clockRate = clockRate
  }

  get source(): number {
    return this.#source
  }

  get received(): number {
    return this.#received
  }

  /** Never less than none: a packet that came twice does not make up for one that did not. */
  get lost(): number {
    return Math.max(0, this.#expected - this.#received)
  }

  /** ms */
  get jitter(): number {
    return (this.#jitter * 1000) / this.#clockRate
  }

  get #expected(): number {
    return this.#highest < 0 ? 0 : this.#highest - this.#first + 1
  }

  /** `at`: ms of a clock that never goes backwards. */
  take({ sequence, timestamp, source }: Pick<RtpPacket, 'sequence' | 'timestamp' | 'source'>, at: number): void {
    const { state, number } = extend(this.#sequence, sequence, source)
    this.#sequence = state
    if (this.#highest < 0) this.#first = number
    this.#highest = Math.max(this.#highest, number)
    this.#received++
    if (source !== this.#source) this.#transit = undefined
    this.#source = source
    this.#measure(timestamp, at)
  }

  /** A packet of the same instant (keys, their repeats) tells nothing of the way. */
  #measure(timestamp: number, at: number): void {
    const arrival = (at * this.#clockRate) / 1000
    const transit = arrival - timestamp
    const before = this.#transit
    if (before !== undefined && timestamp === this.#timestamp) return
    this.#timestamp = timestamp
    this.#transit = transit
    if (before === undefined) return
    const moved = Math.abs(transit - before)
    // Half a second and more is a new beginning of the peer's clock (or its wrap), not the network's doing.
    if (moved < this.#clockRate / 2) this.#jitter += (moved - this.#jitter) / 16
  }

  /** What to tell the source, about the time since the last call. */
  block(last: { readonly report: number; readonly delayMs: number } | undefined): ReportBlock {
    const expected = this.#expected
    const expectedNow = expected - this.#before.expected
    const lostNow = expectedNow - (this.#received - this.#before.received)
    this.#before = { expected, received: this.#received }
    return {
      source: this.#source,
      fraction: expectedNow <= 0 || lostNow <= 0 ? 0 : Math.min(255, Math.floor((lostNow * 256) / expectedNow)),
      lost: expected - this.#received,
      highest: (this.#sequence.highest ?? 0) >>> 0,
      jitter: Math.floor(this.#jitter),
      lastReport: last?.report ?? 0,
      delay: last ? Math.round(last.delayMs * 65.536) >>> 0 : 0,
    }
  }
}

/** Ms between what we sent and the report that speaks of it (§6.4.1): `now` and `lastReport` in 65536ths of a second. */
export function roundTripOf(now: number, { lastReport, delay }: ReportBlock): number | undefined {
  if (lastReport === 0) return undefined
  const trip = (now - lastReport - delay) | 0
  // A peer's clock that runs a little fast makes it negative.
  return trip < -65_536 || trip > 65_536 * 60 ? undefined : Math.max(0, trip) / 65.536
}

/** When the next report is due, ms (§6.2, §6.3.1): spread, so that reports of many calls do not go together; the first comes soon. */
export function reportInterval(fraction: number, first: boolean): number {
  return (first ? 2500 : 5000) * (0.5 + fraction)
}
