/** Those who wait for a playout to drain: looked at when enough time has passed, and when sound was dropped. */
import type { Clock, Timer } from '../lib/clock.ts'

interface Waiter {
  readonly ms: number
  readonly resolve: () => void
  timer: Timer
}

/** A paused playout does not drain by itself: look again after this long, ms. */
const shortestLook = 5

export class Waiters {
  readonly #clock: Clock
  readonly #queuedMs: () => number
  readonly #waiters = new Set<Waiter>()

  constructor(clock: Clock, queuedMs: () => number) {
    this.#clock = clock
    this.#queuedMs = queuedMs
  }

  /** Resolves when at most `ms` are queued; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (this.#queuedMs() <= ms) return Promise.resolve()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const abort = () => {
      this.#waiters.delete(waiter)
      waiter.timer.cancel()
      reject(signal.reason)
    }
    const settle = () => {
      signal.removeEventListener('abort', abort)
      resolve()
    }
    const waiter: Waiter = {
      ms,
      resolve: settle,
      timer: this.#clock.timer(this.#patience(ms), () => this.#look(waiter)),
    }
    this.#waiters.add(waiter)
    signal.addEventListener('abort', abort, { once: true })
    return promise
  }

  /** Sound was dropped, or more is known of what was heard: some may be content now. */
  settle(): void {
    for (const waiter of this.#waiters) {
      waiter.timer.cancel()
      this.#look(waiter)
    }
  }

  #look(waiter: Waiter): void {
    if (this.#queuedMs() > waiter.ms) {
      waiter.timer = this.#clock.timer(this.#patience(waiter.ms), () => this.#look(waiter))
      return
    }
    this.#waiters.delete(waiter)
    waiter.resolve()
  }

  /** Sound drains no faster than it is played. */
  #patience(ms: number): number {
    return Math.max(shortestLook, this.#queuedMs() - ms)
  }
}
