/** Collects the caller's sound of one turn, from a little before it began. */
import type { AudioSink } from '../../spec/audio.ts'

/** Sound taken from before the detected beginning, ms: the first syllable is softer than what gave it away. */
const before = 300
/** Sound kept behind the detected end, ms. */
const behind = 200
/** Sound kept while nobody speaks, ms: the detector's delay and `before` must fit. */
const kept = 2_000
/** Longest turn, ms; of a longer one the end is kept. */
const longest = 120_000

export class Hearing implements AudioSink {
  readonly rate: number
  #chunks: Int16Array[] = []
  #samples = 0
  /** Samples of the present turn; undefined while nobody speaks. */
  #turn: number | undefined

  constructor(rate: number) {
    this.rate = rate
  }

  get listening(): boolean {
    return this.#turn !== undefined
  }

  write(pcm: Int16Array): void {
    this.#chunks.push(pcm.slice())
    this.#samples += pcm.length
    if (this.#turn !== undefined) this.#turn += pcm.length
    const limit = this.#of(this.#turn === undefined ? kept : longest)
    while (this.#samples - (this.#chunks[0]?.length ?? 0) >= limit) this.#samples -= this.#chunks.shift()!.length
  }

  /** Speech began `agoMs` ago. */
  start(agoMs: number): void {
    this.#turn ??= Math.min(this.#samples, this.#of(agoMs + before))
  }

  /** Speech ended `agoMs` ago. All of the turn, without the silence that told its end. */
  stop(agoMs: number): Int16Array {
    const length = Math.min(this.#turn ?? 0, this.#samples)
    this.#turn = undefined
    const silence = this.#of(Math.max(0, agoMs - behind))
    const all = join(this.#chunks, this.#samples)
    const end = Math.max(all.length - length, all.length - silence)
    const turn = all.slice(all.length - length, end)
    // What follows at once may begin within this very silence; no sound is recognised twice.
    this.#chunks = [all.slice(end)]
    this.#samples = all.length - end
    return turn
  }

  /** The present turn's sound so far; none while nobody speaks. */
  present(): Int16Array {
    const length = Math.min(this.#turn ?? 0, this.#samples)
    return join(this.#chunks, this.#samples).subarray(this.#samples - length)
  }

  toString(): string {
    return `recogniser ${this.rate} Hz`
  }

  #of(ms: number): number {
    return Math.round((ms * this.rate) / 1000)
  }
}

function join(chunks: readonly Int16Array[], length: number): Int16Array {
  const all = new Int16Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
