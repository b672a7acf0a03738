/** Soniox: tokens in, put together to turns. */
import { z } from 'zod'
import { isFields, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { refusalEvent } from '../../../protocols/recogniser/failure.ts'
import {
  addressField,
  keyField,
  languageField,
  rateField,
  termsField,
  turnsField,
} from '../../../protocols/recogniser/settings.ts'
import { json, recogniserSocket, type Said } from '../../../protocols/recogniser/socket.ts'
import { inAll, soFar } from '../../../protocols/recogniser/words.ts'
import { field } from '../../../spec/provider.ts'
import type { RecogniserEvent, SocketRecogniserSpec } from '../../../spec/speech.ts'

const settings = z.object({
  key: keyField('SONIOX_API_KEY', 'console.soniox.com, API keys.'),
  model: field(z.string().trim().min(1).max(100).default('stt-rt-v5'), { title: 'Model' }),
  language: languageField('en', 'A hint; others are understood too.'),
  terms: termsField(500),
  turns: turnsField,
  delay: field(z.int().min(500).max(3000).default(1000), {
    title: 'Longest wait for the end of a turn, ms',
    group: 'Turns',
    when: { field: 'turns', is: ['vendor'] },
  }),
  rate: rateField,
  baseUrl: addressField('wss://stt-rt.soniox.com', ['wss://stt-rt.eu.soniox.com', 'wss://stt-rt.jp.soniox.com']),
})

type Config = z.output<typeof settings>

interface State {
  readonly config: Config
  /** Final, of the present turn. */
  readonly said: string
  /** The vendor's turn has begun. */
  readonly turn: boolean
  /** `finalize` sent and not answered. */
  readonly flushes: number
}

export const sonioxRecogniser: SocketRecogniserSpec<typeof settings> = {
  kind: 'stt',
  name: 'soniox',
  label: 'Soniox',
  about: 'Streaming recognition in many languages, several of them in one call.',
  settings,
  checklist: [
    'console.soniox.com: a project, API keys, Create.',
    'The time that the socket is open is billed, sound or not.',
  ],
  socket: recogniserSocket<Config, State>({
    rate: ({ rate }) => rate,
    turns: ({ turns }) => turns,
    // Twenty seconds without anything close it.
    idleAfter: 5000,
    frame: 60,
    target: ({ baseUrl }) => ({ url: `${baseUrl}/transcribe-websocket`, headers: {} }),
    begin: (config) => ({ config, said: '', turn: false, flushes: 0 }),
    opened: ({ config }) => ({ events: [{ type: 'ready' }], messages: [json(startOf(config))] }),
    heard,
    flush: (state) => ({
      state: { ...state, flushes: state.flushes + 1 },
      messages: [json({ type: 'finalize' })],
    }),
    idle: () => ({ messages: [json({ type: 'keepalive' })] }),
    finish: () => ({ messages: [{ text: '' }] }),
  }),
}

function startOf({ key, model, rate, language, terms, turns, delay }: Config): object {
  return {
    api_key: key,
    model,
    audio_format: 'pcm_s16le',
    sample_rate: rate,
    num_channels: 1,
    language_hints: [language],
    enable_endpoint_detection: turns === 'vendor',
    ...(turns === 'vendor' && { max_endpoint_delay_ms: delay }),
    ...(terms.length > 0 && { context: { terms } }),
  }
}

function heard(state: State, message: Fields): Said<State> {
  const { error_code: status, tokens } = message
  if (typeof status === 'number') {
    const refusal = { status, message: text(message, 'error_message'), names: [] }
    return { events: [refusalEvent([state.config.key], refusal)] }
  }
  if (!Array.isArray(tokens)) return {}
  return tokens.length > 0 ? tell(state, tokens.filter(isFields)) : {}
}

function tell(before: State, tokens: readonly Fields[]): Said<State> {
  const events: RecogniserEvent[] = []
  let state = before
  let pending = ''
  for (const token of tokens) {
    const piece = token['text']
    if (typeof piece !== 'string') continue
    if (piece === '<end>' || piece === '<fin>') {
      events.push(...ended(state, piece))
      state = {
        ...state,
        said: '',
        turn: false,
        flushes: piece === '<fin>' ? Math.max(0, state.flushes - 1) : state.flushes,
      }
    } else if (token['is_final'] === true) state = { ...state, said: state.said + piece }
    else pending += piece
  }
  const words = soFar(state.said + pending)
  if (words.length > 0 && state.config.turns === 'vendor' && !state.turn) {
    state = { ...state, turn: true }
    events.push({ type: 'turn-started' })
  }
  return { state, events: [...events, ...words] }
}

function ended({ config, said, turn, flushes }: State, sign: '<end>' | '<fin>'): readonly RecogniserEvent[] {
  const words = inAll(said)
  const events: RecogniserEvent[] = []
  // A turn may come whole, in one message.
  if (config.turns === 'vendor' && !turn && words.length > 0) events.push({ type: 'turn-started' })
  events.push(...words)
  if (config.turns === 'vendor' && (turn || words.length > 0)) events.push({ type: 'turn-ended' })
  if (sign === '<fin>' && flushes > 0) events.push({ type: 'flushed' })
  return events
}
