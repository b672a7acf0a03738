/** Packets put in order as they come: those in their turn pass at once, a gap waits as long as this line's jitter asks for. */
import type { Clock, Timer } from '../../lib/clock.ts'
import type { RtpPacket } from './packet.ts'
import { extend, noSequence, type Sequence } from './sequence.ts'

export interface JitterOptions {
  readonly clock: Clock
  /** What is next by now; `missing` packets before it never came, or came too late. */
  readonly next: (packet: RtpPacket, missing: number) => void
  /** A gap waits at least and at most so long, ms. */
  readonly shortest?: number
  readonly longest?: number
}

const defaults = { shortest: 40, longest: 200 } as const
/** Waiting packets: more are a flood. */
const most = 100
/** What a late packet taught is forgotten by so much with each packet, ms: one in each second. */
const forgets = 0.02

interface Waiting {
  readonly packet: RtpPacket
  readonly at: number
}

export class JitterBuffer {
  readonly #options: Required<JitterOptions>
  readonly #waiting = new Map<number, Waiting>()
  #sequence: Sequence = noSequence
  #expected: number | undefined
  #timer: Timer | undefined
  #wait: number
  /** When the last gap was given up. */
  #gaveUp: { readonly below: number; readonly at: number } | undefined
  #late = 0
  #repeated = 0
  #missing = 0

  constructor(options: JitterOptions) {
    this.#options = { ...defaults, ...options }
    this.#wait = this.#options.shortest
  }

  /** How long a gap waits by now, ms. */
  get wait(): number {
    return this.#wait
  }

  get counts(): { readonly late: number; readonly repeated: number; readonly missing: number } {
    return { late: this.#late, repeated: this.#repeated, missing: this.#missing }
  }

  /** `jitter`: as measured by now, ms. `at`: ms of the clock. */
  take(packet: RtpPacket, jitter: number, at: number): void {
    const { state, number } = extend(this.#sequence, packet.sequence, packet.source)
    // Another source begins: what is left of the one before is heard first.
    if (state.ahead !== this.#sequence.ahead) this.flush()
    this.#sequence = state
    this.#adapt(jitter)
    const expected = (this.#expected ??= number)
    if (number < expected) return this.#tooLate(number, at)
    if (this.#waiting.has(number)) return void this.#repeated++
    if (number === expected && this.#waiting.size === 0) {
      this.#expected = number + 1
      return this.#options.next(packet, 0)
    }
    this.#waiting.set(number, { packet, at })
    this.#release(at, 0)
    if (this.#waiting.size > most) this.#giveUp(at)
  }

  /** Everything that waits is heard now. */
  flush(): void {
    while (this.#waiting.size > 0) this.#giveUp(this.#options.clock.monotonic())
  }

  close(): void {
    this.#timer?.cancel()
    this.#waiting.clear()
  }

  /** Three times the mean deviation holds nearly all packets back no longer than they need. */
  #adapt(jitter: number): void {
    const { shortest, longest } = this.#options
    this.#wait = Math.min(longest, Math.max(shortest, 3 * jitter, this.#wait - forgets))
  }

  /** It would have been worth the wait: the next gap gets it. A repeat of what was heard teaches nothing. */
  #tooLate(number: number, at: number): void {
    const { longest } = this.#options
    if (!this.#gaveUp || number >= this.#gaveUp.below) return void this.#repeated++
    this.#late++
    this.#wait = Math.min(longest, Math.max(this.#wait, this.#wait + at - this.#gaveUp.at + 10))
  }

  /** Hands on all that is in turn; then waits for what is missing before the next. */
  #release(at: number, missing: number): void {
    let gone = missing
    for (let next = this.#pull(); next; next = this.#pull()) {
      this.#options.next(next.packet, gone)
      gone = 0
    }
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#waiting.size === 0) return
    const first = this.#waiting.get(this.#first())
    if (first)
      this.#timer = this.#options.clock.timer(first.at + this.#wait - at, () => this.#giveUp(first.at + this.#wait))
  }

  #pull(): Waiting | undefined {
    const next = this.#waiting.get(this.#expected!)
    if (next) this.#waiting.delete(this.#expected!++)
    return next
  }

  #giveUp(at: number): void {
    const first = this.#first()
    const missing = first - this.#expected!
    this.#missing += missing
    this.#gaveUp = { below: first, at }
    this.#expected = first
    this.#release(at, missing)
  }

  #first(): number {
    return Math.min(...this.#waiting.keys())
  }
}
