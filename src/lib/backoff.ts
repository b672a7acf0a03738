/** How long to wait before trying again: exponential, with full jitter so that many callers do not return together. */
import type { Ids } from './ids.ts'

export interface BackoffOptions {
  /** Upper bound of the first wait, ms. Default 250. */
  readonly base?: number
  /** Upper bound of any wait, ms. Default 10 000. */
  readonly max?: number
}

const defaults = { base: 250, max: 10_000 } as const satisfies BackoffOptions

/** A wait in [0, min(max, base · 2^(attempt − 1))) ms. `attempt` counts from 1: the attempt that just failed. */
export function backoff(attempt: number, ids: Pick<Ids, 'fraction'>, options: BackoffOptions = {}): number {
  const { base, max } = { ...defaults, ...options }
  return ids.fraction() * Math.min(max, base * 2 ** (attempt - 1))
}
