/** /stt/websocket: pieces that are put together as they are, spaces included, until `finalize` is answered. */
import type { Fields } from '../../../protocols/json-media/fields.ts'
import type { Said } from '../../../protocols/recogniser/socket.ts'
import { inAll, soFar } from '../../../protocols/recogniser/words.ts'
import { errorEvent } from './error.ts'

export interface Manual {
  readonly mode: 'manual'
  readonly key: string
  /** A frame of it. */
  readonly silence: Uint8Array
  /** Final, of the present turn. */
  readonly said: string
  /** `finalize` sent and not answered. */
  readonly flushes: number
}

export function hearManual(state: Manual, message: Fields): Said<Manual> {
  switch (message['type']) {
    case 'transcript': {
      const piece = message['text']
      if (typeof piece !== 'string') return {}
      const all = state.said + piece
      // Only a final piece stays; another is written anew.
      return { state: message['is_final'] === true ? { ...state, said: all } : state, events: soFar(all) }
    }
    case 'flush_done':
      if (state.flushes === 0) return {}
      return {
        state: { ...state, said: '', flushes: state.flushes - 1 },
        events: [...inAll(state.said), { type: 'flushed' }],
      }
    case 'error':
      return { events: [errorEvent(state.key, message)] }
    default:
      return {} // done, and what may come
  }
}
