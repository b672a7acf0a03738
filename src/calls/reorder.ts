/** Puts numbered frames back in order: in order they pass at once; only a gap makes the next ones wait, and not for long. */

export interface Reorder<T> {
  /** Hands on what is next by now. False: the frame was heard already, or given up. */
  take(sequence: number, frame: T): boolean
}

/** `most`: frames that may wait for a missing one. */
export function reorder<T>(most: number, next: (frame: T) => void): Reorder<T> {
  const waiting = new Map<number, T>()
  let expected: number | undefined
  const release = (): void => {
    for (let frame = waiting.get(expected!); frame !== undefined; frame = waiting.get(expected!)) {
      waiting.delete(expected!)
      expected!++
      next(frame)
    }
  }
  return {
    take(sequence, frame) {
      expected ??= sequence
      if (sequence < expected || waiting.has(sequence)) return false
      if (sequence === expected && waiting.size === 0) {
        expected++
        next(frame)
        return true
      }
      waiting.set(sequence, frame)
      if (waiting.size > most) expected = Math.min(...waiting.keys())
      release()
      return true
    },
  }
}
