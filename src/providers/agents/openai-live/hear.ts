/** What the server says. */
import { soundFromBase64 } from '../../../media/codecs/base64.ts'
import { failed, number } from '../../../protocols/agent/wire.ts'
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { explainOpenAi } from '../../../protocols/vendor/openai.ts'
import { refusalOf, refused } from '../../../protocols/vendor/refusal.ts'
import { backendSaid } from './backend.ts'
import type { Brief } from '../../../spec/agent.ts'
import { settledFormat } from './session.ts'
import { send, type Draft } from './state.ts'
import { ended, heard, said, settleWords, sounded } from './voice.ts'

type Hear = (draft: Draft, message: Fields) => void

/** Types that are not here mean nothing to us. */
const hears: Readonly<Record<string, Hear>> = {
  'session.started': (draft, message) => settle(draft, inner(message, 'session')),
  'session.output_audio.delta': (draft, message) => sound(draft, text(message, 'delta') ?? ''),
  'session.output_transcript.delta': (draft, message) => said(draft, text(message, 'delta') ?? ''),
  'session.input_transcript.delta': (draft, message) => heard(draft, text(message, 'delta') ?? ''),
  'session.delegation.created': (draft, message) => delegated(draft, inner(message, 'delegation')),
  'response.event': (draft, message) => backendSaid(draft, inner(message, 'event')),
  'session.usage.updated': (draft, message) => used(draft, inner(message, 'usage')),
  'session.closed': (draft, message) => closed(draft, message),
  error: (draft, message) => understandError(draft, message),
}

export function hear(draft: Draft, message: Fields): void {
  const type = text(message, 'type') ?? ''
  if (Object.hasOwn(hears, type)) hears[type]?.(draft, message)
}

function settle(draft: Draft, session: Fields): void {
  const { state } = draft
  const format = settledFormat(inner(inner(session, 'audio'), 'format')) ?? state.format
  if (format === 'unknown') {
    const message = 'the session settled on a sound that Offhook does not speak: choose another format'
    return draft.tell(failed('media.format', message, true), { type: 'closed' })
  }
  const seconds = number(session, 'expires_at')
  if (seconds) draft.tell({ type: 'expires', at: seconds * 1000 })
  if (format.rate !== state.format.rate) draft.tell({ type: 'sound', hears: format.rate, speaks: format.rate })
  state.format = format
  if (state.ready) return
  draft.tell({ type: 'ready' })
  state.ready = true
  if (awaited(state.brief))
    send(draft, { type: 'session.instructions.append', delegation_id: null, content: answerNow })
}

const answerNow = 'The caller is waiting for you: answer what was said last, or go on where you broke off. Do it now.'

/** In another session's place, where that one left the caller waiting: nobody else would tell the model to speak. */
function awaited({ due, history }: Brief): boolean {
  return due === true || history?.at(-1)?.role === 'caller'
}

function sound(draft: Draft, delta: string): void {
  const pcm = soundFromBase64(delta, draft.state.format.encoding)
  if (pcm) sounded(draft, pcm)
  else draft.tell(failed('vendor.failed', 'it sent sound that is no base64; that piece is lost'))
}

/** A task that the model gives to us, and that nobody does here: it would wait for ever. */
function delegated(draft: Draft, delegation: Fields): void {
  if (delegation['target'] !== 'client') return
  const content = 'No help is available for this. Answer by yourself.'
  send(draft, { type: 'session.thinking.append', delegation_id: delegation['id'] ?? null, content })
}

/** The figure grows; what is told is what came on top. */
function used(draft: Draft, usage: Fields): void {
  const seconds = number(usage, 'seconds') ?? 0
  const more = seconds - draft.state.seconds
  if (more <= 0) return
  draft.state.seconds = seconds
  draft.tell({ type: 'usage', usage: { sessionMs: Math.round(more * 1000) } })
}

const ends: Readonly<Record<string, readonly [code: 'vendor.failed' | 'vendor.refused', message: string]>> = {
  expired: ['vendor.failed', 'it ended the session: a session may last no longer there'],
  content: [
    'vendor.refused',
    'it ended the session: its filter took offence; look at the prompt and what the caller said',
  ],
  connection_lost: ['vendor.failed', 'it lost its own connection to the model; try again later'],
}

function closed(draft: Draft, message: Fields): void {
  used(draft, inner(message, 'usage'))
  ended(draft)
  settleWords(draft)
  const end = ends[text(message, 'reason') ?? '']
  if (end) draft.tell(failed(end[0], end[1], true))
  draft.tell({ type: 'closed' })
}

/** No later message of this session will fare better. */
const final = /insufficient_quota|invalid_api_key|account_deactivated|billing_hard_limit|model_not_found|expired/

function understandError(draft: Draft, body: Fields): void {
  const { config, ready } = draft.state
  const refusal = refusalOf(0, body)
  const explain = explainOpenAi('the model, the voice and the other settings')
  const { code, message } = refused({ name: 'it', secrets: [config.apiKey], explain }, refusal)
  const fatal = !ready || refusal.names.some((name) => final.test(name))
  draft.tell(failed(code, message, fatal))
  if (fatal) draft.tell({ type: 'closed' })
}

/** What the caller said is written down before the session is called lost. Without words the engine judges by the code. */
export function cutOff(draft: Draft, code: number): void {
  if (draft.state.heard.trim() === '' || code === 1000 || code === 1005) return
  settleWords(draft)
  draft.tell(failed('vendor.failed', `the socket closed with ${code}`, true), { type: 'closed' })
}
