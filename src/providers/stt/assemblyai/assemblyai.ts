/** AssemblyAI: turns whose final words grow, and whose end is told by confidence or by order. */
import { z } from 'zod'
import { isFields, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { refusalEvent } from '../../../protocols/recogniser/failure.ts'
import {
  addressField,
  keyField,
  rateField,
  termsField,
  turnsField,
  withQuery,
} from '../../../protocols/recogniser/settings.ts'
import { json, recogniserSocket, type Said } from '../../../protocols/recogniser/socket.ts'
import { inAll, soFar } from '../../../protocols/recogniser/words.ts'
import { field } from '../../../spec/provider.ts'
import type { RecogniserEvent, SocketRecogniserSpec } from '../../../spec/speech.ts'
import { explainClose, verdictOf } from './errors.ts'

const vendor = { group: 'Turns', when: { field: 'turns', is: ['vendor'] } } as const

const settings = z.object({
  key: keyField('ASSEMBLYAI_API_KEY', 'assemblyai.com, API keys.'),
  model: field(z.string().trim().min(1).max(100).default('universal-streaming-english'), {
    title: 'Model',
    examples: ['universal-streaming-english', 'universal-streaming-multilingual', 'u3-rt-pro'],
  }),
  terms: termsField(100),
  formatted: field(z.boolean().default(false), {
    title: 'Wait for punctuation',
    description: 'Turns end later. Newer models (u3-…, universal-3-…) punctuate at once.',
  }),
  turns: turnsField,
  endOfTurn: field(z.number().min(0).max(1).default(0.4), { title: 'End of turn, confidence', ...vendor }),
  silence: field(z.int().min(100).max(5000).default(400), {
    title: 'Silence that ends a turn when it is sure, ms',
    ...vendor,
  }),
  longestSilence: field(z.int().min(400).max(10_000).default(1280), {
    title: 'Silence that ends a turn whatever was said, ms',
    ...vendor,
  }),
  rate: rateField,
  baseUrl: addressField('wss://streaming.assemblyai.com', ['wss://streaming.eu.assemblyai.com']),
})

type Config = z.output<typeof settings>

interface State {
  readonly config: Config
  /** Its text comes in both forms: the first end of a turn is none. */
  readonly formatted: boolean
  readonly turn: boolean
  /** Ends ordered and not told. */
  readonly flushes: number
}

/** Where our detector ends turns, the vendor's shall not: as unsure and as patient as it may be. */
const never = { endOfTurn: 1, silence: 5000, longestSilence: 10_000 }

export const assemblyaiRecogniser: SocketRecogniserSpec<typeof settings> = {
  kind: 'stt',
  name: 'assemblyai',
  label: 'AssemblyAI',
  about: 'Streaming recognition of English and other languages, with ends of turns.',
  settings,
  checklist: ['assemblyai.com: the dashboard, API keys.'],
  socket: recogniserSocket<Config, State>({
    rate: ({ rate }) => rate,
    turns: ({ turns }) => turns,
    idleAfter: 10_000,
    // Fifty to a thousand milliseconds at a time, or it closes.
    frame: 60,
    target: (config) => ({ url: addressOf(config), headers: { authorization: config.key } }),
    begin: (config) => ({ config, formatted: wantsFormat(config), turn: false, flushes: 0 }),
    opened: () => ({}),
    heard,
    flush: (state) => ({
      state: { ...state, flushes: state.flushes + 1 },
      messages: [json({ type: 'ForceEndpoint' })],
    }),
    idle: () => ({ messages: [json({ type: 'KeepAlive' })] }),
    finish: () => ({ messages: [json({ type: 'Terminate' })] }),
    explainClose,
  }),
}

/** Models of the third generation write every turn down formatted, and once. */
function wantsFormat({ model, formatted }: Config): boolean {
  return formatted && model.startsWith('universal-streaming')
}

function addressOf(config: Config): string {
  const { model, terms, rate } = config
  const { endOfTurn, silence, longestSilence } = config.turns === 'vendor' ? config : never
  return withQuery(`${config.baseUrl}/v3/ws`, {
    sample_rate: rate,
    encoding: 'pcm_s16le',
    speech_model: model,
    format_turns: wantsFormat(config) ? true : undefined,
    end_of_turn_confidence_threshold: endOfTurn,
    min_turn_silence: Math.min(silence, longestSilence),
    max_turn_silence: longestSilence,
    keyterms_prompt: terms.length > 0 ? JSON.stringify(terms) : undefined,
  })
}

function heard(state: State, message: Fields): Said<State> {
  switch (message['type']) {
    case 'Begin':
      return { events: [{ type: 'ready' }] }
    case 'SpeechStarted':
      return opening(state, [])
    case 'Turn':
      return turn(state, message)
    case 'Error': {
      const { error_code: code } = message
      const refusal = { status: 0, message: text(message, 'error'), names: code === undefined ? [] : [String(code)] }
      return { events: [refusalEvent([state.config.key], refusal, { explain: () => verdictOf(code) })] }
    }
    default:
      return {} // Termination, Warning, Heartbeat, Silence
  }
}

function turn(state: State, message: Fields): Said<State> {
  const said = text(message, 'transcript') ?? ''
  const over = message['end_of_turn'] === true && (!state.formatted || message['turn_is_formatted'] === true)
  if (over) return ended(state, inAll(said))
  const words = soFar([said, ...pending(message)].join(' '))
  return words.length > 0 ? opening(state, words) : {}
}

/** Words that may still change stand in no transcript. */
function pending(message: Fields): readonly string[] {
  const { words } = message
  if (!Array.isArray(words)) return []
  return words.filter(isFields).flatMap((word) => (word['word_is_final'] === false ? [text(word, 'text') ?? ''] : []))
}

function opening(state: State, events: readonly RecogniserEvent[]): Said<State> {
  if (state.turn || state.config.turns === 'engine') return { events }
  return { state: { ...state, turn: true }, events: [{ type: 'turn-started' }, ...events] }
}

function ended(state: State, words: readonly RecogniserEvent[]): Said<State> {
  const events = [...words]
  if (state.config.turns === 'vendor') {
    if (!state.turn && words.length > 0) events.unshift({ type: 'turn-started' })
    if (state.turn || words.length > 0) events.push({ type: 'turn-ended' })
  }
  const answers = state.flushes > 0
  if (answers) events.push({ type: 'flushed' })
  return { state: { ...state, turn: false, flushes: state.flushes - (answers ? 1 : 0) }, events }
}
