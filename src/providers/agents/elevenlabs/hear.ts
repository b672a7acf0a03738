/** What the vendor says. The payload of an event stands under a name of its own. */
import { soundFromBase64 } from '../../../media/codecs/base64.ts'
import { failed, number } from '../../../protocols/agent/wire.ts'
import { inner, isFields, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { formatOf } from './connect.ts'
import { failureOf } from './errors.ts'
import { ended, said, saidPart, sounded } from './replies.ts'
import type { Draft } from './state.ts'

type Hear = (draft: Draft, message: Fields) => void

/** Types that are not here mean nothing to us. `agent_response_correction` among them: what was heard is counted at the line. */
const hears: Readonly<Record<string, Hear>> = {
  conversation_initiation_metadata: (draft, message) =>
    settle(draft, inner(message, 'conversation_initiation_metadata_event')),
  audio: (draft, message) => sound(draft, inner(message, 'audio_event')),
  agent_response: (draft, message) => said(draft, text(inner(message, 'agent_response_event'), 'agent_response') ?? ''),
  agent_chat_response_part: (draft, message) =>
    saidPart(draft, text(inner(message, 'text_response_part'), 'text') ?? ''),
  interruption: (draft, message) => interrupted(draft, number(inner(message, 'interruption_event'), 'event_id')),
  tentative_user_transcript: (draft, message) =>
    speaks(draft, text(inner(message, 'tentative_user_transcription_event'), 'user_transcript') ?? ''),
  user_transcript: (draft, message) =>
    spoke(draft, text(inner(message, 'user_transcription_event'), 'user_transcript') ?? ''),
  client_tool_call: (draft, message) => called(draft, inner(message, 'client_tool_call')),
  ping: (draft, message) => draft.send({ type: 'pong', event_id: inner(message, 'ping_event')['event_id'] }),
  error: (draft, message) => draft.tell(failureOf(draft, inner(message, 'error_event')), { type: 'closed' }),
}

export function hear(draft: Draft, message: Fields): void {
  const type = text(message, 'type') ?? ''
  if (Object.hasOwn(hears, type)) hears[type]?.(draft, message)
}

/** Longest wait for the first words of a conversation that goes on with another, less what a stopped reply is waited for; ms. */
const firstWords = 1500

/** The agent declares its sound; it is obeyed. Sound may come from now on. */
function settle(draft: Draft, metadata: Fields): void {
  const { state } = draft
  const heard = formatOf(text(metadata, 'user_input_audio_format') ?? '')
  const spoken = formatOf(text(metadata, 'agent_output_audio_format') ?? '')
  if (!heard || !spoken) {
    const message = 'the agent is set to a sound that Offhook does not speak: choose PCM or µ-law for it'
    return draft.tell(failed('media.format', message, true), { type: 'closed' })
  }
  const other = heard.rate !== state.hears.rate || spoken.rate !== state.speaks.rate
  state.hears = heard
  state.speaks = spoken
  if (other) draft.tell({ type: 'sound', hears: heard.rate, speaks: spoken.rate })
  if (!state.ready) draft.tell({ type: 'ready' })
  state.ready = true
  // It begins with its first words, which the caller has heard.
  if (state.brief.history?.length) state.stopped = { since: state.time + firstWords, words: true }
}

function sound(draft: Draft, event: Fields): void {
  const { state } = draft
  // Late sound of a turn that was interrupted.
  if ((number(event, 'event_id') ?? Infinity) < state.from) return
  if (state.stopped) {
    state.stopped = { ...state.stopped, since: state.time }
    return
  }
  const pcm = soundFromBase64(text(event, 'audio_base_64') ?? '', state.speaks.encoding)
  if (!pcm) return draft.tell(failed('vendor.failed', 'it sent sound that is no base64; that piece is lost'))
  state.interrupted = false
  state.wrote = false
  sounded(draft, pcm)
}

// ── the caller ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** The vendor heard the caller over the agent, and has stopped it. */
function interrupted(draft: Draft, event: number | undefined): void {
  const { state } = draft
  state.from = event ?? state.from
  state.stopped = undefined
  if (state.wrote) return ended(draft)
  state.interrupted = true
  state.speaking = true
  draft.tell({ type: 'caller-speech-started' })
  ended(draft)
}

/** Words so far. Over the agent's voice they are no interruption until the vendor calls them one. */
function speaks(draft: Draft, words: string): void {
  const { state } = draft
  if (!state.speaking && !audible(draft)) {
    state.speaking = true
    draft.tell({ type: 'caller-speech-started' })
  }
  if (words.trim()) draft.tell({ type: 'caller-text', text: words.trim(), final: false })
}

/** The caller's turn is over, and understood: what the agent says from now on answers it. */
function spoke(draft: Draft, words: string): void {
  const { state } = draft
  if (!audible(draft)) ended(draft)
  if (!state.speaking && !audible(draft)) draft.tell({ type: 'caller-speech-started' })
  if (state.speaking || !audible(draft)) draft.tell({ type: 'caller-speech-ended' })
  state.speaking = false
  state.due = false
  state.stopped = undefined
  draft.tell({ type: 'caller-text', text: words.trim(), final: true })
}

function audible({ state }: Draft): boolean {
  return state.time < state.audibleUntil
}

// ── tools ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function called(draft: Draft, call: Fields): void {
  const [id, name] = [text(call, 'tool_call_id'), text(call, 'tool_name')]
  if (!id || !name || draft.state.open.has(id)) return
  const given = call['parameters'] ?? {}
  if (isFields(given)) {
    draft.state.open = new Set([...draft.state.open, id])
    return draft.tell({ type: 'tool-called', call: { id, name, arguments: given } })
  }
  draft.tell(failed('vendor.failed', `the agent called ${name} with parameters that are no object; it was told so`))
  const result = 'the parameters were no object'
  draft.send({ type: 'client_tool_result', tool_call_id: id, result, is_error: true })
}
