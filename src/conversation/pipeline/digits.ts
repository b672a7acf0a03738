/** Collects keypad digits that belong together: until a pause, or the hash key. */
import type { Clock, Timer } from '../../lib/clock.ts'

/** Pause after which the digits so far are complete, ms. */
const digitTimeout = 2_000

export class Digits implements Disposable {
  readonly #clock: Clock
  readonly #complete: (digits: string) => void
  #digits = ''
  #timer: Timer | undefined

  constructor(clock: Clock, complete: (digits: string) => void) {
    this.#clock = clock
    this.#complete = complete
  }

  get collecting(): boolean {
    return this.#digits !== ''
  }

  press(digit: string): void {
    this.#timer?.cancel()
    // The hash key ends a number; alone it is a key like any other.
    if (digit === '#' && this.collecting) return this.#end()
    this.#digits += digit
    this.#timer = this.#clock.timer(digit === '#' ? 0 : digitTimeout, () => this.#end())
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel()
  }

  #end(): void {
    const digits = this.#digits
    this.#digits = ''
    this.#complete(digits)
  }
}
