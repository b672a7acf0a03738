/** What all detectors share: cutting into frames, telling listeners, and turning a yes or no per frame into turns of speech. */
import type { Vad, VadEvent } from './vad.ts'

/** Listeners of one detector. A listener may leave while it is told. */
export class Listeners {
  readonly #listeners = new Set<(event: VadEvent) => void>()

  add(listener: (event: VadEvent) => void): Disposable {
    const own = (event: VadEvent) => listener(event)
    this.#listeners.add(own)
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) }
  }

  tell(event: VadEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  clear(): void {
    this.#listeners.clear()
  }
}

/** Calls `frame` with each whole frame; whole ones inside `pcm` are not copied. */
export class Frames {
  readonly #held: Int16Array
  #count = 0
  readonly #frame: (frame: Int16Array) => void

  constructor(length: number, frame: (frame: Int16Array) => void) {
    this.#held = new Int16Array(length)
    this.#frame = frame
  }

  write(pcm: Int16Array): void {
    const { length } = this.#held
    for (let at = 0; at < pcm.length;) {
      if (this.#count === 0 && pcm.length - at >= length) {
        this.#frame(pcm.subarray(at, at + length))
        at += length
        continue
      }
      const part = pcm.subarray(at, at + length - this.#count)
      this.#held.set(part, this.#count)
      this.#count += part.length
      at += part.length
      if (this.#count < length) return
      this.#count = 0
      this.#frame(this.#held)
    }
  }
}

export interface TurnOptions {
  readonly frameMs: number
  /** Speech starts when `needed` of the last `window` frames are voice. */
  readonly window: number
  readonly needed: number
  /** Silence that ends it, ms. */
  readonly hangover: number
  /** Silence that is told as a pause, ms. Absent: none is. */
  readonly pause?: number | undefined
}

/** Turns of speech from frames that are voice or not. */
export class Turns {
  readonly #options: TurnOptions
  /** The last frames, newest in the lowest bit. */
  #recent = 0
  #now = 0
  #voicedUntil = 0
  readonly #pauses: Pauses
  speaking = false

  constructor(options: TurnOptions) {
    this.#options = options
    this.#pauses = new Pauses(options.pause)
  }

  rest(): void {
    this.speaking = false
    this.#recent = 0
  }

  /** Ms of sound so far. */
  get now(): number {
    return this.#now
  }

  advance(voice: boolean): VadEvent | undefined {
    const { frameMs, window, needed, hangover } = this.#options
    this.#now += frameMs
    if (voice) this.#voicedUntil = this.#now
    if (this.speaking) {
      if (this.#now - this.#voicedUntil < hangover) return this.#pauses.advance(this.#now, frameMs, voice)
      this.speaking = false
      this.#recent = 0
      return { type: 'ended', atMs: this.#voicedUntil, decidedMs: this.#now }
    }
    this.#recent = ((this.#recent << 1) | (voice ? 1 : 0)) & ((1 << window) - 1)
    if (!voice || ones(this.#recent) < needed) return undefined
    this.speaking = true
    this.#pauses.start(this.#now)
    const frames = 32 - Math.clz32(this.#recent)
    return { type: 'started', atMs: this.#now - frames * frameMs, decidedMs: this.#now }
  }
}

/** Voice for so long, in so much time, is no click: the speech goes on. */
const resuming = { voice: 30, within: 60 }

/** Pauses within speech: told once each, and again when the voice is back. */
export class Pauses {
  readonly #length: number | undefined
  #voicedUntil = 0
  #paused = false
  /** Since when the voice may be back, and how much of it there was. */
  #backSince = 0
  #back = 0

  constructor(length: number | undefined) {
    this.#length = length
  }

  /** Speech began. */
  start(now: number): void {
    this.#paused = false
    this.#voicedUntil = now
  }

  /** Takes the next frame of speech, which ends at `now`. */
  advance(now: number, frameMs: number, voice: boolean): VadEvent | undefined {
    if (this.#length === undefined) return undefined
    if (this.#paused) return voice ? this.#hear(now, frameMs) : undefined
    if (voice) this.#voicedUntil = now
    if (now - this.#voicedUntil < this.#length) return undefined
    this.#paused = true
    this.#back = 0
    return { type: 'paused', atMs: this.#voicedUntil, decidedMs: now }
  }

  #hear(now: number, frameMs: number): VadEvent | undefined {
    if (this.#back === 0 || now - this.#backSince > resuming.within) {
      this.#backSince = now - frameMs
      this.#back = 0
    }
    this.#back += frameMs
    if (this.#back < resuming.voice) return undefined
    this.#paused = false
    this.#voicedUntil = now
    return { type: 'resumed', atMs: this.#backSince, decidedMs: now }
  }
}

function ones(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}

export interface FrameVadOptions extends TurnOptions {
  readonly name: string
  readonly rate: number
  voice(frame: Int16Array, speaking: boolean): boolean
  close?(): void
}

/** 80 of 100 ms: a click shorter than 60 ms never fills them. */
export const soundWindow = { frameMs: 10, window: 10, needed: 8 } as const

/** A detector that decides frame by frame, in the call stack of `write`. */
export function frameVad(options: FrameVadOptions): Vad {
  const { name, rate, frameMs, needed } = options
  const listeners = new Listeners()
  const turns = new Turns(options)
  const frames = new Frames(Math.round((rate * frameMs) / 1000), (frame) => {
    const event = turns.advance(options.voice(frame, turns.speaking))
    if (event) listeners.tell(event)
  })
  return {
    rate,
    windowMs: needed * frameMs,
    get speaking() {
      return turns.speaking
    },
    write: (pcm) => frames.write(pcm),
    listen: (listener) => listeners.add(listener),
    rest: () => turns.rest(),
    toString: () => name,
    [Symbol.dispose]() {
      listeners.clear()
      options.close?.()
    },
  }
}
