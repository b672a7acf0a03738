/** One request, tried as often as its plan allows and its time lasts. */
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Deadline } from './deadline.ts'
import { deadline } from './deadline.ts'
import type { Headers, Hop } from './exchange.ts'
import { explain, timedOut } from './explain.ts'
import type { RetryOptions } from './retry.ts'
import { retryDelay } from './retry.ts'

export interface Plan {
  readonly hop: Hop
  /** For everything, waits included. */
  readonly timeout: number
  readonly attemptTimeout: number
  readonly retry: RetryOptions | undefined
  readonly signal: AbortSignal | undefined
}

export interface Attempt {
  readonly hop: Hop
  /** Counts from 1. */
  readonly number: number
  /** Ended by whoever is done with the answer; by `tryPlan` when there is none. */
  readonly bound: Deadline
}

/** What an attempt must tell for the decision whether to go on. */
export interface Tried {
  readonly status: number
  readonly headers: Headers
  /** Lets go of an answer that will not be used. */
  discard(): Promise<void>
}

/** The last attempt's answer, or its error. */
export async function tryPlan<T extends Tried>(
  plan: Plan,
  source: { readonly clock: Clock; readonly ids: Pick<Ids, 'fraction'> },
  once: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const { clock, ids } = source
  const { hop, retry, signal } = plan
  const end = clock.monotonic() + plan.timeout
  for (let number = 1; ; number++) {
    const outcome = await tryOnce(plan, Math.min(plan.attemptTimeout, end - clock.monotonic()), number, clock, once)
    const wait = retryDelay(outcome, number, { method: hop.method, retry }, { ids, now: clock.now() })
    // Waiting longer than there is time would turn an answer into a timeout.
    if (wait === undefined || clock.monotonic() + wait >= end) {
      if ('error' in outcome) throw outcome.error
      return outcome
    }
    if (!('error' in outcome)) await outcome.discard()
    await clock.sleep(wait, signal)
  }
}

async function tryOnce<T>(
  { hop, signal }: Plan,
  limit: number,
  number: number,
  clock: Clock,
  once: (attempt: Attempt) => Promise<T>,
): Promise<T | { readonly error: unknown }> {
  const bound = deadline(clock, limit, () => timedOut(hop, limit, 'took longer than'), signal)
  try {
    return await once({ hop, bound, number })
  } catch (error) {
    bound.end()
    return { error: bound.signal.aborted ? bound.signal.reason : explain(error, hop) }
  }
}
