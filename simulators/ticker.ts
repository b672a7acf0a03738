/** One wheel of 20 ms for all calls on a clock: deadlines, not intervals, so nothing drifts; phases are spread so that calls do not fire together. */
import type { Clock, Timer } from '../src/lib/clock.ts'

/** A frame of telephone sound, ms. */
export const frameMs = 20
const slots = 10
const slotMs = frameMs / slots

/** Told the moment it should have run, on the clock's `monotonic` scale; after a stall it is told every missed one. */
export type Tick = (due: number) => void

export class Ticker {
  readonly #clock: Clock
  readonly #origin: number
  readonly #slots: Set<Tick>[] = Array.from({ length: slots }, () => new Set())
  #next = 0
  #timer: Timer | undefined
  #running = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#origin = clock.monotonic()
  }

  get running(): number {
    return this.#running
  }

  /** Runs `tick` every 20 ms until disposed, in the emptiest phase. */
  add(tick: Tick): Disposable {
    let emptiest = this.#slots[0]!
    for (const slot of this.#slots) if (slot.size < emptiest.size) emptiest = slot
    emptiest.add(tick)
    if (this.#running++ === 0) {
      this.#next = Math.ceil((this.#clock.monotonic() - this.#origin) / slotMs)
      this.#arm()
    }
    return { [Symbol.dispose]: () => this.#remove(emptiest, tick) }
  }

  #remove(slot: Set<Tick>, tick: Tick): void {
    if (!slot.delete(tick)) return
    if (--this.#running > 0) return
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #due(index: number): number {
    return this.#origin + index * slotMs
  }

  #arm(): void {
    while (this.#slots[this.#next % slots]!.size === 0) this.#next++
    this.#timer = this.#clock.timer(this.#due(this.#next) - this.#clock.monotonic(), () => this.#turn())
  }

  #turn(): void {
    this.#timer = undefined
    // Timers of the runtime may come a fraction of a millisecond early; such a turn is taken as due.
    const now = this.#clock.monotonic() + 0.5
    for (; this.#running > 0 && this.#due(this.#next) <= now; this.#next++) {
      const due = this.#due(this.#next)
      for (const tick of this.#slots[this.#next % slots]!) tick(due)
    }
    if (this.#running > 0 && !this.#timer) this.#arm()
  }
}

const tickers = new WeakMap<Clock, Ticker>()

/** The wheel of this clock. */
export function tickerOf(clock: Clock): Ticker {
  const known = tickers.get(clock) ?? new Ticker(clock)
  tickers.set(clock, known)
  return known
}
