/** Speechmatics: partial and final transcripts, and utterances that end by themselves or by order. */
import { z } from 'zod'
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
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
import { explainClose, verdictOf } from './errors.ts'

const settings = z.object({
  key: keyField('SPEECHMATICS_API_KEY', 'portal.speechmatics.com, Settings, API keys.'),
  model: field(z.string().trim().min(1).max(100).default('enhanced'), {
    title: 'Model',
    examples: ['standard', 'enhanced', 'melia-1'],
  }),
  language: languageField('en'),
  terms: termsField(1000),
  delay: field(z.number().min(0.7).max(4).default(1), {
    title: 'Longest wait for a final word, s',
    description: 'Longer: fewer mistakes.',
  }),
  turns: turnsField,
  silence: field(z.number().min(0.2).max(2).default(0.6), {
    title: 'Silence that ends a turn, s',
    description: 'Below the longest wait for a final word.',
    group: 'Turns',
    when: { field: 'turns', is: ['vendor'] },
  }),
  rate: rateField,
  baseUrl: addressField('wss://eu.rt.speechmatics.com', [
    'wss://us.rt.speechmatics.com',
    'wss://global.rt.speechmatics.com',
  ]),
})

type Config = z.output<typeof settings>

interface State {
  readonly config: Config
  /** Final, of the present turn. */
  readonly said: string
  readonly turn: boolean
  /** Ends ordered and not told. */
  readonly flushes: number
}

export const speechmaticsRecogniser: SocketRecogniserSpec<typeof settings> = {
  kind: 'stt',
  name: 'speechmatics',
  label: 'Speechmatics',
  about: 'Streaming recognition in many languages, in the cloud or on servers of your own.',
  settings,
  checklist: ['portal.speechmatics.com: Settings, API keys, Create.'],
  socket: recogniserSocket<Config, State>({
    rate: ({ rate }) => rate,
    turns: ({ turns }) => turns,
    frame: 60,
    target: ({ baseUrl, key }) => ({ url: `${baseUrl}/v2`, headers: { authorization: `Bearer ${key}` } }),
    begin: (config) => ({ config, said: '', turn: false, flushes: 0 }),
    opened: ({ config }) => ({ messages: [json(startOf(config))] }),
    heard,
    flush: (state) => ({
      state: { ...state, flushes: state.flushes + 1 },
      messages: [json({ message: 'ForceEndOfUtterance' })],
    }),
    finish: (_, sent) => ({ messages: [json({ message: 'EndOfStream', last_seq_no: sent })] }),
    explainClose,
  }),
}

function startOf({ rate, language, model, delay, turns, silence, terms }: Config): object {
  return {
    message: 'StartRecognition',
    audio_format: { type: 'raw', encoding: 'pcm_s16le', sample_rate: rate },
    transcription_config: {
      language,
      model,
      enable_partials: true,
      max_delay: delay,
      max_delay_mode: 'flexible',
      // At or above the delay it would be refused.
      ...(turns === 'vendor' && {
        conversation_config: { end_of_utterance_silence_trigger: Math.min(silence, delay - 0.1) },
      }),
      ...(terms.length > 0 && { additional_vocab: terms.map((content) => ({ content })) }),
    },
  }
}

function heard(state: State, message: Fields): Said<State> {
  const kind = message['message']
  switch (kind) {
    case 'RecognitionStarted':
      return { events: [{ type: 'ready' }] }
    case 'AddPartialTranscript':
      return growing(state, state.said + transcriptOf(message))
    case 'AddTranscript': {
      const said = state.said + transcriptOf(message)
      return growing({ ...state, said }, said)
    }
    case 'EndOfUtterance':
      return ended(state, message['forced'] === true)
    case 'Error': {
      const type = text(message, 'type') ?? 'unknown_error'
      const refusal = { status: 0, message: text(message, 'reason'), names: [type] }
      return { events: [refusalEvent([state.config.key], refusal, { explain: () => verdictOf(type) })] }
    }
    default:
      return {} // AudioAdded, Info, Warning, EndOfTranscript
  }
}

/** With the spacing of its language; a partial one covers what follows the final ones. */
function transcriptOf(message: Fields): string {
  const { transcript } = inner(message, 'metadata')
  return typeof transcript === 'string' ? transcript : ''
}

function growing(state: State, words: string): Said<State> {
  const events = soFar(words)
  if (events.length === 0 || state.turn || state.config.turns === 'engine') return { state, events }
  return { state: { ...state, turn: true }, events: [{ type: 'turn-started' }, ...events] }
}

function ended(state: State, forced: boolean): Said<State> {
  const vendor = state.config.turns === 'vendor'
  // What is not ours to end by may still go on.
  if (!vendor && !forced) return {}
  const events: RecogniserEvent[] = [...inAll(state.said)]
  if (vendor && state.turn) events.push({ type: 'turn-ended' })
  const answers = forced && state.flushes > 0
  if (answers) events.push({ type: 'flushed' })
  return { state: { ...state, said: '', turn: false, flushes: state.flushes - (answers ? 1 : 0) }, events }
}
