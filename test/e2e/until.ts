/** Waiting in tests with real sockets: asks again and again, and says what never came. */
import { realClock } from '../../src/lib/clock.ts'

/** Resolves with the first answer that is neither undefined nor false. Rejects after `limit` ms, naming `what`. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  limit = 15_000,
): Promise<Exclude<T, undefined | false>> {
  const end = realClock.monotonic() + limit
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false> // just checked
    if (realClock.monotonic() > end) throw new Error(`never came within ${limit} ms: ${what}`)
    await realClock.sleep(20)
  }
}

export function pause(ms: number): Promise<void> {
  return realClock.sleep(ms)
}
