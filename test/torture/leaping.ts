/** The real clock, that can also leap: everything due by then happens at once. And it knows how many timers are set. */
import { realClock, sleepOn, type Clock, type Timer } from '../../src/lib/clock.ts'

interface Entry {
  readonly due: number
  readonly run: () => void
  handle: Timer
}

export class LeapingClock implements Clock {
  readonly #entries = new Set<Entry>()
  #leapt = 0

  /** Timers set and neither run nor cancelled. */
  get pending(): number {
    return this.#entries.size
  }

  now(): number {
    return Math.floor(realClock.now() + this.#leapt)
  }

  monotonic(): number {
    return realClock.monotonic() + this.#leapt
  }

  timer(delay: number, run: () => void): Timer {
    const due = this.monotonic() + Math.max(0, delay)
    const entry: Entry = { due, run, handle: realClock.timer(delay, () => this.#fire(entry)) }
    this.#entries.add(entry)
    const cancel = (): void => {
      entry.handle.cancel()
      this.#entries.delete(entry)
    }
    return { cancel, [Symbol.dispose]: cancel }
  }

  sleep(delay: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delay, signal)
  }

  leap(ms: number): void {
    this.#leapt += ms
    const now = this.monotonic()
    for (const entry of [...this.#entries].toSorted((a, b) => a.due - b.due)) {
      entry.handle.cancel()
      entry.handle = realClock.timer(Math.max(0, entry.due - now), () => this.#fire(entry))
    }
  }

  #fire(entry: Entry): void {
    this.#entries.delete(entry)
    entry.run()
  }
}
