/** Sounds of the user's: those that wait for the agent to finish, and those being heard. */
import type { Clip, ConversationEvent } from './contract.ts'

export class Clips {
  readonly #emit: (event: ConversationEvent) => void
  #waiting: Clip[] = []
  /** Those being heard, with their length in ms. */
  readonly #playing = new Map<string, number>()

  constructor(emit: (event: ConversationEvent) => void) {
    this.#emit = emit
  }

  add(clip: Clip): void {
    this.#waiting.push(clip)
  }

  /** All that wait begin now, in their order. */
  begin(play: (clip: Clip) => void): void {
    for (const clip of this.#waiting.splice(0)) {
      this.#playing.set(clip.id, lengthOf(clip))
      play(clip)
    }
  }

  isPlaying(id: string): boolean {
    return this.#playing.has(id)
  }

  /** Nobody will hear those that wait. */
  drop(): void {
    for (const clip of this.#waiting.splice(0)) this.#ended(clip.id, 0, lengthOf(clip))
  }

  /** Nothing more of it will be heard. */
  heard(id: string, heardMs: number, whole: boolean): void {
    const length = this.#playing.get(id)
    if (length === undefined) return
    this.#playing.delete(id)
    this.#ended(id, whole ? length : heardMs, length)
  }

  #ended(id: string, heardMs: number, durationMs: number): void {
    const interrupted = heardMs < durationMs
    const [heard, duration] = [Math.round(heardMs), Math.round(durationMs)]
    this.#emit({ type: 'play.ended', id, heardMs: heard, durationMs: duration, interrupted })
  }
}

function lengthOf({ pcm, rate }: Clip): number {
  return (pcm.length * 1_000) / rate
}
