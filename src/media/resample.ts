/** Changes the sample rate with a polyphase filter: the same samples come out however the sound was cut into chunks. */
import type { AudioSink, AudioStage } from '../spec/audio.ts'
import { OffhookError } from '../spec/errors.ts'
import { type Polyphase, polyphase } from './filter.ts'
import { mostResults, mostSamples, workbench } from './kernel.ts'

/** A stage for whatever follows at `to` Hz; the next sink itself when the rates are equal. Delay: 3 ms at 8 kHz. */
export function resample(from: number, to: number): AudioStage {
  if (from === to) return (next) => next
  return (next) => new ResamplingSink(from, to, next)
}

/** A whole sound at once, aligned with the original: without the filter's delay, `length · to / from` samples long. */
export function resampled(pcm: Int16Array, from: number, to: number): Int16Array {
  if (from === to) return pcm.slice()
  const resampler = new Resampler(from, to)
  const head = resampler.process(pcm)
  const tail = resampler.flush()
  const output = new Int16Array(Math.round((pcm.length * to) / from))
  const skip = Math.round(resampler.delay * to)
  output.set(head.subarray(skip, skip + output.length))
  const start = Math.max(0, head.length - skip)
  const rest = Math.max(0, skip - head.length)
  if (start < output.length) output.set(tail.subarray(rest, rest + output.length - start), start)
  return output
}

/** Input samples taken at a time: bounds the room they need, whatever the chunk. */
const block = 960

export class Resampler {
  readonly #filter: Polyphase
  readonly #bench = workbench()
  /** Seconds by which the output lags behind the input. */
  readonly delay: number
  readonly #block: number
  /** The last `taps - 1` samples. */
  readonly #past: Int16Array
  /** The next output's newest input, counted from the start of the block, and its phase. */
  #next = 0
  #phase = 0

  /** Throws `media.format` for a rate that is hundreds of times lower. */
  constructor(from: number, to: number) {
    this.#filter = polyphase(from, to)
    const { taps, up, down, delay } = this.#filter
    this.delay = delay / from
    this.#past = new Int16Array(taps - 1)
    this.#block = Math.min(block, Math.floor((mostResults * down) / up) - 1, mostSamples - taps)
    if (this.#block < 1)
      throw new OffhookError(
        'media.format',
        `Sound cannot be brought from ${from} to ${to} Hz: the rates are too far apart.`,
      )
  }

  /** How many samples `length` more of input will yield. */
  yields(length: number): number {
    const { up, down } = this.#filter
    return Math.max(0, Math.ceil(((length - this.#next) * up - this.#phase) / down))
  }

  process(pcm: Int16Array): Int16Array {
    const output = new Int16Array(this.yields(pcm.length))
    this.processInto(pcm, output)
    return output
  }

  /** Like `process`, into an array of at least `yields(pcm.length)` samples. Returns how many were written. */
  processInto(pcm: Int16Array, output: Int16Array): number {
    let written = 0
    for (let start = 0; start < pcm.length; start += this.#block) {
      written += this.#process(pcm, start, Math.min(this.#block, pcm.length - start), output, written)
    }
    return written
  }

  /** Pushes out the filter's delay and forgets everything: what follows is a new sound. */
  flush(): Int16Array {
    const tail = this.process(new Int16Array(Math.ceil(this.#filter.delay)))
    this.#past.fill(0)
    this.#next = 0
    this.#phase = 0
    return tail
  }

  /** Every output is one sum in one order, alone or among others, so that the last bit does not depend on the chunks. */
  #process(pcm: Int16Array, start: number, length: number, output: Int16Array, at: number): number {
    const { up, down, taps, weights } = this.#filter
    const bench = this.#bench
    const count = this.yields(length)
    bench.lay(this.#past, pcm, start, length)
    // The outputs of one phase share their weights, and stand `down` inputs apart.
    for (let first = 0; first < up && first < count; first++) {
      const ticks = this.#phase + first * down
      const phase = ticks % up
      const input = this.#next + Math.floor(ticks / up)
      bench.filter(input, weights + phase * taps * 4, taps, first, Math.ceil((count - first) / up), down, up)
    }
    bench.results(count, output, at)
    bench.samples(length, this.#past)
    const ticks = this.#phase + count * down
    this.#next += Math.floor(ticks / up) - length
    this.#phase = ticks % up
    return count
  }
}

class ResamplingSink implements AudioSink {
  readonly rate: number
  readonly #resampler: Resampler
  readonly #to: number
  readonly #next: AudioSink
  /** Reused from chunk to chunk: nobody may keep a reference to what is written. */
  #output = new Int16Array(0)

  constructor(from: number, to: number, next: AudioSink) {
    this.rate = from
    this.#to = to
    this.#resampler = new Resampler(from, to)
    this.#next = next
  }

  write(pcm: Int16Array): void {
    const length = this.#resampler.yields(pcm.length)
    if (length !== this.#output.length) this.#output = new Int16Array(length)
    this.#resampler.processInto(pcm, this.#output)
    this.#next.write(this.#output)
  }

  flush(): void {
    this.#next.write(this.#resampler.flush())
    this.#next.flush?.()
  }

  toString(): string {
    return `${this.rate}→${this.#to} Hz → ${this.#next}`
  }
}
