/** What a caller heard, put together from a playout's frames and what was taken back of them. */
import type { PlayoutTap } from '../media/playout-options.ts'

export interface HeardTrack extends PlayoutTap {
  /** The sound from `start` on. */
  pcm(rate: number): Int16Array
}

interface Piece {
  readonly at: number
  readonly pcm: Int16Array
  /** Nothing after it was heard. */
  until: number
}

/** `start`: monotonic ms of the first sample. */
export function heardTrack(start: number): HeardTrack {
  const pieces: Piece[] = []
  return {
    heard: (frame, at) => void pieces.push({ at, pcm: frame.slice(), until: Infinity }),
    cleared(at) {
      // Cuts come in order: whatever lies before one is settled.
      for (let last = pieces.at(-1); last && last.at >= at; last = pieces.at(-1)) pieces.pop()
      const last = pieces.at(-1)
      if (last) last.until = Math.min(last.until, at)
    },
    pcm(rate) {
      const place = (ms: number) => Math.max(0, Math.round(((ms - start) * rate) / 1000))
      const end = pieces.reduce((most, { at, pcm }) => Math.max(most, place(at) + pcm.length), 0)
      const sound = new Int16Array(end)
      for (const { at, pcm, until } of pieces) {
        const first = place(at)
        const length = until === Infinity ? pcm.length : Math.min(pcm.length, Math.max(0, place(until) - first))
        sound.set(pcm.subarray(0, length), first)
      }
      return sound
    },
  }
}
