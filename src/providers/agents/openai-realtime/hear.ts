/** What the server says, in both generations' names. */
import { soundFromBase64 } from '../../../media/codecs/base64.ts'
import { failed, number } from '../../../protocols/agent/wire.ts'
import { inner, isFields, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { failedResponse, understandError } from './errors.ts'
import { spoke } from './interrupt.ts'
import { counts, finished, shortfall, started, want } from './responses.ts'
import { settledFormat } from './session.ts'
import type { Draft } from './state.ts'
import { announce, complete } from './tools.ts'
import { committed, unwritten, written, wrote } from './transcript.ts'
import { transcriptUsageOf, usageOf } from './usage.ts'

/** Names of the beta generation, by those of GA. */
const renamed: Readonly<Record<string, string>> = {
  'response.audio.delta': 'response.output_audio.delta',
  'response.audio_transcript.delta': 'response.output_audio_transcript.delta',
}

type Hear = (draft: Draft, message: Fields) => void

const transcription = 'conversation.item.input_audio_transcription'

/** Types that are not here mean nothing to us. */
const hears: Readonly<Record<string, Hear>> = {
  'session.created': (draft, message) => {
    const seconds = number(inner(message, 'session'), 'expires_at')
    if (seconds) draft.tell({ type: 'expires', at: seconds * 1000 })
  },
  'session.updated': (draft, message) => settle(draft, inner(message, 'session')),
  'input_audio_buffer.speech_started': (draft) => {
    draft.state.speaking = true
    draft.tell({ type: 'caller-speech-started' })
  },
  'input_audio_buffer.speech_stopped': (draft) => stopped(draft),
  'input_audio_buffer.committed': (draft, message) => committed(draft, text(message, 'item_id') ?? ''),
  [`${transcription}.delta`]: (draft, message) =>
    wrote(draft, text(message, 'item_id') ?? '', text(message, 'delta') ?? ''),
  [`${transcription}.completed`]: (draft, message) => {
    tellUsage(draft, transcriptUsageOf(inner(message, 'usage')))
    written(draft, text(message, 'item_id') ?? '', text(message, 'transcript') ?? '')
  },
  [`${transcription}.failed`]: (draft, message) => unwritten(draft, text(message, 'item_id') ?? '', message),
  'response.created': (draft, message) => {
    const id = text(inner(message, 'response'), 'id')
    if (id) started(draft, id)
  },
  'response.output_audio.delta': (draft, message) => sound(draft, message),
  'response.output_audio_transcript.delta': (draft, message) => words(draft, message),
  'response.output_item.added': (draft, message) => announce(draft, message),
  'response.output_item.done': (draft, message) => announce(draft, message),
  'response.function_call_arguments.done': (draft, message) => {
    if (counts(draft, text(message, 'response_id') ?? '')) complete(draft, message)
  },
  'response.done': (draft, message) => done(draft, inner(message, 'response')),
  error: (draft, message) => understandError(draft, message),
}

export function hear(draft: Draft, message: Fields): void {
  const type = text(message, 'type') ?? ''
  hears[renamed[type] ?? type]?.(draft, message)
}

/** The session is as it will be: sound may come now, in the encoding that it settled on, whatever we asked for. */
function settle(draft: Draft, session: Fields): void {
  const { state } = draft
  const heard = settledFormat(session, 'input') ?? state.hears
  const spoken = settledFormat(session, 'output') ?? state.speaks
  if (heard === 'unknown' || spoken === 'unknown') {
    draft.tell(
      failed('media.format', 'the session settled on a sound that Offhook does not speak: choose another format', true),
      { type: 'closed' },
    )
    return
  }
  const other = heard.rate !== state.hears.rate || spoken.rate !== state.speaks.rate
  state.hears = heard
  state.speaks = spoken
  if (other) draft.tell({ type: 'sound', hears: heard.rate, speaks: spoken.rate })
  if (state.ready) return
  state.ready = true
  draft.tell({ type: 'ready' })
  if (state.brief.due) want(draft, { type: 'answer' })
}

/** The server answers by itself now: what we wanted an answer for is part of it. */
function stopped(draft: Draft): void {
  const { state } = draft
  state.speaking = false
  state.waiting = state.waiting.filter(({ type }) => type === 'say')
  draft.tell({ type: 'caller-speech-ended' })
}

function sound(draft: Draft, message: Fields): void {
  const { state } = draft
  const reply = text(message, 'response_id') ?? ''
  if (!counts(draft, reply)) return
  const pcm = soundFromBase64(text(message, 'delta') ?? '', state.speaks.encoding)
  if (!pcm) return draft.tell(failed('vendor.failed', 'it sent sound that is no base64; that piece is lost'))
  if (state.active) state.active = { ...state.active, sounded: true }
  spoke(draft, reply, text(message, 'item_id') ?? '', number(message, 'content_index') ?? 0, lengthOf(draft, pcm))
  draft.tell({ type: 'audio', pcm })
}

function lengthOf({ state }: Draft, pcm: Int16Array): number {
  return (pcm.length * 1000) / state.speaks.rate
}

function words(draft: Draft, message: Fields): void {
  const reply = text(message, 'response_id') ?? ''
  const delta = text(message, 'delta')
  if (delta && counts(draft, reply)) draft.tell({ type: 'reply-text', reply, delta })
}

function done(draft: Draft, response: Fields): void {
  const id = text(response, 'id')
  const status = text(response, 'status')
  const details = inner(response, 'status_details')
  tellUsage(draft, usageOf(inner(response, 'usage')))
  const output = Array.isArray(response['output']) ? response['output'].filter(isFields) : []
  const kept = draft.state.active?.dropped === false
  // Some servers tell of calls only here.
  if (kept) for (const item of output) if (item['type'] === 'function_call') complete(draft, item)
  if (kept && status === 'failed') failedResponse(draft, details)
  const short = kept ? shortfall(status, text(details, 'reason')) : undefined
  if (short) draft.tell(short)
  finished(draft, id)
}

function tellUsage(draft: Draft, usage: ReturnType<typeof usageOf>): void {
  if (usage) draft.tell(usage)
}
