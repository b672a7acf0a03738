/** Cartesia: the model's turns, or ours, on two sockets that have little in common. */
import { recogniserSocket, type Said } from '../../../protocols/recogniser/socket.ts'
import { withQuery } from '../../../protocols/recogniser/settings.ts'
import type { SocketRecogniserSpec } from '../../../spec/speech.ts'
import { hearManual, type Manual } from './manual.ts'
import { settings, type Config } from './settings.ts'
import { hearTurns, type Turns } from './turns.ts'

type State = Manual | Turns

/** What is advised to be sent at a time, ms. */
const frame = 100

export const cartesiaRecogniser: SocketRecogniserSpec<typeof settings> = {
  kind: 'stt',
  name: 'cartesia',
  label: 'Cartesia',
  about: 'Streaming recognition of English with ink models, which can also hear when a turn is over.',
  settings,
  checklist: ['play.cartesia.ai: API keys, New.'],
  socket: recogniserSocket<Config, State>({
    rate: ({ rate }) => rate,
    turns: ({ turns }) => turns,
    idleAfter: 4000,
    frame,
    target: (config) => ({ url: addressOf(config), headers: headersOf(config) }),
    begin: ({ turns, key, rate }) => {
      const silence = new Uint8Array((rate * 2 * frame) / 1000)
      if (turns === 'vendor') return { mode: 'turns', key, silence, turn: false, flushing: false }
      return { mode: 'manual', key, silence, said: '', flushes: 0 }
    },
    opened: (state) => (state.mode === 'manual' ? { events: [{ type: 'ready' }] } : {}),
    heard: (state, message): Said<State> =>
      state.mode === 'turns' ? hearTurns(state, message) : hearManual(state, message),
    flush(state) {
      // The model ends its turns itself; outside of one there is nothing to wait for.
      if (state.mode === 'turns')
        return state.turn ? { state: { ...state, flushing: true } } : { events: [{ type: 'flushed' }] }
      return { state: { ...state, flushes: state.flushes + 1 }, messages: [{ text: 'finalize' }] }
    },
    // It knows no word that keeps it: sound does.
    idle: ({ silence }) => ({ messages: [{ binary: silence }] }),
    finish: ({ mode }) => ({ messages: [{ text: mode === 'turns' ? '{"type":"close"}' : 'close' }] }),
  }),
}

function addressOf(config: Config): string {
  const { model, rate, terms, endOfTurn, eagerEndOfTurn } = config
  const common = { model, encoding: 'pcm_s16le', sample_rate: rate }
  // ink-2 alone takes words to expect.
  const expected = model === 'ink-2' ? terms : undefined
  if (config.turns === 'engine') {
    return withQuery(`${config.baseUrl}/stt/websocket`, { ...common, language: 'en', keyterm: expected })
  }
  return withQuery(`${config.baseUrl}/stt/turns/websocket`, {
    ...common,
    keyterm: expected,
    turn_eager_end_threshold: Math.max(eagerEndOfTurn, endOfTurn),
    turn_end_threshold: endOfTurn,
    turn_end_timeout_ms: config.endOfTurnAfter,
  })
}

function headersOf({ key, version }: Config) {
  return { 'x-api-key': key, 'cartesia-version': version }
}
