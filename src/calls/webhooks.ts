/** A carrier's webhook, from the raw request to its reply: whose is it, is it genuine, what does it say, who must know. */
import type { CarrierSpec, Report, Webhook } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { CallEvent } from '../spec/event.ts'
import type { InboundRequest, Reply } from '../spec/http.ts'
import type { Connection } from '../store/contract.ts'
import { encode } from './commands.ts'
import type { Engine } from './engine.ts'
import type { LiveCall } from './live.ts'
import { receiveCall, wasOffered } from './inbound.ts'
import { isTerminal } from './machine.ts'
import { noteWebhook } from './noting.ts'

/** How long a carrier's own retry may come after the first try. */
const nonceLife = 24 * 3_600_000

/** Answers a webhook, always: refusals are in the carrier's own format. `connection` is absent on shared URLs. */
export async function receiveWebhook(
  engine: Engine,
  carrierName: string,
  connectionId: string | undefined,
  request: InboundRequest,
): Promise<Reply> {
  const carrier = engine.carriers.get(carrierName)
  if (!carrier?.webhook) return plain(404, `Offhook knows no carrier "${carrierName}" with webhooks`)
  const at = engine.clock.now()
  let admitted: Admitted | undefined
  const answered = (reply: Reply): Reply => {
    const call = about.get(request)
    if (admitted && call !== undefined)
      noteWebhook(engine, call, { carrier, connection: admitted.connection, request, reply, at })
    return reply
  }
  try {
    admitted = await admit(engine, carrier, carrier.webhook, connectionId, request)
    return answered(await deliver(engine, carrier, carrier.webhook, admitted, request))
  } catch (error) {
    const known =
      error instanceof OffhookError
        ? error
        : new OffhookError('internal', 'The webhook could not be handled', { cause: error })
    // What we failed at is not done: the carrier's retry must find it open.
    if (admitted?.nonce && !admitted.repeated) await engine.coordination.remove(admitted.nonce).catch(() => undefined)
    engine.count('webhook.refused', { carrier: carrierName, code: known.code })
    const level = known.status >= 500 ? 'error' : 'warn'
    engine.logger[level]('webhook refused', {
      carrier: carrierName,
      purpose: request.segments[0] ?? '',
      code: known.code,
      error: known,
    })
    return answered(carrier.webhook.refuse(known, request))
  }
}

/** Which call a request turned out to be about. */
const about = new WeakMap<InboundRequest, string>()

interface Admitted {
  readonly connection: Connection
  /** The carrier sent this before: it is answered as then, and changes nothing. */
  readonly repeated: boolean
  /** What the request is remembered by. */
  readonly nonce?: string
}

async function admit(
  engine: Engine,
  carrier: CarrierSpec,
  webhook: Webhook<Readonly<Record<string, unknown>>>,
  connectionId: string | undefined,
  request: InboundRequest,
): Promise<Admitted> {
  const now = { time: engine.clock.now(), id: (prefix: string) => engine.ids.id(prefix) }
  const candidates = await connectionsFor(engine, carrier, webhook, connectionId, request)
  let why = 'invalid' as 'missing' | 'invalid' | 'stale'
  let message = 'No connection of this carrier matches the request'
  for (const connection of candidates) {
    const verdict = webhook.verify(request, carrier.settings.parse(connection.settings), now)
    if (verdict.ok) {
      if (!verdict.nonce) return { connection, repeated: false }
      const life = verdict.until === undefined ? nonceLife : Math.max(1_000, verdict.until - now.time)
      const nonce = `nonce:${connection.id}:${verdict.nonce}`
      const fresh = await engine.coordination.claim(nonce, '1', life)
      if (!fresh && !verdict.retry) throw new OffhookError('signature.replayed', 'This request was received before')
      return { connection, repeated: !fresh, nonce }
    }
    why = verdict.why
    message = verdict.message
  }
  throw new OffhookError(why === 'missing' ? 'signature.missing' : 'signature.invalid', message)
}

async function connectionsFor(
  engine: Engine,
  carrier: CarrierSpec,
  webhook: Webhook<Readonly<Record<string, unknown>>>,
  connectionId: string | undefined,
  request: InboundRequest,
): Promise<readonly Connection[]> {
  if (connectionId !== undefined) {
    const connection = await engine.store.lately.connection(connectionId)
    return connection?.provider === carrier.name && connection.kind === 'carrier' ? [connection] : []
  }
  const { account } = webhook.identify(request)
  return account ? engine.store.connections.findByAccount(carrier.name, account) : []
}

async function deliver(
  engine: Engine,
  carrier: CarrierSpec,
  webhook: Webhook<Readonly<Record<string, unknown>>>,
  { connection, repeated }: Admitted,
  request: InboundRequest,
): Promise<Reply> {
  engine.count('webhook.accepted', { carrier: carrier.name })
  const reports = webhook.decode(request)
  for (const report of reports) {
    if (report.type === 'call.offered') return offer(engine, carrier, { connection, repeated }, report, request)
    if (report.type === 'answer.requested') return instruct(engine, carrier, { connection, repeated }, report, request)
    if (!repeated) await inform(engine, connection, report, request, reports)
  }
  const back = reports.find(({ type }) => type === 'call.returned')
  return (back && (await goOn(engine, carrier, connection, back.ref, request))) ?? webhook.acknowledge(request)
}

/** A caller who is ours again gets a stream, as at first. Undefined when there is nothing to go on with. */
async function goOn(
  engine: Engine,
  carrier: CarrierSpec,
  connection: Connection,
  ref: string,
  request: InboundRequest,
): Promise<Reply | undefined> {
  const id = await callOf(engine, connection, ref, request)
  const live = id === undefined ? undefined : await engine.take(id)
  if (!live || live.running.ended || live.running.call.ending || live.running.call.voicemail) return undefined
  const reply = await answerAgain(live, carrier, connection)
  return reply === 'acknowledged' ? undefined : reply
}

async function offer(
  engine: Engine,
  carrier: CarrierSpec,
  { connection, repeated }: Admitted,
  report: Report & { type: 'call.offered' },
  request: InboundRequest,
): Promise<Reply> {
  // Where a signature does not cover the body, an old one could offer any call.
  if (repeated && !(await wasOffered(engine, connection, report.ref)))
    throw new OffhookError('signature.replayed', 'This request was received before, and offered another call then')
  const { live, fresh } = await receiveCall(engine, connection, report)
  about.set(request, live.running.id)
  const reply = fresh ? await live.reply.promise : await answerAgain(live, carrier, connection)
  return reply === 'acknowledged' ? carrier.webhook!.acknowledge(request) : reply
}

/** A call that we dialled is up, and the carrier asks what to do with it. */
async function instruct(
  engine: Engine,
  carrier: CarrierSpec,
  { connection, repeated }: Admitted,
  { ref, raw }: Report & { type: 'answer.requested' },
  request: InboundRequest,
): Promise<Reply> {
  const id = await callOf(engine, connection, ref, request)
  const live = id === undefined ? undefined : await engine.take(id)
  if (!live) throw new OffhookError('call.unknown', `No call of ours waits for call ${ref.slice(0, 40)}`)
  if (!repeated) {
    await live.post({ type: 'call.dialed', ref })
    await live.post({ type: 'call.progressed', status: 'in-progress', raw, ref })
  }
  const reply = await answerAgain(live, carrier, connection)
  return reply === 'acknowledged' ? carrier.webhook!.acknowledge(request) : reply
}

/**
 * The carrier asks again for a call that we have (its first try got lost): the same answer with a fresh media token. A carrier
 * that is told by requests of ours was told then.
 */
async function answerAgain(
  live: LiveCall,
  carrier: CarrierSpec,
  connection: Connection,
): Promise<Reply | 'acknowledged'> {
  if (live.running.ended) throw new OffhookError('call.ended', `Call ${live.running.id} has ended`)
  const dispatch = await encode(live, carrier, connection, { type: 'answer' })
  if (dispatch.by === 'unsupported') throw new OffhookError('internal', dispatch.why)
  return dispatch.by === 'reply' ? dispatch.reply : 'acknowledged'
}

/** Tells the call what the carrier reported. A callback for a call that is not ours is counted, not an error. */
async function inform(
  engine: Engine,
  connection: Connection,
  report: Report,
  request: InboundRequest,
  beside: readonly Report[],
): Promise<void> {
  const event = eventOf(report, beside, () => engine.ids.id('cmd'))
  if (!event || report.type === 'call.offered' || report.type === 'answer.requested') return
  const named = report.type === 'recording.changed' ? report.call : undefined
  const call = await callOf(engine, connection, report.ref, request, named)
  if (call) await engine.tell(call, event)
  else engine.count('webhook.orphaned', { carrier: connection.provider })
}

function eventOf(report: Report, beside: readonly Report[], id: () => string): CallEvent | undefined {
  switch (report.type) {
    case 'call.status': {
      const { status, raw, ref, sequence, cause } = report
      return { type: 'call.progressed', status, raw, ref, ...given({ sequence, cause }) }
    }
    case 'machine.detected': {
      const { result, raw, messageEnded } = report
      return { type: 'machine.detected', result, raw, messageEnded }
    }
    case 'recording.changed': {
      const { recording, status, durationSeconds } = report
      return { type: 'recording.changed', recording, status, source: 'carrier', ...given({ durationSeconds }) }
    }
    case 'message.ended':
      return {
        ...{ type: 'command.requested', id: id(), origin: 'carrier' },
        command: { type: 'hangup', reason: 'voicemail-left' },
      }
    case 'cost.known':
      return { type: 'cost.known', amount: report.amount, currency: report.currency }
    case 'transfer.started':
      return { type: 'transfer.started', raw: report.raw }
    case 'transfer.ended':
      return { type: 'transfer.ended', result: report.result, raw: report.raw }
    case 'call.returned':
      return beside.some((one) => one.type === 'transfer.ended' && isTerminal(one.result))
        ? { type: 'call.returned', after: 'transfer' }
        : { type: 'call.returned' }
    case 'stream.changed':
      return report.status === 'failed'
        ? { type: 'media.lost', cause: report.cause ?? 'the carrier could not open the stream' }
        : undefined
    case 'call.offered':
    case 'answer.requested':
      return undefined
    default:
      return report satisfies never
  }
}

async function callOf(...asked: Parameters<typeof ownCall>): Promise<string | undefined> {
  const found = await ownCall(...asked)
  if (found !== undefined) about.set(asked[3], found)
  return found
}

/** The call a callback is about: by our id in its path (or where the carrier hands it back), else by the carrier's id. It must belong to the connection that was verified. */
async function ownCall(
  engine: Engine,
  connection: Connection,
  ref: string,
  request: InboundRequest,
  named: string | undefined = request.segments[1],
): Promise<string | undefined> {
  const local = (named ? engine.live.get(named) : undefined) ?? engine.byRef(connection.id, ref)
  if (local) return local.running.call.plan.connection === connection.id ? local.running.id : undefined
  const record =
    (named ? await engine.store.calls.find(named) : undefined) ??
    (await engine.store.calls.findByRef(connection.id, ref))
  return record?.connection === connection.id ? record.id : undefined
}

/** Only the members that have a value. */
function given<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  } // fromEntries forgets the keys
}

function plain(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}
