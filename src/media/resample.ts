/** Changes the sample rate with a polyphase filter: the same samples come out however the sound was cut into chunks. */
import type { AudioSink, AudioStage } from '../spec/audio.ts'
import { type Polyphase, polyphase } from './filter.ts'

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

/** Input samples taken at a time: bounds the window, whatever the chunk. */
const block = 960

export class Resampler {
  readonly #filter: Polyphase
  /** Seconds by which the output lags behind the input. */
  readonly delay: number
  /** The last `taps - 1` samples of the past, then the block at hand: the inner loop runs straight through. */
  readonly #window: Float64Array
  /** The next output's newest input, counted from the start of the block, and its phase. */
  #next = 0
  #phase = 0

  constructor(from: number, to: number) {
    this.#filter = polyphase(from, to)
    this.delay = this.#filter.delay / from
    this.#window = new Float64Array(this.#filter.taps - 1 + block)
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
    for (let start = 0; start < pcm.length; start += block) {
      written = this.#block(pcm, start, Math.min(block, pcm.length - start), output, written)
    }
    return written
  }

  /** Pushes out the filter's delay and forgets everything: what follows is a new sound. */
  flush(): Int16Array {
    const tail = this.process(new Int16Array(Math.ceil(this.#filter.delay)))
    this.#window.fill(0)
    this.#next = 0
    this.#phase = 0
    return tail
  }

  #block(pcm: Int16Array, start: number, length: number, output: Int16Array, at: number): number {
    const { up, down, taps } = this.#filter
    const window = this.#window
    for (let index = 0; index < length; index++) window[taps - 1 + index] = pcm[start + index]!
    const end = at + this.yields(length)
    for (let first = 0; first < up && at + first < end; first++) {
      const ticks = this.#phase + first * down
      this.#phaseRun(ticks % up, this.#next + Math.floor(ticks / up), output, at + first, end)
    }
    const ticks = this.#phase + (end - at) * down
    this.#next += Math.floor(ticks / up) - length
    this.#phase = ticks % up
    window.copyWithin(0, length, length + taps - 1)
    return end
  }

  /**
   * Every output of one phase, four at a time: they share their coefficients and stand `down` inputs apart. Each is one sum
   * from the oldest input to the newest, alone or among four, so that the last bit does not depend on the chunks.
   */
  #phaseRun(phase: number, from: number, output: Int16Array, first: number, end: number): void {
    const { up, down, taps, coefficients } = this.#filter
    const window = this.#window
    const offset = phase * taps
    let at = first
    let input = from
    for (; at + 3 * up < end; at += 4 * up, input += 4 * down) {
      let a = 0
      let b = 0
      let c = 0
      let d = 0
      for (let tap = 0, place = input; tap < taps; tap++, place++) {
        const weight = coefficients[offset + tap]!
        a += weight * window[place]!
        b += weight * window[place + down]!
        c += weight * window[place + 2 * down]!
        d += weight * window[place + 3 * down]!
      }
      output[at] = toSample(a)
      output[at + up] = toSample(b)
      output[at + 2 * up] = toSample(c)
      output[at + 3 * up] = toSample(d)
    }
    for (; at < end; at += up, input += down) {
      let sum = 0
      for (let tap = 0; tap < taps; tap++) sum += coefficients[offset + tap]! * window[input + tap]!
      output[at] = toSample(sum)
    }
  }
}

/** Nearest 16-bit value; the bitwise floor of a positive number is cheaper than Math.round. */
function toSample(value: number): number {
  if (value >= 32767) return 32767
  if (value <= -32768) return -32768
  return ((value + 32768.5) | 0) - 32768
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
