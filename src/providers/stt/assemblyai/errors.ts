/** What AssemblyAI's close codes and error codes mean: the newer 3xxx and the older 4xxx. */
import type { ErrorCode } from '../../../spec/errors.ts'

type Verdict = readonly [code: ErrorCode, advice: string]

const over: Verdict = ['vendor.timeout', 'its session is over; another begins']
const verdicts: Readonly<Record<number, Verdict>> = {
  3005: ['vendor.failed', 'it has trouble of its own; try again later'],
  3006: ['settings.invalid', 'check the model and the other settings'],
  3007: ['vendor.refused', 'it does not take sound in such pieces, or so fast'],
  3008: over,
  3009: ['vendor.rate-limited', 'too many sessions at once; wait, or raise the limit there'],
  4001: ['vendor.credentials', 'check the API key and what it may use'],
  4002: ['vendor.refused', 'its account has no money left; top it up there'],
  4008: over,
  4029: ['vendor.rate-limited', 'its rate limit is used up; wait, or raise it there'],
  4031: over,
}

export function verdictOf(code: unknown): Verdict | undefined {
  return typeof code === 'number' ? verdicts[code] : undefined
}

export function explainClose(code: number) {
  const verdict = verdictOf(code)
  return verdict && { code: verdict[0], message: `it closed with ${code}: ${verdict[1]}` }
}
