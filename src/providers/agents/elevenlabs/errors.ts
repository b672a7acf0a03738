/** What ElevenLabs' errors mean: each of them ends the conversation. */
import { failed } from '../../../protocols/agent/wire.ts'
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { wordsFor, type Verdict } from '../../../protocols/vendor/refusal.ts'
import type { Draft } from './state.ts'

const verdicts: Readonly<Record<string, Verdict>> = {
  override_error: [
    'settings.invalid',
    'allow the overrides at the agent (Security), or leave greeting, prompt, voice and language empty',
  ],
  missing_dynamic_variable: ['settings.invalid', 'give the call the variables that the agent’s prompt needs'],
  missing_fields: ['settings.invalid', 'look at how the agent is set up'],
  value_error: ['settings.invalid', 'look at how the agent is set up'],
  safety_violation: ['vendor.refused', 'look at the prompt and what the caller said'],
  max_duration_exceeded: ['vendor.refused', 'the agent’s longest duration is reached: raise it there'],
  llm_timeout: ['vendor.failed', 'its model did not answer in time'],
  custom_llm_error: ['vendor.failed', 'the model that the agent was given failed'],
}

const otherwise: Verdict = ['vendor.failed', 'it has trouble of its own; try again later']

export function failureOf({ state: { config } }: Draft, error: Fields) {
  const [code, advice] = verdicts[text(error, 'error_type') ?? ''] ?? otherwise
  const words = text(error, 'message') ?? text(error, 'reason') ?? text(error, 'error_type')
  const said = wordsFor({ secrets: [config.apiKey] }, words)
  return failed(code, `it ended the conversation${said ? ` (${said})` : ''}: ${advice}`, true)
}
