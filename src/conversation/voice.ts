/** The agent's sound on its way to the caller: kept until there is a line, and dropped once it was cut off. */
import type { AudioSink, Playout } from '../spec/audio.ts'
import { fit } from '../media/chain.ts'

/** Sound kept for a line that is not open, ms: a greeting made while it rings. */
const keptLimit = 60_000

export interface VoiceOptions {
  /** Nothing passes while true. */
  readonly closed: () => boolean
  /** Called before sound passes, with its length. */
  readonly passing: (ms: number) => void
  /** Called after it passed. */
  readonly passed: () => void
}

export class Voice implements AudioSink {
  readonly rate: number
  readonly #options: VoiceOptions
  #playout: Playout | undefined
  #way: AudioSink | undefined
  #kept: Int16Array[] = []
  #keptMs = 0
  /** The run of sound that is kept is over. */
  #keptWhole = false
  /** Sound that came after its reply was cut off, or found no room, ms. */
  droppedMs = 0

  constructor(rate: number, options: VoiceOptions) {
    this.rate = rate
    this.#options = options
  }

  /** Sound that the caller has not heard, ms. */
  get unheardMs(): number {
    return (this.#playout?.queuedMs ?? 0) + this.#keptMs
  }

  write(pcm: Int16Array): void {
    const ms = (pcm.length * 1000) / this.rate
    if (this.#options.closed()) {
      this.droppedMs += ms
      return
    }
    if (!this.#way && this.#keptMs + ms > keptLimit) {
      this.droppedMs += ms
      return
    }
    this.#options.passing(ms)
    if (this.#way) this.#way.write(pcm)
    else this.#keep(pcm, ms)
    this.#options.passed()
  }

  flush(): void {
    this.#way?.flush?.()
    this.#keptWhole = true
  }

  /** Everything from now on, and what was kept, goes to this line. */
  attach(playout: Playout): void {
    this.#playout = playout
    this.#way = fit(this.rate)(playout)
    const kept = this.#kept
    this.#kept = []
    this.#keptMs = 0
    for (const pcm of kept) this.#way.write(pcm)
    if (this.#keptWhole) this.#way.flush?.()
  }

  #keep(pcm: Int16Array, ms: number): void {
    this.#kept.push(pcm.slice())
    this.#keptMs += ms
    this.#keptWhole = false
  }

  /** Silent from now on, until it goes on where it stopped; what is written meanwhile waits. */
  hush(): void {
    this.#playout?.hush()
  }

  goOn(): void {
    this.#playout?.goOn()
  }

  /** Takes back what the caller has not heard. */
  clear(): void {
    this.#playout?.clear()
    this.#kept = []
    this.#keptMs = 0
    // A resampler still holds the end of what was cut off.
    if (this.#playout) this.#way = fit(this.rate)(this.#playout)
  }

  toString(): string {
    return `${this.rate} Hz → ${this.#way ?? 'kept for the line'}`
  }
}
