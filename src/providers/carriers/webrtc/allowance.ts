/** How many messages a client may send: a steady rate with room for a burst. */
import type { Clock } from '../../../lib/clock.ts'

/** Per second: pings, keys and the odd message are far below it. */
const steady = 50
const burst = 200
/** So many refused in a row of a burst is no client. */
const mostRefused = 1000

export class Allowance {
  readonly #clock: Clock
  #left = burst
  #at: number
  #refused = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#at = clock.monotonic()
  }

  /** `over`: pass this message by. `flood`: be done with whoever sends them. */
  spend(): 'ok' | 'over' | 'flood' {
    const now = this.#clock.monotonic()
    this.#left = Math.min(burst, this.#left + ((now - this.#at) * steady) / 1000)
    this.#at = now
    if (this.#left >= 1) {
      this.#left--
      if (this.#left > burst / 2) this.#refused = 0
      return 'ok'
    }
    return ++this.#refused > mostRefused ? 'flood' : 'over'
  }
}
