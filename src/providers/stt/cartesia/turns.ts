/** /stt/turns/websocket: the text of a turn grows, and the model says when the turn is over. */
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import type { Said } from '../../../protocols/recogniser/socket.ts'
import { inAll, soFar } from '../../../protocols/recogniser/words.ts'
import type { RecogniserEvent } from '../../../spec/speech.ts'
import { errorEvent } from './error.ts'

export interface Turns {
  readonly mode: 'turns'
  readonly key: string
  /** A frame of it. */
  readonly silence: Uint8Array
  readonly turn: boolean
  /** Somebody waits for the end of the turn. */
  readonly flushing: boolean
}

export function hearTurns(state: Turns, message: Fields): Said<Turns> {
  const said = text(message, 'transcript') ?? ''
  const opening: readonly RecogniserEvent[] = state.turn ? [] : [{ type: 'turn-started' }]
  const open = { ...state, turn: true }
  switch (message['type']) {
    case 'connected':
      return { events: [{ type: 'ready' }] }
    case 'turn.start':
      return { state: open, events: opening }
    case 'turn.update':
      return said ? { state: open, events: [...opening, ...soFar(said)] } : {}
    case 'turn.eager_end':
      return { state: open, events: [...opening, ...soFar(said), { type: 'turn-ending' }] }
    case 'turn.resume':
      return { events: state.turn ? [{ type: 'turn-resumed' }] : [] }
    case 'turn.end': {
      const events: RecogniserEvent[] = [...opening, ...inAll(said), { type: 'turn-ended' }]
      if (state.flushing) events.push({ type: 'flushed' })
      return { state: { ...state, turn: false, flushing: false }, events }
    }
    case 'error':
      return { events: [errorEvent(state.key, message)] }
    default:
      return {}
  }
}
