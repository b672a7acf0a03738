/** Those who hear a call beside its two parties: the recorder, level meters, people who listen in. Nobody there, nothing done. */
import type { PlayoutTap } from '../media/playout-options.ts'
import type { AudioSink } from '../spec/audio.ts'

export interface Ear {
  /** What the caller says, as it arrives. */
  readonly said: (pcm: Int16Array) => void
  /** What the caller hears. */
  readonly heard: PlayoutTap
}

export class Ears {
  readonly #ears = new Set<Ear>()
  readonly #opened = new Set<(rate: number) => void>()
  /** Of the line; undefined until there was one. */
  rate: number | undefined

  /** How many listen. */
  get size(): number {
    return this.#ears.size
  }

  listen(ear: Ear): Disposable {
    this.#ears.add(ear)
    return { [Symbol.dispose]: () => void this.#ears.delete(ear) }
  }

  /** Called with every line that opens, at once when one has been. */
  onOpen(opened: (rate: number) => void): Disposable {
    this.#opened.add(opened)
    if (this.rate !== undefined) opened(this.rate)
    return { [Symbol.dispose]: () => void this.#opened.delete(opened) }
  }

  /** The taps of a line of this rate, the recording's first. */
  taps(
    rate: number,
    first?: { readonly said: AudioSink; readonly heard: PlayoutTap },
  ): { readonly said: AudioSink; readonly heard: PlayoutTap } {
    this.rate = rate
    for (const opened of this.#opened) opened(rate)
    const ears = this.#ears
    return {
      said: {
        rate,
        write(pcm) {
          first?.said.write(pcm)
          if (ears.size > 0) for (const ear of ears) ear.said(pcm)
        },
        toString: () => first?.said.toString() ?? 'ears',
      },
      heard: {
        heard(frame, at) {
          first?.heard.heard(frame, at)
          if (ears.size > 0) for (const ear of ears) ear.heard.heard(frame, at)
        },
        cleared(at) {
          first?.heard.cleared(at)
          if (ears.size > 0) for (const ear of ears) ear.heard.cleared(at)
        },
      },
    }
  }
}
