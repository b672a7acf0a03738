/** Deepgram: nova models on /v1/listen, flux models, which end turns themselves, on /v2/listen. */
import { recogniserSocket, type Said } from '../../../protocols/recogniser/socket.ts'
import type { Fields } from '../../../protocols/json-media/fields.ts'
import type { ErrorCode } from '../../../spec/errors.ts'
import type { SocketRecogniserSpec } from '../../../spec/speech.ts'
import { beginFlux, fluxTarget, hearFlux, type Flux } from './flux.ts'
import { beginNova, hearNova, novaTarget, type Nova } from './nova.ts'
import { isFlux, settings, type Config } from './settings.ts'

type State = Nova | Flux

export const deepgramRecogniser: SocketRecogniserSpec<typeof settings> = {
  kind: 'stt',
  name: 'deepgram',
  label: 'Deepgram',
  about: 'Streaming recognition: nova models in many languages, flux models that hear when a turn is over.',
  settings,
  checklist: ['console.deepgram.com: API keys, Create a new API key; the role Member is enough.'],
  socket: recogniserSocket<Config, State>({
    rate: ({ rate }) => rate,
    turns: (config) => (isFlux(config) ? 'vendor' : config.turns),
    // Ten seconds of silence close a v1 socket.
    idleAfter: 4000,
    // What Deepgram advises for flux; nova takes any.
    frame: 80,
    target: (config) => ({
      url: isFlux(config) ? fluxTarget(config) : novaTarget(config),
      headers: { authorization: `Token ${config.key}` },
    }),
    begin: (config) => (isFlux(config) ? beginFlux(config) : beginNova(config)),
    opened: (state) => (state.api === 'v1' ? { events: [{ type: 'ready' }] } : {}),
    heard: (state: State, message: Fields): Said<State> =>
      state.api === 'v1' ? hearNova(state, message) : hearFlux(state, message),
    flush(state) {
      if (state.api === 'v1') {
        return { state: { ...state, flushes: state.flushes + 1 }, messages: [order('Finalize')] }
      }
      // Outside a turn there is nothing to end. Inside, the model ends it: ForceEndTurn closes the socket where it is not enabled.
      return state.turn ? { state: { ...state, flushing: true } } : { events: [{ type: 'flushed' }] }
    },
    // v2 knows no KeepAlive: silence keeps it.
    idle: (state) => ({ messages: [state.api === 'v1' ? order('KeepAlive') : { binary: state.silence }] }),
    finish: () => ({ messages: [order('CloseStream')] }),
    explainClose,
  }),
}

function order(type: 'Finalize' | 'KeepAlive' | 'CloseStream') {
  return { text: JSON.stringify({ type }) }
}

const closes: readonly (readonly [sign: string, code: ErrorCode, message: string])[] = [
  ['NET-0001', 'vendor.timeout', 'it closed because no sound reached it for ten seconds (NET-0001)'],
  ['NET-0000', 'vendor.failed', 'it closed because of trouble of its own (NET-0000): try again'],
  ['DATA-0000', 'media.format', 'it could not read the sound (DATA-0000): check the model and the sampling rate'],
]

function explainClose(_code: number, reason: string) {
  const known = closes.find(([sign]) => reason.includes(sign))
  return known && { code: known[1], message: known[2] }
}
