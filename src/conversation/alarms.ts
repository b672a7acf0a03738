/** The timers of a talk that run: set and cancelled as `turns.ts` says. */
import type { Clock, Timer } from '../lib/clock.ts'
import type { TurnTimer } from './turn.ts'

export class Alarms {
  readonly #clock: Clock
  readonly #ring: (timer: TurnTimer) => void
  readonly #running = new Map<TurnTimer, Timer>()

  constructor(clock: Clock, ring: (timer: TurnTimer) => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** Takes the place of one of this name. */
  set(timer: TurnTimer, delay: number): void {
    this.cancel(timer)
    this.#running.set(
      timer,
      this.#clock.timer(delay, () => this.#ring(timer)),
    )
  }

  cancel(timer: TurnTimer): void {
    this.#running.get(timer)?.cancel()
    this.#running.delete(timer)
  }

  close(): void {
    for (const timer of this.#running.values()) timer.cancel()
    this.#running.clear()
  }
}
