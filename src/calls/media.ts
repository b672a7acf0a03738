/** A media socket finds its call: the token says which, the start message proves whose. */
import type { Socket } from '../lib/socket/socket.ts'
import type { CarrierSpec, Stream, StreamEvent, WireMessage } from '../spec/carrier.ts'
import { hearAnswer } from './answering.ts'
import type { Engine } from './engine.ts'
import type { JsonValue } from '../lib/json.ts'
import type { OpenCodec } from '../media/codecs/open.ts'
import { keptWire, plain, wireInput } from './inputs.ts'
import { openLeg, wireOf } from './leg.ts'
import type { LiveCall } from './live.ts'
import { lineNotes } from './noting.ts'

/** From the socket's opening to a start message that is accepted, ms. */
const startPatience = 10_000
/** Messages before the start message: more is nobody's dialect. */
const mostBefore = 5

/** Closes with 1008 and a reason when the token, the carrier or the call does not match. Resolves when the socket is claimed or refused. */
export async function serveMedia(engine: Engine, socket: Socket, token: string): Promise<void> {
  const issuedTo = await engine.tokens.carrier(token)
  const opening = await readStart(engine, socket, token, issuedTo)
  if (!opening) return
  const { live } = opening
  live.inputs.take(
    'attach',
    () => attachInput(opening),
    () => attach(live, socket, opening),
  )
  for (const message of opening.later)
    live.inputs.take(
      'wire',
      () => wireInput(message),
      () => live.leg?.receive(message),
    )
  engine.logger.info('media open', { call: live.running.id, path: String(live.leg) })
}

function attachInput({ carrier, before }: Opening): JsonValue {
  // The start message names no secret: the token stands in the address, and in parameters only by its carrier's leave.
  return plain({ carrier: carrier.name, before: before.map(keptWire) })
}

export interface Attachment extends Pick<Opening, 'carrier' | 'stream' | 'state' | 'started'> {
  /** What came before, where it came over a wire. */
  readonly before?: readonly WireMessage[]
  /** Of a line whose codec is opened beforehand; closed with the call. */
  readonly codec?: OpenCodec
}

/** The line opens: now, or in a replay when it opened. */
export function attach(live: LiveCall, socket: Socket, opening: Attachment): void {
  const { carrier, stream, state, started } = opening
  const { engine, running } = live
  // A second socket of the same call takes the first one's place: the first may be dead without our knowing.
  live.leg?.close('replaced by a new stream')
  const notes = lineNotes(live)
  for (const message of opening.before ?? []) notes?.note('in', message)
  const leg = openLeg({
    socket,
    stream,
    state,
    format: started.format,
    ...(started.sends ? { sends: started.sends } : {}),
    ...(opening.codec ? { codec: opening.codec } : {}),
    streamRef: started.streamRef,
    inputs: live.inputs,
    pace: live.inputs.kept ? live.inputs.clock : engine.clock,
    logger: engine.logger.child({ call: running.id }),
    taps: live.ears.taps(started.format.rate, live.recording),
    ...(notes ? { notes } : {}),
    onDigit: (digit) => {
      void running.post({ type: 'digit.received', digit, source: 'carrier' })
      live.conversation?.digit(digit)
    },
    onStopped: (cause) => void running.post({ type: 'media.closed', ...(cause ? { cause } : {}) }),
    onLost: (cause) => void running.post({ type: 'media.lost', cause }),
    count: (name) => engine.count(name, { carrier: carrier.name }),
  })
  if (opening.codec) running.scope.use(opening.codec)
  hearAnswer(live, leg, carrier)
  running.scope.defer(() => leg.close('the call is over'))
  // The stream may be faster than the carrier's answer to the dial, or all there is of it.
  if (running.call.ref === undefined && started.ref !== undefined)
    void running.post({ type: 'call.dialed', ref: started.ref })
  void running.post({
    type: 'media.opened',
    streamRef: started.streamRef,
    encoding: started.format.encoding,
    rate: started.format.rate,
  })
  live.attach(leg)
}

interface Opening {
  readonly live: LiveCall
  readonly carrier: CarrierSpec
  readonly stream: Stream
  readonly state: unknown
  readonly started: StreamEvent & { readonly type: 'started' }
  /** What came up to the start message, from which `state` follows. */
  readonly before: readonly WireMessage[]
  /** What came after the start message while its claim was checked: nothing is lost. */
  readonly later: readonly WireMessage[]
}

type Verdict = Opening | { readonly refused: string }

function readStart(
  engine: Engine,
  socket: Socket,
  token: string,
  issuedTo: string | undefined,
): Promise<Opening | undefined> {
  return new Promise((resolve) => {
    const before: WireMessage[] = []
    const waiting: WireMessage[] = []
    let reader: Reader | undefined
    let checking = false
    let settled = false
    let listening: Disposable | undefined
    const settle = (verdict: Verdict): void => {
      if (settled) return
      settled = true
      timer.cancel()
      // The line listens from here on: it is opened before the event loop turns.
      listening?.[Symbol.dispose]()
      if (!('refused' in verdict)) return resolve({ ...verdict, before, later: waiting })
      engine.count('media.refused')
      engine.logger.warn('media socket refused', { why: verdict.refused })
      socket.close(1008, verdict.refused)
      resolve(undefined)
    }
    const timer = engine.clock.timer(startPatience, () => settle({ refused: 'no start message in time' }))
    socket.onClose(() => settle({ refused: 'closed before it started' }))
    listening = socket.onMessage((raw) => {
      const message = wireOf(raw)
      if (settled || checking) return void waiting.push(message)
      before.push(message)
      reader ??= readerFor(engine, message, issuedTo)
      if (!reader) return settle({ refused: 'this is no media stream of a known carrier' })
      const started = reader.read(message)
      if (reader.count > mostBefore) return settle({ refused: 'no start message among the first messages' })
      if (!started) return
      checking = true
      // From here on it takes as long as another process needs to hand the call over.
      timer.cancel()
      const { carrier, stream, state } = reader
      claim(engine, token, carrier, started).then(
        (outcome) =>
          settle('refused' in outcome ? outcome : { ...outcome, carrier, stream, state, started, before, later: [] }),
        (error: unknown) => {
          engine.logger.error('media claim failed', { error })
          settle({ refused: 'the claim could not be checked' })
        },
      )
    })
  })
}

interface Reader {
  readonly carrier: CarrierSpec
  readonly stream: Stream
  readonly state: unknown
  readonly count: number
  read(message: WireMessage): (StreamEvent & { readonly type: 'started' }) | undefined
}

/**
 * The first message says whose dialect it is. Several carriers greet alike, so the one that the token was issued to is asked
 * alone; its grant is held against the start message later.
 */
function readerFor(engine: Engine, first: WireMessage, issuedTo: string | undefined): Reader | undefined {
  for (const carrier of engine.carriers.values()) {
    const { stream } = carrier
    if (issuedTo !== undefined && carrier.name !== issuedTo) continue
    if (!stream?.recognise(first)) continue
    let state = stream.begin()
    let count = 0
    return {
      carrier,
      stream,
      get state() {
        return state
      },
      get count() {
        return count
      },
      read(message) {
        count++
        const result = stream.step(state, { type: 'message', message })
        state = result.state
        return result.events.find((event) => event.type === 'started')
      },
    }
  }
  return undefined
}

async function claim(
  engine: Engine,
  token: string,
  carrier: CarrierSpec,
  started: StreamEvent & { readonly type: 'started' },
): Promise<{ readonly live: LiveCall } | { readonly refused: string }> {
  const claimed = await engine.tokens.claim(started.token ?? token, { carrier: carrier.name, ref: started.ref })
  if (!claimed.ok) return { refused: `media token ${claimed.why}` }
  // The call goes where its media is: a load balancer need not know who answered it.
  const live = await engine.take(claimed.grant.call)
  if (!live || live.running.ended) return { refused: 'the call has ended' }
  const { ref, plan } = live.running.call
  if (ref !== undefined && started.ref !== undefined && ref !== started.ref)
    return { refused: 'the stream belongs to another call' }
  const { account } = await engine.connection(plan.connection)
  if (account !== undefined && started.account !== undefined && account !== started.account)
    return { refused: 'the stream belongs to another account' }
  await live.recordingOpen(started.format.rate)
  return { live }
}
