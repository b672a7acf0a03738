/** What one side of a call sounded like: frames in order, each with the wall time it passed. */
import { decodeMulaw } from './mulaw.ts'

export class Tape {
  readonly #frames: Uint8Array[] = []
  readonly #times: number[] = []

  /** Wall time of each frame, ms. */
  get times(): readonly number[] {
    return this.#times
  }

  get frames(): readonly Uint8Array[] {
    return this.#frames
  }

  add(frame: Uint8Array, at: number): void {
    this.#frames.push(frame)
    this.#times.push(at)
  }

  /** µ-law, from the first frame on. */
  bytes(): Uint8Array {
    return Buffer.concat(this.#frames)
  }

  /** Linear, 8 kHz; with times given, only the frames that passed between them. */
  pcm(from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): Int16Array {
    const kept = this.#frames.filter((_, at) => this.#times[at]! >= from && this.#times[at]! < to)
    return decodeMulaw(Buffer.concat(kept))
  }
}
