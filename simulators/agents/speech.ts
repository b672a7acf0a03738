/** An answer on its way: sound in pieces and the words beside it, faster than they can be heard. */
import { base64 } from './text.ts'
import { bytesPerMs, type SoundFormat, toneIn } from './sound.ts'
import type { SpokenAnswer } from './script.ts'

/** Sound in one message, ms. */
export const pieceMs = 100

export interface Piece {
  readonly words: string
  /** Base64; empty where only words are left. */
  readonly sound: string
  readonly ms: number
}

/** The words are spread over the sound; what has no sound comes as one piece of words. */
export function piecesOf({ words, hertz, ms }: SpokenAnswer, format: SoundFormat): readonly Piece[] {
  const bytes = toneIn(hertz, ms, format)
  const count = Math.ceil(ms / pieceMs)
  if (count === 0) return words ? [{ words, sound: '', ms: 0 }] : []
  const size = Math.round(bytesPerMs(format) * pieceMs)
  const all = words.split(/(?<= )/)
  return Array.from({ length: count }, (_, at) => {
    const part = bytes.subarray(at * size, (at + 1) * size)
    const said = all.slice(Math.floor((at * all.length) / count), Math.floor(((at + 1) * all.length) / count))
    return { words: said.join(''), sound: base64(part), ms: part.length / bytesPerMs(format) }
  })
}

export interface Speaking {
  readonly pieces: readonly Piece[]
  /** Ms between two pieces. */
  readonly every: number
  after(delay: number, run: () => void): unknown
  say(piece: Piece): void
  done(): void
}

/** Says them one after the other; the result stops it, and then nothing more is said or done. */
export function speak({ pieces, every, after, say, done }: Speaking): () => void {
  let over = false
  const from = (at: number): void => {
    if (over) return
    const piece = pieces[at]
    if (!piece) {
      over = true
      return done()
    }
    say(piece)
    after(every, () => from(at + 1))
  }
  after(0, () => from(0))
  return () => {
    over = true
  }
}
