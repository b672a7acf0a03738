/** The first moments of a media socket: its messages are kept until it is known whose they are, and none is lost. */
import type { Socket } from '../lib/socket/socket.ts'
import type { CarrierSpec, WireMessage } from '../spec/carrier.ts'
import { admit, type Knock } from './admit.ts'
import type { Engine } from './engine.ts'
import { wireOf } from './leg.ts'
import type { LiveCall } from './live.ts'
import { recognise, startIn, type Recognised } from './recognise.ts'
import { isStreamToken } from './stream-token.ts'

/** From the socket's opening to a start message, ms. */
const startPatience = 10_000
/** From there until the call is here: another process may have to hand it over, ms. */
const callPatience = 25_000
/** Messages up to the start message: more is nobody's dialect. */
const mostBefore = 20
/** Kept in all: half a minute of the shortest frames, or of the widest sound. */
const mostMessages = 1_500
const mostBytes = 4 << 20

type Claim = Recognised<CarrierSpec>

/** The stream that was let in, with all that came over it so far. */
export type Opening<T = { readonly live: LiveCall }> = Claim & T

/** Undefined: the socket was closed with 1008 and a reason. */
export async function readStart(engine: Engine, socket: Socket, knock: Knock): Promise<Opening | undefined> {
  const { token } = knock
  const every = [...engine.carriers.values()]
  // A token of a call of ours says whose words these must be: nobody else's are listened to.
  const issuedTo = token === undefined || isStreamToken(token) ? undefined : await engine.tokens.carrier(token)
  const candidates = issuedTo === undefined ? every : every.filter(({ name }) => name === issuedTo)
  const arrival = new Arrival(engine, socket, candidates, issuedTo !== undefined)
  const verdict = await arrival.look((claims) => admit(engine, knock, claims))
  if (!('refused' in verdict)) return verdict
  engine.count('media.refused')
  engine.logger.warn('media socket refused', { why: verdict.refused })
  socket.close(1008, verdict.refused)
  return undefined
}

type Refused = { readonly refused: string }

/** Whoever lets a stream in says which of the claims it is, and what it came with that nobody may read. */
export interface LetIn {
  readonly claim: Claim
  readonly token?: string
}

/** One socket that waits to be known. */
export class Arrival {
  readonly #engine: Pick<Engine, 'clock' | 'logger'>
  readonly #socket: Socket
  readonly #candidates: readonly CarrierSpec[]
  /** The very first message must be one that opens a stream. */
  readonly #strict: boolean
  readonly #kept: WireMessage[] = []
  #bytes = 0
  #started = false
  #refuse: (why: string) => void = () => undefined

  constructor(
    engine: Pick<Engine, 'clock' | 'logger'>,
    socket: Socket,
    candidates: readonly CarrierSpec[],
    strict: boolean,
  ) {
    this.#engine = engine
    this.#socket = socket
    this.#candidates = candidates
    this.#strict = strict
  }

  /** Listens until it is settled. Whoever goes on does so before the event loop turns. */
  look<T extends LetIn>(admit: (claims: readonly Claim[]) => Promise<T | Refused>): Promise<Opening<T> | Refused> {
    const { clock } = this.#engine
    const { promise, resolve } = Promise.withResolvers<Opening<T> | Refused>()
    this.#refuse = (refused) => resolve({ refused })
    let timer = clock.timer(startPatience, () => this.#refuse('no start message in time'))
    const closed = this.#socket.onClose(() => this.#refuse('closed before it started'))
    const listening = this.#socket.onMessage((raw) => {
      const message = wireOf(raw)
      this.#kept.push(message)
      this.#bytes += raw.data.length
      if (this.#kept.length > mostMessages || this.#bytes > mostBytes)
        return this.#refuse('too much came before the call was found')
      if (this.#started || !this.#starts(message)) return
      this.#started = true
      timer.cancel()
      timer = clock.timer(callPatience, () => this.#refuse('the call was not found in time'))
      this.#ask(admit, resolve)
    })
    return promise.finally(() => {
      timer.cancel()
      listening[Symbol.dispose]()
      closed[Symbol.dispose]()
    })
  }

  #starts(message: WireMessage): boolean {
    if (this.#candidates.some((one) => startIn(one, message))) return true
    const known = () => this.#candidates.some(({ stream }) => stream?.recognise(message))
    if (this.#strict && this.#kept.length === 1 && !known()) this.#refuse('this is no media stream of a known carrier')
    else if (this.#kept.length >= mostBefore) this.#refuse('no start message among the first messages')
    return false
  }

  #ask<T extends LetIn>(
    admit: (claims: readonly Claim[]) => Promise<T | Refused>,
    resolve: (opening: Opening<T>) => void,
  ): void {
    const claims = recognise(this.#candidates, this.#kept)
    admit(claims).then(
      (outcome) => {
        if ('refused' in outcome) return this.#refuse(outcome.refused)
        const { claim, token } = outcome
        const later = this.#kept.filter((message) => !claim.before.includes(message))
        const hide = (message: WireMessage) => without(message, token)
        resolve({ ...outcome, ...claim, before: claim.before.map(hide), later: later.map(hide) })
      },
      (error: unknown) => {
        this.#engine.logger.error('media claim failed', { error })
        this.#refuse('the claim could not be checked')
      },
    )
  }
}

/** What opened the stream is kept for replay and for people: the token it came with is not theirs. */
function without(message: WireMessage, token: string | undefined): WireMessage {
  if (token === undefined || !('text' in message) || !message.text.includes(token)) return message
  return { text: message.text.replaceAll(token, '[redacted]') }
}
