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
    const asked = ask()
    const answer = await asked
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false> // just checked
    if (realClock.monotonic() > end) throw new Error(`never came within ${limit} ms: ${what}`)
    // Who asks the store or the network asks less often: dozens of tests that wait would keep it busy with nothing else.
    await realClock.sleep(asked instanceof Promise ? 60 : 20)
  }
}

export function pause(ms: number): Promise<void> {
  return realClock.sleep(ms)
}
