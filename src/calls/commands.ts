/** Carrying out a command: encoded by the carrier's translator, performed here, its outcome posted as an event. */
import { LibError } from '../lib/failure.ts'
import type { AnyCommand, CallCommand, CommandType } from '../spec/call.ts'
import type { Accepted, Addresses, CarrierSpec, Dispatch } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { CallEvent } from '../spec/event.ts'
import { featureOf } from '../spec/features.ts'
import type { Connection, MediaGrant } from '../store/contract.ts'
import { inOurWay, type Done } from './instead.ts'
import { limits } from './machine.ts'
import { requesterOf } from './noting.ts'
import { runOperation } from './operation.ts'
import { ownNumber, requireAllowed } from './targets.ts'
import { lineCall } from './listen.ts'
import type { LiveCall } from './live.ts'

/** Commands whose markup tells the carrier where our media socket is. */
const opensMedia: ReadonlySet<CommandType> = new Set(['answer', 'dial', 'send-digits'])

/** Performs `command` and posts how it went. Never rejects. */
export async function carryOut(live: LiveCall, id: string, command: AnyCommand): Promise<void> {
  if (command.type === 'dial') live.dialled = true
  try {
    const accepted = command.type === 'play' ? await live.play(id, command) : await attempt(live, command)
    await live.post(acceptedEvent(id, accepted))
  } catch (error) {
    const doubt = !sayable.has(command.type) && inDoubt(error)
    await live.post(doubt ? { type: 'command.uncertain', id } : failedEvent(id, error))
  }
}

/** What sets a state was said again by then; and once more would do as well. */
const sayable: ReadonlySet<AnyCommand['type']> = new Set(['hangup', 'reject', 'record'])

/** The order may have arrived although no good answer came: nothing in time, half of one, or a failure of the carrier's own. */
function inDoubt(error: unknown): boolean {
  if (!(error instanceof OffhookError) || !(error.code === 'carrier.failed' || error.code === 'carrier.timeout'))
    return false
  return !(error.cause instanceof LibError && neverSent.has(error.cause.code))
}

const neverSent: ReadonlySet<string> = new Set(['http.unreachable', 'name.unresolved', 'http.invalid'])

function acceptedEvent(id: string, accepted: Done): CallEvent {
  const { ref, recording, gone, joined } = accepted
  return {
    type: 'command.accepted',
    id,
    ...(ref ? { ref } : {}),
    ...(recording ? { recording } : {}),
    ...(gone ? { gone } : {}),
    ...(joined === undefined ? {} : { joined }),
  }
}

function failedEvent(id: string, error: unknown): CallEvent {
  const known = error instanceof OffhookError ? error : undefined
  const message = known?.message ?? `The command failed inside Offhook: ${String(error)}`
  return { type: 'command.failed', id, code: known?.code ?? 'internal', message }
}

async function attempt(live: LiveCall, command: CallCommand): Promise<Done> {
  const { engine, running } = live
  const { plan } = running.call
  // Whoever asks for it, the agent's model included.
  if (command.type === 'transfer') await requireAllowed(engine, plan.organization, command.to, ownNumber(plan))
  const carrier = engine.carrier(plan.carrier)
  const connection = await engine.connection(running.call.plan.connection)
  const dispatch = await encode(live, carrier, connection, command)
  switch (dispatch.by) {
    case 'reply':
      live.reply.resolve(dispatch.reply)
      return {}
    case 'http':
      // The carrier ignores what its webhook is answered, and repeats it when that takes long: acknowledged first.
      if (command.type === 'answer' || command.type === 'reject') live.reply.resolve('acknowledged')
      return runOperation(dispatch.operation, requesterOf(live, connection), engine.scope.signal)
    case 'stream':
      live.order(dispatch.orders)
      return {}
    case 'link':
      return byLink(live, command, carrier).catch((error: unknown) => {
        if (error instanceof OffhookError && error.code === 'command.unsupported')
          return inOurWay(live, command, error.message)
        throw error
      })
    case 'unsupported':
      return inOurWay(live, command, dispatch.why)
    default:
      return dispatch satisfies never
  }
}

/** What listens for the carrier here does it. A line of a process that is gone went with it. */
async function byLink(live: LiveCall, command: CallCommand, carrier: CarrierSpec): Promise<Accepted> {
  const { engine, running } = live
  const listener = engine.listeners.get(carrier.name)
  if (listener?.perform) return listener.perform(command, running.seen, lineCall(engine, carrier, live))
  throw new OffhookError('provider.unavailable', `Nothing listens for ${carrier.label} in this process`)
}

/** The carrier's words for a command, with addresses that hold for this call only. */
export async function encode(
  live: LiveCall,
  carrier: CarrierSpec,
  connection: Connection,
  command: CallCommand,
): Promise<Dispatch> {
  const { engine, running } = live
  if (!carrier.control?.commands.includes(command.type))
    return { by: 'unsupported', why: reasonOf(carrier, command.type) }
  const urls = await addresses(live, connection, opensMedia.has(command.type) && !carrier.listen)
  const now = { time: engine.clock.now(), id: (prefix: string) => engine.ids.id(prefix) }
  return carrier.control.encode(command, running.seen, carrier.settings.parse(connection.settings), { now, urls })
}

function reasonOf({ label, lacks }: CarrierSpec, type: CommandType): string {
  const feature = featureOf[type]
  return (feature && lacks?.[feature]) ?? `${label} cannot ${type}`
}

async function addresses(live: LiveCall, connection: Connection, media: boolean): Promise<Addresses> {
  const { engine, running } = live
  const { plan } = running.call
  const base = engine.publicUrl()
  const token = media ? await invite(live) : undefined
  // Good for reconnects until the call ends, and not a moment longer; a call that went to another process lives on.
  if (token !== undefined) running.scope.defer(() => (running.ended ? engine.tokens.revoke(token) : undefined))
  return {
    webhook: (purpose) => new URL(`carriers/${plan.carrier}/${connection.id}/${purpose}`, base).href,
    media: () => {
      if (!token) throw new OffhookError('internal', 'This command opens no media stream')
      const url = new URL(`media/${token}`, base)
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
      return url.href
    },
  }
}

/** A token that outlives this process: its hash is durable before the carrier hears of it. */
async function invite(live: LiveCall): Promise<string> {
  const { tokens, clock } = live.engine
  const life = tokenLife(live)
  const token = await tokens.issue(grantOf(live), life)
  await live.post({ type: 'media.invited', hash: tokens.hash(token), until: clock.now() + life })
  return token
}

export function grantOf(live: LiveCall): MediaGrant {
  const { plan, ref } = live.running.call
  const { id, organization, carrier, connection } = plan
  return { call: id, organization, carrier, connection, ...(ref === undefined ? {} : { ref }) }
}

/** Good for the ring time plus a margin: the stream opens when somebody picks up. */
function tokenLife(live: LiveCall): number {
  const { direction, ringTimeout } = live.running.call.plan
  return (direction === 'outbound' ? ringTimeout + limits.ringMargin : 0) + limits.mediaOpen
}
