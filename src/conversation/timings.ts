/** How long one turn took: from the end of the caller's speech to the first sound of the answer that can be heard. */
import type { Clock } from '../lib/clock.ts'
import type { Playout } from '../spec/audio.ts'
import type { TurnTimings } from '../spec/event.ts'
import { onset } from './onset.ts'
import { overhear } from './overhear.ts'

type Name = keyof TurnTimings

/** What agents call their measures, as a turn has them. */
export const measures = { transcript: 'transcript', 'first-token': 'firstToken', 'first-audio': 'firstAudio' } as const

/** Each figure is taken once a turn; a turn is told once, when its first sound can be heard or nothing more will come of it. */
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

  /** `inMs`: it happens that much later than now. What comes after the answer's sound was no part of the wait for it. */
  take(name: Name, inMs = 0): void {
    if (this.#from === undefined || this.#timings[name] !== undefined) return
    if (this.#timings.firstAudio !== undefined && !sounds.has(name)) return
    this.#timings[name] = Math.round(this.#clock.monotonic() + inMs - this.#from)
    if (name === 'firstAudible') this.end()
  }

  /** The line's speaker, watched for what is sent first and what can be heard first. */
  watch(playout: Playout): Playout {
    return overhear(playout, { said: (pcm) => this.#said(pcm, playout) })
  }

  /** All of a reply is on its way: what cannot be heard of it by now was silence. */
  settle(): void {
    if (this.#timings.firstSent !== undefined) this.end()
  }

  /** Tells what was measured, if the turn got as far as words. */
  end(): void {
    const timings = this.#timings
    const told = this.#from !== undefined && Object.keys(timings).length > 1
    this.#from = undefined
    this.#timings = {}
    if (told) this.#measured(this.#turn, timings)
  }

  #said(pcm: Int16Array, { queuedMs, rate }: Playout): void {
    // Of sound that nobody has announced the meter knows nothing.
    if (this.#timings.firstAudio === undefined || pcm.length === 0) return
    this.take('firstSent', queuedMs)
    const silent = onset(pcm, rate)
    if (silent !== undefined) this.take('firstAudible', queuedMs + silent)
  }
}

/** In the order in which they happen. */
const sounds: ReadonlySet<Name> = new Set(['firstAudio', 'firstSent', 'firstAudible'])
