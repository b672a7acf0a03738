/** A room for any number of parties: each hears everybody but itself. The step is apart from the clock that calls it. */
import type { Clock, Timer } from '../lib/clock.ts'
import type { Scope } from '../lib/scope.ts'
import type { AudioPort, AudioSink } from '../spec/audio.ts'
import { createSource, type Emitter } from './port.ts'

export interface MixerOptions {
  /** Hz; parties of other rates are resampled where they are connected. Default 16000. */
  readonly rate?: number
  /** Sound mixed in one step, ms. Default 20. */
  readonly frameMs?: number
  /** Sound a party may be ahead, ms; beyond it, its oldest sound is dropped. Default 200. */
  readonly capacityMs?: number
}

const defaults = { rate: 16000, frameMs: 20, capacityMs: 200 } as const satisfies MixerOptions

/** A seat in the room: what is written to `speaker` is said to the others, `microphone` is what they say. */
export interface Seat extends AudioPort, Disposable {
  /** Samples dropped because this party was too far ahead. */
  readonly dropped: number
  /** Steps in which this party had spoken before and had less than a frame: silence filled it up. */
  readonly late: number
}

export class Mixer {
  readonly rate: number
  readonly frameMs: number
  readonly #capacity: number
  readonly #frame: number
  #seats: readonly Chair[] = []

  constructor(options: MixerOptions = {}) {
    const { rate, frameMs, capacityMs } = { ...defaults, ...options }
    this.rate = rate
    this.frameMs = frameMs
    this.#frame = Math.round((rate * frameMs) / 1000)
    this.#capacity = Math.max(this.#frame, Math.round((rate * capacityMs) / 1000))
  }

  get size(): number {
    return this.#seats.length
  }

  /** Takes a seat until disposed. */
  join(name: string): Seat {
    const seat = new Chair(name, this.rate, this.#capacity, () => {
      this.#seats = this.#seats.filter((other) => other !== seat)
    })
    this.#seats = [...this.#seats, seat]
    return seat
  }

  /** Takes one frame from every seat and gives each seat its mix. */
  step(): void {
    const seats = this.#seats
    const mixes = mix(seats.map((seat) => seat.take(this.#frame)))
    for (const [index, seat] of seats.entries()) seat.microphone.emit(mixes[index]!)
  }
}

/** For each frame the sum of all others, cut off at the limits of 16 bit. All frames have one length. */
export function mix(frames: readonly Int16Array[]): readonly Int16Array[] {
  const sum = new Int32Array(frames[0]?.length ?? 0)
  for (const frame of frames) for (let index = 0; index < sum.length; index++) sum[index]! += frame[index]!
  return frames.map((frame) => {
    const others = new Int16Array(sum.length)
    for (let index = 0; index < sum.length; index++) {
      const value = sum[index]! - frame[index]!
      others[index] = value > 32767 ? 32767 : value < -32768 ? -32768 : value
    }
    return others
  })
}

/** Steps the mixer in real time until the scope closes. After a stall it catches up, but for no more than `patience` steps. */
export function drive(mixer: Mixer, clock: Clock, scope: Scope): void {
  const patience = 5
  let due = clock.monotonic() + mixer.frameMs
  let timer: Timer
  const wait = () => {
    timer = clock.timer(due - clock.monotonic(), tick)
  }
  const tick = () => {
    mixer.step()
    due = Math.max(due + mixer.frameMs, clock.monotonic() - patience * mixer.frameMs)
    wait()
  }
  wait()
  scope.defer(() => timer.cancel())
}

class Chair implements Seat {
  readonly speaker: AudioSink
  readonly microphone: Emitter
  dropped = 0
  late = 0
  readonly #leave: () => void
  readonly #ring: Int16Array
  #start = 0
  #length = 0
  #spoken = false

  constructor(name: string, rate: number, capacity: number, leave: () => void) {
    this.#ring = new Int16Array(capacity)
    this.#leave = leave
    this.microphone = createSource(rate)
    this.speaker = { rate, write: (pcm) => this.#put(pcm), toString: () => `mixer seat ${name}` }
  }

  [Symbol.dispose](): void {
    this.#leave()
  }

  take(length: number): Int16Array {
    const frame = new Int16Array(length)
    const available = Math.min(length, this.#length)
    for (let index = 0; index < available; index++)
      frame[index] = this.#ring[(this.#start + index) % this.#ring.length]!
    this.#start = (this.#start + available) % this.#ring.length
    this.#length -= available
    if (available < length && this.#spoken) this.late++
    return frame
  }

  #put(pcm: Int16Array): void {
    const ring = this.#ring
    this.#spoken = true
    const kept = pcm.length > ring.length ? pcm.subarray(pcm.length - ring.length) : pcm
    const excess = Math.max(0, this.#length + kept.length - ring.length)
    this.dropped += excess + pcm.length - kept.length
    this.#start = (this.#start + excess) % ring.length
    this.#length -= excess
    const end = this.#start + this.#length
    for (let index = 0; index < kept.length; index++) ring[(end + index) % ring.length] = kept[index]!
    this.#length += kept.length
  }
}
