/** /v2/listen: the model says when a turn begins, may be over, goes on, and is over. */
import { Ear, samplesOf, written, type EarEvent, type HeardWord, type Phrases } from '../../vendor/ear.ts'
import type { VendorSocket } from '../../vendor/socket.ts'
import { objectOf, queryFault, values, type QueryRule } from '../options.ts'

const { flag, whole, decimal, any, tag } = values

const rules: Readonly<Record<string, QueryRule>> = {
  model: { value: /flux-general-(en|multi)/, needed: true },
  encoding: { value: /linear16/ },
  sample_rate: { value: /8000|16000|24000|44100|48000/ },
  eot_threshold: { value: decimal },
  eager_eot_threshold: { value: decimal },
  eot_timeout_ms: { value: whole },
  keyterm: { value: any, repeats: true },
  language_hint: { value: tag, repeats: true },
  numerals: { value: flag },
  profanity_filter: { value: flag },
  redact: { value: /numbers|aggressive_numbers/, repeats: true },
  tag: { value: any, repeats: true },
  mip_opt_out: { value: flag },
}

/** What is wrong with the query, or undefined. */
export function fluxFault(query: URLSearchParams): string | undefined {
  const fault = queryFault(query, rules)
  if (fault) return fault
  const end = Number(query.get('eot_threshold') ?? 0.7)
  const eager = Number(query.get('eager_eot_threshold') ?? 0.3)
  if (end < 0.5 || end > 0.9) return 'eot_threshold is from 0.5 to 0.9'
  if (eager < 0.3 || eager > end) return 'eager_eot_threshold is from 0.3 to eot_threshold'
  if (query.has('language_hint') && query.get('model') !== 'flux-general-multi') return 'language_hint needs -multi'
  return undefined
}

/** Silence after which the model is rather sure, and sure, ms. */
const hesitation = 160
const pause = 400

export function talkFlux(socket: VendorSocket, phrases: Phrases): void {
  const { query } = socket.request
  const rate = Number(query.get('sample_rate') ?? 16_000)
  const eager = query.has('eager_eot_threshold') ? { hesitation } : {}
  const ear = new Ear({ rate, phrases, pause, ...eager })
  const turn = { index: 0, from: 0 }
  let sequence = 0
  const tell = (event: string, words: readonly HeardWord[]) => {
    const info = {
      type: 'TurnInfo',
      request_id: 'req-2',
      sequence_id: ++sequence,
      event,
      turn_index: turn.index,
      audio_window_start: turn.from / 1000,
      audio_window_end: ear.at / 1000,
      transcript: written(words),
      words: words.map(({ text, start, end }) => ({
        word: text,
        confidence: 0.9,
        start: start / 1000,
        end: end / 1000,
      })),
      end_of_turn_confidence: event === 'EndOfTurn' ? 0.9 : event === 'EagerEndOfTurn' ? 0.5 : 0.1,
      ...(event === 'EndOfTurn' && { trigger: 'model' }),
    }
    socket.json(info)
  }
  const note = (event: EarEvent) => {
    if (event.type === 'started') tell('StartOfTurn', [])
    if (event.type === 'word') tell('Update', event.words)
    if (event.type === 'hesitated') tell('EagerEndOfTurn', ear.words)
    if (event.type === 'resumed') tell('TurnResumed', ear.words)
    if (event.type !== 'ended') return
    tell('EndOfTurn', event.words)
    turn.index++
    turn.from = event.at
  }
  socket.json({ type: 'Connected', request_id: 'req-2', sequence_id: 0 })
  socket.onMessage((message) => {
    if ('binary' in message) return ear.hear(samplesOf(message.binary)).forEach(note)
    const type = objectOf(message.text)?.['type']
    if (type === 'CloseStream') return socket.close(1000)
    if (type === 'Configure')
      return socket.json({ type: 'ConfigureSuccess', request_id: 'req-2', sequence_id: ++sequence })
    // KeepAlive and Finalize are v1's; ForceEndTurn has to be enabled for an account.
    const description = `unknown message type "${String(type)}"`
    socket.json({ type: 'Error', sequence_id: ++sequence, code: 'UNPARSABLE_CLIENT_MESSAGE', description })
    socket.close(1008, 'UNPARSABLE_CLIENT_MESSAGE')
  })
}
