/** A detector of speech that also tells how finished it sounds when somebody pauses. */
import { Listeners } from './turns.ts'
import type { Vad, VadEvent, VadFactory } from './vad.ts'

/** Tells from sound alone whether a turn is over. One for many calls. */
export interface TurnDetector {
  /** For one call, whose sound comes at `rate` Hz. */
  open(rate: number): TurnEar
}

export interface TurnEar extends Disposable {
  /** All sound of the line, as it comes. */
  write(pcm: Int16Array): void
  /** The speaker paused after `speechMs` of speech: tells how finished that sounds, 0 … 1, now or later; or never, where it cannot be told. */
  judge(speechMs: number, tell: (finished: number) => void): void
}

/** Silence that may be the end of a turn, ms. Most are none: a stop within a word is shorter. */
const judgedAfter = 200

/** The detectors of `factory` must tell pauses. The verdict comes as another `paused`, unless the pause is over by then. */
export function withEndings(factory: VadFactory, detector: TurnDetector): VadFactory {
  return (rate) => new EndingVad(factory(rate), detector.open(rate))
}

class EndingVad implements Vad {
  readonly rate: number
  readonly windowMs: number
  readonly #vad: Vad
  readonly #ear: TurnEar
  readonly #listeners = new Listeners()
  #writtenMs = 0
  #startedAt = 0
  /** Counts what changes: a verdict on an older pause is void. */
  #pauses = 0
  /** A pause that has not been judged. */
  #pause: VadEvent | undefined

  constructor(vad: Vad, ear: TurnEar) {
    this.rate = vad.rate
    this.windowMs = vad.windowMs
    this.#vad = vad
    this.#ear = ear
    vad.listen((event) => this.#heard(event))
  }

  get speaking(): boolean {
    return this.#vad.speaking
  }

  /** The ear first: it has heard what the detector decides about. */
  write(pcm: Int16Array): void {
    this.#writtenMs += (pcm.length * 1000) / this.rate
    this.#ear.write(pcm)
    this.#vad.write(pcm)
    if (this.#pause && this.#writtenMs >= this.#pause.atMs + judgedAfter) this.#judge(this.#pause)
  }

  flush(): void {
    this.#vad.flush?.()
  }

  listen(listener: (event: VadEvent) => void): Disposable {
    return this.#listeners.add(listener)
  }

  rest(): void {
    this.#forget()
    this.#vad.rest?.()
  }

  toString(): string {
    return `${this.#vad}`
  }

  [Symbol.dispose](): void {
    this.#forget()
    this.#listeners.clear()
    this.#vad[Symbol.dispose]()
    this.#ear[Symbol.dispose]()
  }

  #heard(event: VadEvent): void {
    this.#forget()
    if (event.type === 'started') this.#startedAt = event.atMs
    if (event.type === 'paused') this.#pause = event
    this.#listeners.tell(event)
  }

  #forget(): void {
    this.#pauses++
    this.#pause = undefined
  }

  #judge(event: VadEvent): void {
    this.#pause = undefined
    const pause = this.#pauses
    this.#ear.judge(event.atMs - this.#startedAt, (finished) => {
      if (pause !== this.#pauses) return
      this.#listeners.tell({ ...event, decidedMs: Math.round(this.#writtenMs), finished })
    })
  }
}
