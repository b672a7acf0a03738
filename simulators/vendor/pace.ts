/** Pacing: sound leaves a vendor piece by piece, on deadlines, so that nothing drifts. */
import type { Clock } from '../../src/lib/clock.ts'

export interface Pace {
  readonly clock: Clock
  /** Ms between two pieces. 0: as fast as they are taken. */
  readonly every: number
  /** Ends it: rejects with the signal's reason. */
  readonly signal: AbortSignal
}

/** Each of `items` at its time: the first at once, the others `every` ms after the one before. */
export async function* paced<T>(items: Iterable<T>, { clock, every, signal }: Pace): AsyncGenerator<T> {
  let due = clock.monotonic()
  for (const item of items) {
    signal.throwIfAborted()
    const wait = due - clock.monotonic()
    if (wait > 0) await clock.sleep(wait, signal)
    yield item
    due += every
  }
}
