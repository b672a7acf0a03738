/** What OpenAI's errors mean, and those of the many servers that speak like it. */
import type { Explain } from './refusal.ts'

const policies = /content_filter|content_policy|_policy|policy_violation|invalid_prompt/

/** Names first: statuses are used loosely. `settings`: what to check when the request itself is refused. */
export function explainOpenAi(settings: string): Explain {
  return ({ status, names, message = '' }) => {
    const named = (...known: readonly string[]) => names.some((name) => known.includes(name))
    if (named('insufficient_quota')) return ['vendor.refused', 'its account has no money left; top it up there']
    if (named('invalid_api_key')) return ['vendor.credentials', 'check the API key']
    if (named('rate_limit_exceeded'))
      return ['vendor.rate-limited', 'its rate limit is used up; wait, or raise it there']
    if (
      named('context_length_exceeded', 'string_above_max_length') ||
      /context (?:length|window|size)/i.test(message)
    ) {
      return ['vendor.refused', 'the call has become too long for this model: shorten the prompt, or use another model']
    }
    if (names.some((name) => policies.test(name))) {
      return ['vendor.refused', 'its filter took offence: look at the prompt and what the caller said']
    }
    if (named('model_not_found') || [400, 404, 422].includes(status)) return ['settings.invalid', `check ${settings}`]
    return undefined
  }
}
