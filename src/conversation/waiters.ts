/** Whoever waits for the talk to reach some state, for a limited time. */
import type { Clock } from '../lib/clock.ts'

export class Waiters {
  readonly #clock: Clock
  readonly #checks = new Set<(over: boolean) => void>()
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves with what `reached` gives as soon as it gives something, or with `late` after `limit` ms. Never rejects. */
  wait<T>(reached: () => T | undefined, limit: number, late: T): Promise<T> {
    const now = reached()
    if (now !== undefined || this.#closed) return Promise.resolve(now ?? late)
    return new Promise((resolve) => {
      const check = (over: boolean) => {
        const value = reached() ?? (over ? late : undefined)
        if (value === undefined) return
        timer.cancel()
        this.#checks.delete(check)
        resolve(value)
      }
      const timer = this.#clock.timer(limit, () => check(true))
      this.#checks.add(check)
    })
  }

  /** Something changed. */
  check(): void {
    for (const check of this.#checks) check(false)
  }

  /** Nothing will change any more. */
  close(): void {
    this.#closed = true
    for (const check of this.#checks) check(true)
  }
}
