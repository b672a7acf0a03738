/** /v1/listen: text comes in parts, each revised until it is final. */
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { refusalEvent } from '../../../protocols/recogniser/failure.ts'
import { withQuery } from '../../../protocols/recogniser/settings.ts'
import type { Said } from '../../../protocols/recogniser/socket.ts'
import type { RecogniserEvent } from '../../../spec/speech.ts'
import type { Config } from './settings.ts'

export interface Nova {
  readonly api: 'v1'
  readonly key: string
  readonly turns: 'engine' | 'vendor'
  /** `Finalize` sent and not answered. */
  readonly flushes: number
  /** The vendor's turn: none, begun by a sound, or with words in it. */
  readonly turn: 'none' | 'heard' | 'worded'
}

export function novaTarget(config: Config): string {
  const vendor = config.turns === 'vendor'
  return withQuery(`${config.baseUrl}/v1/listen`, {
    model: config.model,
    encoding: 'linear16',
    sample_rate: config.rate,
    channels: 1,
    language: config.language,
    interim_results: true,
    smart_format: true,
    punctuate: true,
    // Where our detector ends turns, phrases need not be told apart.
    endpointing: vendor ? config.endpointing : false,
    utterance_end_ms: vendor ? Math.max(1000, config.endpointing) : undefined,
    vad_events: vendor ? true : undefined,
    // Older models know keywords instead.
    [config.model.startsWith('nova-3') ? 'keyterm' : 'keywords']: config.terms,
  })
}

export function beginNova({ key, turns }: Config): Nova {
  return { api: 'v1', key, turns, flushes: 0, turn: 'none' }
}

export function hearNova(state: Nova, message: Fields): Said<Nova> {
  switch (message['type']) {
    case 'Results':
      return results(state, message)
    case 'SpeechStarted':
      return started(state, 'heard', [])
    case 'UtteranceEnd':
      // The fallback where noise keeps `speech_final` away; after one there is no turn to end.
      return ended(state, [])
    case 'Error': {
      const said = text(message, 'description') ?? text(message, 'message')
      const refusal = { status: 0, message: said, names: [] }
      return { events: [refusalEvent([state.key], refusal)] }
    }
    default:
      return {} // Metadata, and what may come
  }
}

function results(state: Nova, message: Fields): Said<Nova> {
  const final = message['is_final'] === true
  const said = transcriptOf(message)
  const events: RecogniserEvent[] = said ? [{ type: 'text', text: said, final }] : []
  const spoken = said ? started(state, 'worded', events) : { state, events }
  if (message['from_finalize'] === true) return flushed(spoken.state, spoken.events)
  // A cough begins a turn as words do: when it is surely none, the turn is over.
  const over = message['speech_final'] === true || (final && state.turn === 'heard' && !said)
  return over ? ended(spoken.state, spoken.events) : spoken
}

function transcriptOf(message: Fields): string {
  const { alternatives } = inner(message, 'channel')
  const first: unknown = Array.isArray(alternatives) ? alternatives[0] : undefined
  // A record in a list is as good as one in a field.
  return (text(inner({ first }, 'first'), 'transcript') ?? '').trim()
}

interface Heard {
  readonly state: Nova
  readonly events: readonly RecogniserEvent[]
}

function started(state: Nova, turn: 'heard' | 'worded', events: readonly RecogniserEvent[]): Heard {
  if (state.turns === 'engine' || state.turn === 'worded') return { state, events }
  const opening: readonly RecogniserEvent[] = state.turn === 'none' ? [{ type: 'turn-started' }] : []
  return { state: { ...state, turn }, events: [...opening, ...events] }
}

function ended(state: Nova, events: readonly RecogniserEvent[]): Heard {
  if (state.turn === 'none') return { state, events }
  return { state: { ...state, turn: 'none' }, events: [...events, { type: 'turn-ended' }] }
}

function flushed(state: Nova, events: readonly RecogniserEvent[]): Heard {
  if (state.flushes === 0) return { state, events }
  return { state: { ...state, flushes: state.flushes - 1 }, events: [...events, { type: 'flushed' }] }
}
