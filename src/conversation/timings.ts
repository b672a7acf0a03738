/** How long one turn took: from the end of the caller's speech to the first sound sent back. */
import type { Clock } from '../lib/clock.ts'
import type { TurnTimings } from '../spec/event.ts'

type Name = keyof TurnTimings

/** Each figure is taken once a turn; a turn is told once, when its first sound is sent or nothing more will come of it. */
export class TurnMeter {
  readonly #clock: Clock
  readonly #measured: (turn: number, timings: TurnTimings) => void
  #turn = 0
  #from: number | undefined
  #timings: { [name in Name]?: number } = {}

  constructor(clock: Clock, measured: (turn: number, timings: TurnTimings) => void) {
    this.#clock = clock
    this.#measured = measured
  }

  /** The caller's turn is over; they fell silent `agoMs` ago. */
  begin(agoMs: number): void {
    this.end()
    this.#turn++
    this.#from = this.#clock.monotonic() - agoMs
    this.take('endOfTurn')
  }

  /** `inMs`: it happens that much later than now. */
  take(name: Name, inMs = 0): void {
    if (this.#from === undefined || this.#timings[name] !== undefined) return
    this.#timings[name] = Math.round(this.#clock.monotonic() + inMs - this.#from)
    if (name === 'firstSent') this.end()
  }

  /** Tells what was measured, if the turn got as far as words. */
  end(): void {
    const timings = this.#timings
    const told = this.#from !== undefined && Object.keys(timings).length > 1
    this.#from = undefined
    this.#timings = {}
    if (told) this.#measured(this.#turn, timings)
  }
}
