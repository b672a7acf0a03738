/** What Speechmatics' error types and close codes mean. */
import type { ErrorCode } from '../../../spec/errors.ts'

type Verdict = readonly [code: ErrorCode, advice: string]

const badSettings: Verdict = ['settings.invalid', 'check the model, the language and the other settings']
const over: Verdict = ['vendor.timeout', 'its session is over; another begins']
const trouble: Verdict = ['vendor.failed', 'it has trouble of its own; try again later']
const noKey: Verdict = ['vendor.credentials', 'check the API key and what it may use']
const quota: Verdict = ['vendor.rate-limited', 'its quota of sessions or hours is used up; wait, or raise it there']

const types: Readonly<Record<string, Verdict>> = {
  invalid_message: badSettings,
  invalid_model: badSettings,
  invalid_language: badSettings,
  invalid_config: badSettings,
  invalid_audio_type: badSettings,
  not_authorised: noKey,
  not_allowed: noKey,
  quota_exceeded: quota,
  timelimit_exceeded: over,
  idle_timeout: over,
  session_timeout: over,
  job_error: trouble,
  protocol_error: trouble,
  unknown_error: trouble,
}

export function verdictOf(type: string): Verdict | undefined {
  return Object.hasOwn(types, type) ? types[type] : undefined
}

const closes: Readonly<Record<number, string>> = {
  4001: 'not_authorised',
  4003: 'not_allowed',
  4004: 'invalid_model',
  4005: 'quota_exceeded',
  4006: 'timelimit_exceeded',
  4013: 'job_error',
}

export function explainClose(code: number) {
  const type = closes[code]
  const verdict = type === undefined ? undefined : types[type]
  return verdict && { code: verdict[0], message: `it closed with ${code} (${type}): ${verdict[1]}` }
}
