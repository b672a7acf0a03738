/** A transport: the media of a call over a socket of the user's own server, by the translator of whichever carrier it is. */
import { openLeg } from '../calls/leg.ts'
import { liveInputs } from '../calls/inputs.ts'
import { nowOf, runOperation } from '../calls/operation.ts'
import type { LetIn, Opening } from '../calls/arrival.ts'
import { realClock, type Clock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { silentLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import { Listeners } from '../lib/socket/listeners.ts'
import type { Socket } from '../lib/socket/socket.ts'
import { openNetwork } from '../main/network.ts'
import type { CallSeen, CarrierSpec } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import { choose, type Checked, type TransportFactories } from './factories.ts'
import { Transport } from './line.ts'
import { lookAt, recognised, type RecognisedTransport, type TransportSocket } from './streams.ts'

export interface WebSocketArguments {
  readonly type: 'websocket'
  /** As its server accepted it, before anything was read from it. */
  readonly socket: TransportSocket
}

export type TransportArguments = WebSocketArguments

export interface TransportOptions {
  /** Private hosts, `host:port` or CIDR blocks that the carrier's API may be at: a simulator's. */
  readonly allowHosts?: readonly string[]
  /** May this stream be taken? It says who calls and with which parameters: a token of yours for example. Default: anybody. */
  readonly admit?: (stream: RecognisedTransport) => boolean | Promise<boolean>
}

/**
 * Recognises whose stream it is, has that carrier's factory alone say with which credentials, and opens the line. Rejects before anybody
 * talks: `request.invalid` names the type of arguments that are none, `provider.unknown` the factory that is missing, `settings.missing`
 * the credentials, `auth.forbidden` a stream that was not admitted, `media.unavailable` why there is none. The socket is closed then.
 */
export async function createTransport(
  given: TransportArguments,
  factories: TransportFactories,
  options: TransportOptions = {},
): Promise<Transport> {
  const look = lookAt(socketOf(given))
  const claim = await look.claim
  const about = recognised(claim)
  try {
    if (options.admit && !(await options.admit(about)))
      throw new OffhookError('auth.forbidden', `This stream of ${claim.carrier.label} was not admitted`)
    const chosen = await choose(claim.carrier, factories)
    return open(await look.take(), look.socket, { chosen, about, options })
  } catch (error) {
    look.refuse(error instanceof OffhookError && error.code === 'auth.forbidden' ? 'not admitted' : 'not set up')
    throw error
  }
}

function socketOf(given: TransportArguments): TransportSocket {
  // Programs without types come here too.
  const { type, socket } = (given ?? {}) as { readonly type?: unknown; readonly socket?: TransportSocket }
  if (type === 'websocket' && typeof socket?.pause === 'function') return socket
  const own = given === null || given === undefined ? undefined : Object(given).constructor?.name
  const name = typeof type === 'string' ? `"${type}"` : (own ?? String(given))
  const why = type === 'websocket' ? 'the socket is none of the ws package' : 'known: "websocket"'
  throw new OffhookError('request.invalid', `Transport arguments of type ${name} are not supported (${why})`)
}

interface Wanted {
  readonly chosen: Checked
  readonly about: RecognisedTransport
  readonly options: TransportOptions
}

function open(opening: Opening<LetIn>, socket: Socket, { chosen, about, options }: Wanted): Transport {
  const { carrier, stream, state, started, later } = opening
  const clock: Clock = realClock
  const inputs = liveInputs(clock, randomIds)
  const digits = new Listeners<string>()
  const { promise: closed, resolve: end } = Promise.withResolvers<string>()
  const leg = openLeg({
    ...{ socket, stream, state, inputs, pace: clock, logger: silentLogger, taps: {}, count: () => undefined },
    ...{ format: started.format, streamRef: started.streamRef },
    ...(started.sends ? { sends: started.sends } : {}),
    onDigit: (digit) => digits.tell(digit),
    onStopped: (cause) => end(cause ?? 'the stream was stopped'),
    onLost: (cause) => end(cause),
  })
  const hangUp = once(async () => {
    try {
      if (socket.open) await orderHangUp(carrier, seenOf(opening, about), chosen, options)
    } finally {
      // Whatever the carrier said: nobody talks here any more.
      leg.close('hung up')
    }
  })
  // A leg that we close ourselves tells nobody.
  socket.onClose(({ reason }) => end(reason || 'closed'))
  const rate = chosen.rate ?? started.format.rate
  const transport = new Transport({ about, leg, digits, rate, hangUp, closed })
  later.forEach(leg.receive)
  return transport
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => (running ??= run())
}

/** Of a call that somebody else answered, what a carrier's translator may ask. */
function seenOf({ carrier, started }: Opening<LetIn>, { call }: RecognisedTransport): CallSeen {
  return {
    ...{ id: started.streamRef, organization: '', direction: 'inbound', carrier: carrier.name, connection: '' },
    ...{ from: call.from ?? '', to: call.to ?? '', agent: '', variables: {}, metadata: {} },
    ...{ ringTimeout: 0, maxDuration: 0, machineDetection: false, record: false, createdAt: realClock.now() },
    ...{ status: 'in-progress', streamed: true, streamRef: started.streamRef },
    ...(started.ref === undefined ? {} : { ref: started.ref }),
  }
}

/** By the carrier's API, with this carrier's credentials and nobody else's. Where there is no such order, the end of the stream is the end. */
async function orderHangUp(
  carrier: CarrierSpec,
  call: CallSeen,
  { settings }: Checked,
  { allowHosts = [] }: TransportOptions,
): Promise<void> {
  if (!carrier.control?.commands.includes('hangup') || call.ref === undefined) return
  const here = { clock: realClock, ids: randomIds }
  const urls = { webhook: noAddress, media: noAddress }
  const dispatch = carrier.control.encode({ type: 'hangup' }, call, settings, { now: nowOf(here), urls })
  if (dispatch.by !== 'http') return
  await using scope = new Scope('transport')
  const { request } = openNetwork({ ...here, scope, allowHosts: () => allowHosts })
  await runOperation(dispatch.operation, request, scope.signal)
}

function noAddress(): never {
  throw new OffhookError('command.unsupported', 'A transport has no webhooks: steer the call from your own application')
}
