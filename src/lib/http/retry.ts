/** Whether a failed request may be sent again, and after how long. */
import { backoff } from '../backoff.ts'
import type { BackoffOptions } from '../backoff.ts'
import { LibError } from '../failure.ts'
import type { Ids } from '../ids.ts'

export interface RetryOptions extends BackoffOptions {
  /** Times the request may be sent in all. */
  readonly attempts: number
  /** The caller knows that sending twice does no harm: an idempotency key, a search by POST. Default false. */
  readonly safe?: boolean
}

/** How an attempt ended: an answer, or an error. */
export type Outcome =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly error: unknown }

/** RFC 9110, 9.2.2. */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])
const passing = new Set([408, 425, 429, 500, 502, 503, 504])
const longest = 10_000

/** Milliseconds to wait before the next attempt; undefined when this outcome is final. */
export function retryDelay(
  outcome: Outcome,
  attempt: number,
  request: { readonly method: string; readonly retry?: RetryOptions | undefined },
  source: { readonly ids: Pick<Ids, 'fraction'>; readonly now: number },
): number | undefined {
  const { method, retry } = request
  if (!retry || attempt >= retry.attempts) return undefined
  if (!retry.safe && !idempotent.has(method.toUpperCase())) return undefined
  if (!mayPass(outcome)) return undefined
  const asked = 'status' in outcome ? retryAfter(outcome.headers['retry-after'], source.now) : undefined
  return Math.min(asked ?? backoff(attempt, source.ids, retry), retry.max ?? longest)
}

function mayPass(outcome: Outcome): boolean {
  if ('status' in outcome) return passing.has(outcome.status)
  return outcome.error instanceof LibError && outcome.error.retryable
}

/** RFC 9110, 10.2.3: seconds, or a date. Ms from `now`; undefined when absent or unreadable. */
export function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
