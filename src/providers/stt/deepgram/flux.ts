/** /v2/listen: the text of a turn grows, and the model says when the turn is over. */
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { refusalEvent } from '../../../protocols/recogniser/failure.ts'
import { withQuery } from '../../../protocols/recogniser/settings.ts'
import type { Said } from '../../../protocols/recogniser/socket.ts'
import type { RecogniserEvent } from '../../../spec/speech.ts'
import type { Config } from './settings.ts'

export interface Flux {
  readonly api: 'v2'
  readonly key: string
  /** A turn has begun. */
  readonly turn: boolean
  /** Somebody waits for its end. */
  readonly flushing: boolean
  /** A frame of it. */
  readonly silence: Uint8Array
}

export function fluxTarget(config: Config): string {
  const { endOfTurn, eagerEndOfTurn } = config
  return withQuery(`${config.baseUrl}/v2/listen`, {
    model: config.model,
    encoding: 'linear16',
    sample_rate: config.rate,
    eot_threshold: endOfTurn,
    // Above the other it would be refused.
    eager_eot_threshold: eagerEndOfTurn === undefined ? undefined : Math.min(eagerEndOfTurn, endOfTurn),
    eot_timeout_ms: config.endOfTurnAfter,
    keyterm: config.terms,
    language_hint: config.model.endsWith('-multi') ? config.language : undefined,
  })
}

export function beginFlux({ key, rate }: Config): Flux {
  return { api: 'v2', key, turn: false, flushing: false, silence: new Uint8Array((rate * 2 * 80) / 1000) }
}

export function hearFlux(state: Flux, message: Fields): Said<Flux> {
  switch (message['type']) {
    case 'Connected':
      return { events: [{ type: 'ready' }] }
    case 'TurnInfo':
      return turnInfo(state, message)
    case 'Error': {
      const names = [text(message, 'code')?.toLowerCase() ?? ''].filter(Boolean)
      const refusal = { status: 0, message: text(message, 'description'), names }
      return { events: [refusalEvent([state.key], refusal)] }
    }
    default:
      return {}
  }
}

function turnInfo(state: Flux, message: Fields): Said<Flux> {
  // The text is the whole of the turn each time: it stands in place of the one before.
  const said = (text(message, 'transcript') ?? '').trim()
  const interim: readonly RecogniserEvent[] = said ? [{ type: 'text', text: said, final: false }] : []
  switch (message['event']) {
    case 'StartOfTurn':
      return { state: { ...state, turn: true }, events: [...opening(state), ...interim] }
    case 'Update':
      return { events: state.turn ? interim : [] }
    case 'EagerEndOfTurn':
      return { events: state.turn ? [...interim, { type: 'turn-ending' }] : [] }
    case 'TurnResumed':
      return { events: state.turn ? [{ type: 'turn-resumed' }, ...interim] : [] }
    case 'EndOfTurn':
      return endOfTurn(state, said)
    default:
      return {}
  }
}

function opening(state: Flux): readonly RecogniserEvent[] {
  return state.turn ? [] : [{ type: 'turn-started' }]
}

function endOfTurn(state: Flux, said: string): Said<Flux> {
  const events: RecogniserEvent[] = [...opening(state)]
  if (said) events.push({ type: 'text', text: said, final: true })
  events.push({ type: 'turn-ended' })
  if (state.flushing) events.push({ type: 'flushed' })
  return { state: { ...state, turn: false, flushing: false }, events }
}
