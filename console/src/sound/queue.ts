/** Sound that arrives in bursts and is played evenly: waits for a start, never runs far behind, changes the rate as it reads. */

export interface QueueOptions {
  /** Hz of what is written and of what is read. */
  readonly from: number
  readonly to: number
  /** Held before playing starts, and again after it ran dry, ms. */
  readonly lead?: number
  /** More than this is late: the oldest is dropped down to `lead`, ms. */
  readonly most?: number
}

export class SoundQueue {
  readonly #step: number
  readonly #lead: number
  readonly #most: number
  #samples: Float32Array = new Float32Array(0)
  /** Where the reader stands, in samples, between two of them. */
  #at = 0
  #playing = false
  /** Samples dropped because they were late. */
  dropped = 0

  constructor({ from, to, lead = 200, most = 1_500 }: QueueOptions) {
    this.#step = from / to
    this.#lead = (lead * from) / 1000
    this.#most = (most * from) / 1000
  }

  get playing(): boolean {
    return this.#playing
  }

  write(samples: Float32Array): void {
    const kept = this.#samples.subarray(Math.floor(this.#at))
    this.#at -= Math.floor(this.#at)
    const all = new Float32Array(kept.length + samples.length)
    all.set(kept)
    all.set(samples, kept.length)
    const late = all.length > this.#most ? Math.floor(all.length - this.#lead) : 0
    this.dropped += late
    this.#samples = late > 0 ? all.subarray(late) : all
    if (!this.#playing && this.#samples.length >= this.#lead) this.#playing = true
  }

  /** Fills `out`; silence while there is nothing. Straight lines between samples are good enough to listen to. */
  read(out: Float32Array): void {
    for (let i = 0; i < out.length; i++) out[i] = this.#next()
  }

  #next(): number {
    if (!this.#playing) return 0
    const index = Math.floor(this.#at)
    if (index + 1 >= this.#samples.length) {
      this.#playing = false
      return 0
    }
    const before = this.#samples[index] ?? 0
    const after = this.#samples[index + 1] ?? 0
    const value = before + (after - before) * (this.#at - index)
    this.#at += this.#step
    return value
  }
}
