/** Whose media stream comes over a socket of the user's own server, and what its carrier says of the call. */
import { Arrival, type LetIn, type Opening } from '../calls/arrival.ts'
import { legible } from '../calls/leg.ts'
import { recognise, type Recognised, type StartedEvent } from '../calls/recognise.ts'
import { realClock } from '../lib/clock.ts'
import { silentLogger } from '../lib/log.ts'
import { clientTransport } from '../lib/socket/client-transport.ts'
import type { Socket } from '../lib/socket/socket.ts'
import { WireSocket } from '../lib/socket/wire.ts'
import { carriers } from '../providers/index.ts'
import type { CarrierSpec, WireMessage } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { CallData, CarrierName } from './call-data.ts'

/** A server's end of a WebSocket, as the `ws` package makes it. */
export interface TransportSocket {
  readonly readyState: number
  on(event: 'message', listener: (data: Buffer, binary: boolean) => void): unknown
  send(data: string | Uint8Array): void
  close(code?: number, reason?: string): void
  pause(): void
  resume(): void
}

/** A message as it came: text, or bytes (in which `ws` hands out texts, too). */
export type RawMessage = string | Uint8Array

/** What is known of a stream before anybody talks on it. */
export type RecognisedTransport = CallData & {
  /** Ours: the carrier's id of the call, who calls whom, the user's own parameters. */
  readonly call: {
    readonly ref: string | undefined
    readonly from: string | undefined
    readonly to: string | undefined
    readonly parameters: Readonly<Record<string, string>>
  }
}

type Claim = Recognised<CarrierSpec>

/**
 * The first messages of a stream, in whatever order they came: whose it is. Undefined: these do not tell, more may. Asked twice, it
 * answers the same. Throws `request.invalid` when several carriers would say the same.
 */
export function recogniseTransport(messages: readonly RawMessage[]): RecognisedTransport | undefined
/**
 * Looks at a socket that has just been accepted; nothing that comes is lost until `createTransport` takes it, which it must within 25 s.
 * Asked twice, it answers the same. Rejects with `media.unavailable` and says why, once the socket is closed for it.
 */
export function recogniseTransport(socket: TransportSocket): Promise<RecognisedTransport>
export function recogniseTransport(
  source: readonly RawMessage[] | TransportSocket,
): RecognisedTransport | undefined | Promise<RecognisedTransport> {
  if (!isMessages(source)) return lookAt(source).claim.then(recognised)
  const messages = source.map((one): WireMessage => (typeof one === 'string' ? { text: one } : legible(one)))
  const claims = recognise(carriers, messages)
  return claims.length === 0 ? undefined : recognised(theOne(claims))
}

function isMessages(source: readonly RawMessage[] | TransportSocket): source is readonly RawMessage[] {
  return Array.isArray(source)
}

function theOne(claims: readonly Claim[]): Claim {
  const [claim, ...others] = claims
  if (claim && others.length === 0) return claim
  const names = claims.map(({ carrier }) => carrier.label).join(' or ')
  throw new OffhookError(
    'request.invalid',
    `This stream could be of ${names}: nothing in its start message tells which`,
  )
}

export function recognised({ carrier, started }: Claim): RecognisedTransport {
  return { carrier: carrier.name as CarrierName, data: started.data, call: callOf(started) } as RecognisedTransport // each spec's data is of its carrier's shape: the tests hold them to it
}

function callOf({ ref, from, to, parameters }: StartedEvent): RecognisedTransport['call'] {
  return { ref, from: from ?? parameters['from'], to: to ?? parameters['to'], parameters }
}

/** A socket that is being looked at. */
export interface Look {
  readonly socket: Socket
  readonly claim: Promise<Claim>
  /** Takes the stream over, with all that came so far. Whoever does goes on before the event loop turns. */
  take(): Promise<Opening<LetIn>>
  refuse(why: string): void
}

/** Each socket is looked at once. */
const looks = new WeakMap<TransportSocket, Look>()

export function lookAt(socket: TransportSocket): Look {
  const known = looks.get(socket)
  if (known) return known
  const look = begin(socket)
  looks.set(socket, look)
  return look
}

/** No carrier's media message is larger, bytes; the server's own limit counts too. */
const largestMessage = 65_536

function begin(raw: TransportSocket): Look {
  // What `ws` makes; its whole type would make every user install its declarations.
  const transport = clientTransport(raw as unknown as Parameters<typeof clientTransport>[0])
  const socket = new WireSocket(transport, { clock: realClock, maxPayload: largestMessage })
  const found = Promise.withResolvers<Claim>()
  const wanted = Promise.withResolvers<void>()
  const arrival = new Arrival({ clock: realClock, logger: silentLogger }, socket, carriers, false)
  const verdict = arrival.look(async (claims): Promise<LetIn> => {
    const claim = theOne(claims)
    found.resolve(claim)
    await wanted.promise
    return { claim }
  })
  const opening = verdict.then((outcome) => {
    if (!('refused' in outcome)) return outcome
    socket.close(1008, outcome.refused)
    throw new OffhookError('media.unavailable', `The stream was not taken: ${outcome.refused}`)
  })
  opening.catch((error: unknown) => found.reject(error))
  // Perhaps nobody waits for either.
  found.promise.catch(() => undefined)
  return {
    socket,
    claim: found.promise,
    take: () => {
      wanted.resolve()
      return opening
    },
    refuse: (why) => socket.close(1008, why),
  }
}
