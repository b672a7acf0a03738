/** What OpenAI's errors mean for a call: most are harmless, some end it. */
import { failed } from '../../../protocols/agent/wire.ts'
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { explainOpenAi } from '../../../protocols/vendor/openai.ts'
import { refusalOf, refused, type Explain } from '../../../protocols/vendor/refusal.ts'
import { refusedToBegin, want } from './responses.ts'
import type { Draft } from './state.ts'

/** Answers to what we sent in good faith: it was over already, or there was nothing in it. */
const harmless = new Set([
  'response_cancel_not_active',
  'input_audio_buffer_commit_empty',
  'item_truncate_invalid_item_id',
  'item_delete_invalid_item_id',
])

/** No later message of this session will fare better. */
const final = new Set([
  'insufficient_quota',
  'invalid_api_key',
  'account_deactivated',
  'billing_hard_limit_reached',
  'beta_api_shape_disabled',
  'model_not_found',
  'session_expired',
])

const busy = 'conversation_already_has_active_response'

export function understandError(draft: Draft, message: Fields): void {
  const error = inner(message, 'error')
  const code = text(error, 'code') ?? ''
  const event = text(error, 'event_id')
  if (code === busy) return begunAlready(draft, event)
  if (event !== undefined) refusedToBegin(draft, event, false)
  const purpose = event?.split('_')[0] ?? ''
  if (harmless.has(code) || ['cancel', 'truncate', 'delete', 'commit'].includes(purpose)) return
  const fatal = final.has(code) || !draft.state.ready
  draft.tell(failureOf(draft, message, fatal))
  if (fatal) draft.tell({ type: 'closed' })
}

/** Some servers do not say what they refuse: it is what we asked for, or an answer of their own, while another is being made. */
function begunAlready(draft: Draft, event: string | undefined): void {
  const { active } = draft.state
  const ours = event ?? (active?.id === undefined ? active?.asked?.event : undefined)
  if (ours === undefined) want(draft, { type: 'answer' })
  else refusedToBegin(draft, ours, true)
}

/** A response that failed: the call goes on. */
export function failedResponse(draft: Draft, details: Fields): void {
  draft.tell(failureOf(draft, { error: inner(details, 'error') }, false))
}

function failureOf({ state: { config } }: Draft, body: Fields, fatal: boolean) {
  const { code, message } = refused({ name: 'it', secrets: [config.apiKey], explain }, refusalOf(0, body))
  return failed(code, message, fatal)
}

const explain: Explain = (refusal) => {
  const { names } = refusal
  if (names.includes('beta_api_shape_disabled'))
    return ['settings.invalid', 'it does not speak the beta generation of the protocol any more: set it to ga']
  if (names.includes('session_expired')) return ['vendor.failed', 'a session may last no longer there']
  if (names.includes('account_deactivated') || names.includes('billing_hard_limit_reached'))
    return ['vendor.refused', 'look at the account there']
  if (names.includes('inference_rate_limit_exceeded'))
    return ['vendor.rate-limited', 'its rate limit is used up; wait, or raise it there']
  const known = explainOpenAi('the model')(refusal)
  if (known || !names.includes('invalid_request_error')) return known
  return ['settings.invalid', 'check the model, the voice and the other settings, and the generation of the protocol']
}
