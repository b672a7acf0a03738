/** Puts numbered frames back in order: in order they pass at once; only a gap makes the next ones wait, and not for long. */

export interface Reorder<T> {
  /** Hands on what is next by now. False: the frame was heard already, or given up. */
  take(sequence: number, frame: T): boolean
}

/**
 * `most`: frames that may wait for a missing one. `missing`: how many were given up right before this frame. `keep`: what is
 * done to a frame that must wait, where it belongs to somebody else.
 */
export function reorder<T>(
  most: number,
  next: (frame: T, missing: number) => void,
  keep: (frame: T) => T = (frame) => frame,
): Reorder<T> {
  const waiting = new Map<number, T>()
  let expected: number | undefined
  let missing = 0
  const release = (): void => {
    for (let frame = waiting.get(expected!); frame !== undefined; frame = waiting.get(expected!)) {
      waiting.delete(expected!)
      expected!++
      const gone = missing
      missing = 0
      next(frame, gone)
    }
  }
  return {
    take(sequence, frame) {
      expected ??= sequence
      if (sequence < expected || waiting.has(sequence)) return false
      if (sequence === expected && waiting.size === 0) {
        expected++
        next(frame, 0)
        return true
      }
      waiting.set(sequence, keep(frame))
      if (waiting.size > most) {
        const first = Math.min(...waiting.keys())
        missing = first - expected
        expected = first
      }
      release()
      return true
    },
  }
}
