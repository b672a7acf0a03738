/** A media socket finds its call: its words say whose stream it is, its token which call's. */
import type { Socket } from '../lib/socket/socket.ts'
import type { CarrierSpec, Stream, WireMessage } from '../spec/carrier.ts'
import type { Knock } from './admit.ts'
import { hearAnswer } from './answering.ts'
import { readStart, type Opening } from './arrival.ts'
import type { Engine } from './engine.ts'
import type { JsonValue } from '../lib/json.ts'
import type { OpenCodec } from '../media/codecs/open.ts'
import { keptWire, plain, wireInput } from './inputs.ts'
import { openLeg } from './leg.ts'
import type { LiveCall } from './live.ts'
import { lineNotes } from './noting.ts'
import type { StartedEvent } from './recognise.ts'

/** Closes with 1008 and a reason when the token, the carrier or the call does not match. Resolves when the socket is claimed or refused. */
export async function serveMedia(engine: Engine, socket: Socket, knock: Knock): Promise<void> {
  const opening = await readStart(engine, socket, knock)
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
  return plain({ carrier: carrier.name, before: before.map(keptWire) })
}

export interface Attachment {
  readonly carrier: CarrierSpec
  readonly stream: Stream
  /** The translator's memory after the start message. */
  readonly state: unknown
  readonly started: StartedEvent
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
    // Of a call that began with its stream nobody else tells us the end.
    onLost: (cause, orderly) =>
      void running.post({ type: orderly && running.call.streamed ? 'media.closed' : 'media.lost', cause }),
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
