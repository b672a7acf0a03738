/** OpenAI's realtime transcription: sound in, transcripts of what was committed out. */
import { base64, inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { failure, refusalEvent } from '../../../protocols/recogniser/failure.ts'
import { json, littleEndian, recogniserSocket, type Said } from '../../../protocols/recogniser/socket.ts'
import { encodeUlaw } from '../../../media/codecs/g711.ts'
import { refusalOf, type Explain } from '../../../protocols/vendor/refusal.ts'
import type { RecogniserEvent, SocketRecogniserSpec } from '../../../spec/speech.ts'
import { committed, finished, grown, settled, type Items } from './items.ts'
import { formatOf, sessionOf, settings, turnsOf, type Config } from './settings.ts'

interface State {
  readonly config: Config
  readonly turns: 'engine' | 'vendor'
  readonly ready: boolean
  /** Commits of ours without an answer. */
  readonly flushes: number
  readonly items: Items
  /** The vendor's turn has begun; it ends when nobody speaks and all of it is written down. */
  readonly turn: boolean
  readonly speaking: boolean
}

export const openaiRecogniser: SocketRecogniserSpec<typeof settings> = {
  kind: 'stt',
  name: 'openai',
  label: 'OpenAI transcription',
  about: 'Realtime transcription sessions of OpenAI and of servers that speak its protocol.',
  settings,
  checklist: ['platform.openai.com: API keys, Create new secret key.'],
  socket: recogniserSocket<Config, State>({
    rate: ({ rate }) => rate,
    turns: turnsOf,
    frame: 40,
    target: ({ baseUrl, key }) => ({
      url: `${baseUrl}/realtime?intent=transcription`,
      headers: { authorization: `Bearer ${key}` },
    }),
    begin: (config) => ({
      config,
      turns: turnsOf(config),
      ready: false,
      flushes: 0,
      items: [],
      turn: false,
      speaking: false,
    }),
    opened: ({ config }) => ({ messages: [json({ type: 'session.update', session: sessionOf(config) })] }),
    sound: (pcm, { config }) => ({
      // By hand: fifty of these a second, and base64 needs no escapes.
      text: `{"type":"input_audio_buffer.append","audio":"${base64(config.rate === 8000 ? encodeUlaw(pcm) : littleEndian(pcm))}"}`,
    }),
    heard,
    flush(state) {
      // The vendor ends its turns itself, and says so.
      if (state.turns === 'vendor') return { events: [{ type: 'flushed' }] }
      const next = { ...state, flushes: state.flushes + 1 }
      return { state: next, messages: [json({ type: 'input_audio_buffer.commit' })] }
    },
    finish: () => ({}),
    explainClose: (code) =>
      code === 1001 ? { code: 'vendor.timeout', message: 'it closed: a session lasts at most 60 minutes' } : undefined,
  }),
}

const transcription = 'conversation.item.input_audio_transcription'

function heard(state: State, message: Fields): Said<State> {
  const { items } = state
  const item = text(message, 'item_id')
  switch (message['type']) {
    case 'session.updated':
      return updated(state, message)
    case 'input_audio_buffer.speech_started':
      return started(state)
    case 'input_audio_buffer.speech_stopped':
      return tell({ ...state, speaking: false }, items)
    case 'input_audio_buffer.committed':
      return item ? tell(state, committed(items, item, text(message, 'previous_item_id'))) : {}
    case `${transcription}.delta`:
      return item ? growing(state, grown(items, item, text(message, 'delta') ?? '')) : {}
    case `${transcription}.completed`:
      return item ? tell(state, finished(items, item, text(message, 'transcript') ?? ''), usageOf(message)) : {}
    case `${transcription}.failed`: {
      const failed = refusalEvent([state.config.key], refusalOf(0, message), { explain, fatal: false })
      return item ? tell(state, finished(items, item, ''), [failed]) : { events: [failed] }
    }
    case 'error':
      return wrong(state, message)
    default:
      return {}
  }
}

/** Its answer to our `session.update`: sound may come, if the format is ours. */
function updated(state: State, message: Fields): Said<State> {
  if (state.ready) return {}
  const input = inner(inner(inner(message, 'session'), 'audio'), 'input')
  const got = text(inner(input, 'format'), 'type')
  const wanted = formatOf(state.config).type
  if (got !== undefined && got !== wanted) {
    return {
      events: [failure('vendor.refused', `it wants sound as ${got}, not as ${wanted}: choose another rate`, true)],
    }
  }
  return { state: { ...state, ready: true }, events: [{ type: 'ready' }] }
}

function started(state: State): Said<State> {
  if (state.turns === 'engine') return {}
  const events: readonly RecogniserEvent[] = state.turn ? [] : [{ type: 'turn-started' }]
  return { state: { ...state, turn: true, speaking: true }, events }
}

function growing(state: State, items: Items): Said<State> {
  return { state: { ...state, items }, events: interim(items) }
}

function interim(items: Items): readonly RecogniserEvent[] {
  const said = items.map((item) => item.text.trim()).filter(Boolean)
  return said.length > 0 ? [{ type: 'text', text: said.join(' '), final: false }] : []
}

/** Whatever is final by now, in order; each piece cut off answers a flush, the last of a turn ends it. */
function tell(state: State, items: Items, before: readonly RecogniserEvent[] = []): Said<State> {
  const { told, left } = settled(items)
  const events = [...before]
  let { flushes } = state
  for (const item of told) {
    const said = item.text.trim()
    if (said) events.push({ type: 'text', text: said, final: true })
    if (flushes > 0) {
      events.push({ type: 'flushed' })
      flushes--
    }
  }
  // What stands behind a final part is told anew.
  if (told.length > 0) events.push(...interim(left))
  const over = state.turn && !state.speaking && told.length > 0 && left.length === 0
  if (over) events.push({ type: 'turn-ended' })
  return { state: { ...state, flushes, items: left, turn: state.turn && !over }, events }
}

function usageOf(message: Fields): readonly RecogniserEvent[] {
  const usage = inner(message, 'usage')
  const { input_tokens: inputTokens, output_tokens: outputTokens } = usage
  if (typeof inputTokens !== 'number' || typeof outputTokens !== 'number') return []
  return [{ type: 'usage', usage: { inputTokens, outputTokens } }]
}

/** Codes after which nothing will come. */
const final = [
  'invalid_api_key',
  'insufficient_quota',
  'account_deactivated',
  'billing_hard_limit_reached',
  'session_expired',
]

function wrong(state: State, message: Fields): Said<State> {
  const refusal = refusalOf(0, message)
  if (refusal.names.includes('input_audio_buffer_commit_empty')) {
    // Too little sound since the last commit to say anything: nothing was said.
    const id = `empty ${state.items.length}`
    return tell(state, finished(committed(state.items, id, undefined), id, ''))
  }
  // Before it is ready, the refusal is one of our session.
  const fatal = !state.ready || refusal.names.some((name) => final.includes(name))
  return { events: [refusalEvent([state.config.key], refusal, { explain, fatal })] }
}

const explain: Explain = ({ names }) => {
  if (names.includes('invalid_api_key')) return ['vendor.credentials', 'check the API key and what it may use']
  if (names.includes('insufficient_quota') || names.includes('billing_hard_limit_reached'))
    return ['vendor.refused', 'its account has no money left, or has reached its limit; see to it there']
  if (names.includes('session_expired')) return ['vendor.timeout', 'its session is over; another begins']
  if (names.some((name) => name.includes('rate_limit')))
    return ['vendor.rate-limited', 'wait, or raise the limit there']
  if (names.includes('beta_api_shape_disabled')) return ['settings.invalid', 'this address speaks another generation']
  if (names.includes('invalid_request_error')) return ['settings.invalid', 'check the model and the other settings']
  return undefined
}
