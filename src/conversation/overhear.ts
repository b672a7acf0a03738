/** A line's speaker with somebody beside it, who hears what is said into it. */
import type { Playout } from '../spec/audio.ts'

export interface Overhearing {
  /** Called before the sound is queued. */
  said(pcm: Int16Array): void
  /** What was not heard by now never will be. */
  cleared?(): void
  /** What was not heard by now is kept, until it is heard after all. */
  hushed?(): void
  wentOn?(): void
}

export function overhear(playout: Playout, by: Overhearing): Playout {
  return {
    rate: playout.rate,
    get queuedMs() {
      return playout.queuedMs
    },
    write(pcm) {
      by.said(pcm)
      playout.write(pcm)
    },
    flush: () => playout.flush?.(),
    drained: (ms, signal) => playout.drained(ms, signal),
    clear() {
      by.cleared?.()
      return playout.clear()
    },
    hush() {
      by.hushed?.()
      playout.hush()
    },
    goOn() {
      by.wentOn?.()
      playout.goOn()
    },
    mark: (reached) => playout.mark(reached),
    toString: () => String(playout),
  }
}
