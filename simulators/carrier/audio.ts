/** The sound of one leg: every 20 ms a frame from the person, and a frame to the person from whoever plays. */
import type { Clock } from '../../src/lib/clock.ts'
import type { Phone } from '../phone/phone.ts'
import { silentFrame, type Frame } from '../sound/frames.ts'
import { tickerOf } from '../ticker.ts'

/** Who plays to the person. Exactly 160 bytes, or undefined for silence. */
export interface AudioPlayer {
  next(): Uint8Array | undefined
}

/** Hears both directions of the leg. `due`: the monotonic time of the frame. */
export type AudioTap = (said: Frame, played: Uint8Array, due: number) => void

export class LineAudio {
  readonly taps = new Set<AudioTap>()
  player: AudioPlayer | undefined
  /** Is heard instead of the player while it lasts. */
  announcement: AudioPlayer | undefined
  readonly #clock: Clock
  #phone: Phone | undefined
  #running: Disposable | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  start(phone: Phone): void {
    this.#phone = phone
    this.#running ??= tickerOf(this.#clock).add((due) => this.#tick(due))
  }

  stop(): void {
    this.#running?.[Symbol.dispose]()
    this.#running = undefined
  }

  #tick(due: number): void {
    const phone = this.#phone
    if (!phone || !this.#running) return
    const said = phone.speak()
    const played = (this.announcement ?? this.player)?.next() ?? silentFrame.bytes
    phone.hear(played)
    for (const tap of this.taps) tap(said, played, due)
  }
}

/** Plays frames once; tells when the last was taken and heard. */
export class ClipPlayer implements AudioPlayer {
  readonly done: Promise<void>
  readonly #frames: readonly Frame[]
  readonly #finish: () => void
  #at = 0

  constructor(frames: readonly Frame[]) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.done = promise
    this.#frames = frames
    this.#finish = resolve
  }

  next(): Uint8Array | undefined {
    const frame = this.#frames[this.#at++]
    if (!frame) this.#finish()
    return frame?.bytes
  }
}

/** Joins two answered legs until disposed: each hears the other. */
export function bridge(left: LineAudio, right: LineAudio): Disposable {
  const undo = [carry(left, right), carry(right, left)]
  return { [Symbol.dispose]: () => undo.forEach((stop) => stop()) }
}

function carry(from: LineAudio, to: LineAudio): () => void {
  const queue: Uint8Array[] = []
  const tap: AudioTap = (said) => {
    queue.push(said.bytes)
    if (queue.length > 3) queue.shift() // the legs tick apart: never more than 60 ms behind
  }
  const player = { next: () => queue.shift() }
  from.taps.add(tap)
  to.player = player
  return () => {
    from.taps.delete(tap)
    if (to.player === player) to.player = undefined
  }
}
