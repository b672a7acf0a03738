/**
 * The whole life of a call as one pure function: `advance(call, event)`.
 *
 *   queued (─released─)──dial──▶ initiated ──▶ ringing ──▶ in-progress ──▶ ended
 *   offered ─answer──────────────────────────▶ in-progress ──▶ ended
 *                                                   │ ▲
 *                      transfer: requested ──▶ accepted │          ──▶ ended as transferred, by the carrier's word
 *                                    │              └───┘ came to nothing: the caller is ours again
 *                                    └──▶ in doubt: asked, else assumed
 *
 * Status only moves forward; `ended` is final. What happened twice, late or out of order changes nothing.
 */
import { added } from '../conversation/usage.ts'
import type { CallCommand, CallStatus, EndReason } from '../spec/call.ts'
import type { CallEvent, CallTimer } from '../spec/event.ts'
import {
  accepted,
  failed,
  requested,
  returned,
  ringing,
  transferEnded,
  transferStarted,
  uncertain,
  unsettled,
  withHeld,
} from './orders.ts'
import {
  end,
  endStatus,
  handedOver,
  hangUpBecause,
  isTerminal,
  limits,
  order,
  request,
  without,
  type Call,
  type Effect,
  type EffectBody,
  type Step,
} from './state.ts'

export { isTerminal, limits, newCall, type Call, type Effect } from './state.ts'

export interface Advanced {
  readonly call: Call
  readonly effects: readonly Effect[]
}

/** Applies one event. Total: every event is lawful in every state; most change nothing when late. */
export function advance(call: Call, event: CallEvent, at: number): Advanced {
  const next = { ...call, sequence: call.sequence + 1 }
  const [changed, bodies] = call.endedAt === undefined ? live(next, event, at) : afterEnd(next, event)
  const effects = bodies.map((body, index): Effect => ({ ...body, id: `${call.plan.id}/${next.sequence}.${index}` }))
  return { call: changed, effects }
}

/** An ended call learns a late carrier id and what was used last, and nothing else. */
function afterEnd(call: Call, event: CallEvent): Step {
  if (event.type === 'usage.counted') return counted(call, event)
  if (event.type === 'command.failed') return [without(call, event.id), []]
  if (event.type === 'command.accepted') {
    const dialed = call.pending.some(({ id, command }) => id === event.id && command.type === 'dial')
    return namedLate(without(call, event.id), dialed ? event.ref : undefined)
  }
  if (event.type === 'call.progressed') return namedLate(call, event.ref, isTerminal(event.status))
  return [call, []]
}

/** A dial that was given up was taken after all: nobody is here for whoever picks up. */
function namedLate(call: Call, ref: string | undefined, over = false): Step {
  if (ref === undefined || call.ref !== undefined) return [call, []]
  const hangup = {
    type: 'command',
    command: { type: 'hangup' },
    commandId: `${call.plan.id}/${call.sequence}-late`,
  } as const
  return [{ ...call, ref }, over ? [] : [hangup]]
}

function live(call: Call, event: CallEvent, at: number): Step {
  switch (event.type) {
    case 'call.queued':
      return event.waiting ? [{ ...call, waiting: true }, []] : begin(call)
    case 'call.released':
      return call.waiting ? begin({ ...call, waiting: undefined }) : [call, []]
    case 'call.offered':
      return offered(call, event)
    case 'call.dialed':
      return dialed(call, event.ref)
    case 'call.progressed':
      return progressed(call, event, at)
    case 'call.ended':
      return ended(call, event, at)
    case 'media.invited':
      return [{ ...call, invited: [...(call.invited ?? []), { hash: event.hash, until: event.until }] }, []]
    case 'media.opened':
      return mediaOpened(call, event.streamRef, at)
    case 'media.lost':
      return mediaLost(call)
    case 'media.closed':
      return mediaClosed(call)
    case 'command.requested':
      return requested(call, event)
    case 'command.accepted':
      return accepted(call, event)
    case 'command.failed':
      return failed(call, event)
    case 'command.uncertain':
      return uncertain(call, event.id)
    case 'machine.detected':
      return machine(call, event)
    case 'transfer.started':
      return transferStarted(call)
    case 'transfer.ended':
      return transferEnded(call, event)
    case 'call.returned':
      return returned(call, event)
    case 'call.held':
      return held(call)
    case 'call.resumed':
      return resumed(call)
    case 'timer.fired':
      return timer(call, event.timer)
    case 'usage.counted':
      return counted(call, event)
    default:
      event satisfies Told
      return [call, []]
  }
}

/** What the call keeps for others, and does nothing about. */
type Told = Extract<
  CallEvent,
  {
    readonly type:
      | 'media.measured'
      | 'recording.changed'
      | 'cost.known'
      | 'call.closed'
      | 'agent.connected'
      | 'agent.failed'
      | 'agent.disconnected'
      | 'speech.started'
      | 'speech.ended'
      | 'agent.interrupted'
      | 'message.added'
      | 'turn.measured'
      | 'digit.received'
      | 'play.ended'
      | 'guardrail.hit'
      | 'tool.called'
      | 'tool.returned'
  }
>

function counted(call: Call, used: CallEvent & { type: 'usage.counted' }): Step {
  return [{ ...call, usage: added(call.usage ?? [], used) }, []]
}

// ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function begin(call: Call): Step {
  return [call, [{ type: 'agent.open' }, ...request(call, 'dial', { type: 'dial' })]]
}

function offered(call: Call, { ref, streamed }: CallEvent & { type: 'call.offered' }): Step {
  if (call.ref !== undefined) return [call, []]
  const now: Call = { ...call, ref, status: order[call.status] < order.ringing ? 'ringing' : call.status }
  const answer: CallCommand = call.plan.agent ? { type: 'answer' } : { type: 'reject', reason: 'rejected' }
  const opening: readonly EffectBody[] = call.plan.agent
    ? [{ type: 'agent.open' }, { type: 'timer.set', timer: 'media', delay: call.plan.mediaTimeout ?? limits.mediaOpen }]
    : []
  if (streamed && call.plan.agent) return [{ ...now, streamed }, opening]
  return [now, [...opening, ...request(now, 'answer', answer)]]
}

function progressed(call: Call, event: CallEvent & { type: 'call.progressed' }, at: number): Step {
  const known: Call = call.ref === undefined && event.ref ? { ...call, ref: event.ref } : call
  // A status callback that knows our call proves that the carrier took the dial.
  const dialed = known.pending.filter((one) => !(one.command.type === 'dial' && event.ref !== undefined))
  const now: Call = { ...known, pending: dialed }
  if (isTerminal(event.status)) {
    return [now, [end(event.status, endReasonOf(now, event.status), event.cause ?? event.raw)]]
  }
  if (order[event.status] <= order[now.status]) return withHeld(now, [])
  if (event.status !== 'in-progress') return withHeld({ ...now, status: event.status }, ringing(now))
  return withHeld(...up(now, at))
}

/**
 * A carrier that names the call has taken the dial, whatever became of its answer. Some name a request first and the call once
 * it is put through: until its media is open the later name counts.
 */
function dialed(call: Call, ref: string | undefined): Step {
  if (!ref || call.ref === ref) return [call, []]
  if (call.ref !== undefined && (call.plan.direction === 'inbound' || call.media !== 'none')) return [call, []]
  return withHeld({ ...call, ref, pending: call.pending.filter((one) => one.command.type !== 'dial') }, [])
}

/** Answered: by the carrier's word or by its open stream, whichever comes first. */
function up(call: Call, at: number): Step {
  if (call.status === 'in-progress') return [call, []]
  const effects: EffectBody[] = [
    { type: 'timer.clear', timer: 'ring' },
    { type: 'timer.set', timer: 'max-duration', delay: call.plan.maxDuration },
  ]
  if (call.media === 'none') effects.push({ type: 'timer.set', timer: 'media', delay: limits.mediaOpen })
  return [{ ...call, status: 'in-progress', answeredAt: at }, effects]
}

function held(call: Call): Step {
  if (call.held || call.media !== 'open') return [call, []]
  // Whoever is with somebody else has the agent quiet already.
  return [{ ...call, held: true }, elsewhere(call) ? [] : [{ type: 'agent.hold' }]]
}

function resumed(call: Call): Step {
  if (!call.held) return [call, []]
  return [{ ...call, held: undefined }, elsewhere(call) ? [] : [{ type: 'agent.resume' }]]
}

function elsewhere(call: Call): boolean {
  return call.joined !== undefined || handedOver(call)
}

function ended(call: Call, event: CallEvent & { type: 'call.ended' }, at: number): Step {
  const status = isTerminal(event.status) ? event.status : 'completed'
  return [
    {
      ...call,
      status,
      waiting: undefined,
      endedAt: at,
      endReason: event.reason,
      media: call.media === 'none' ? 'none' : 'closed',
    },
    [{ type: 'stream.close' }, { type: 'release' }],
  ]
}

function endReasonOf(call: Call, status: CallStatus): EndReason {
  if (handedOver(call)) return 'transferred'
  if (call.voicemail === 'accepted') return 'voicemail-left'
  if (call.ending) return call.ending
  switch (status) {
    case 'busy':
      return 'busy'
    case 'no-answer':
      return 'no-answer'
    case 'canceled':
      return 'canceled'
    case 'failed':
      return 'carrier-failed'
    default:
      return 'caller-hangup'
  }
}

// ── media ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function mediaOpened(call: Call, streamRef: string, at: number): Step {
  const open = { ...call, media: 'open', streamRef, away: undefined, returning: undefined, untold: undefined } as const
  const [now, effects] = up(open, at)
  return [
    now,
    [
      ...(call.untold ? [{ type: 'agent.resume', result: call.untold } as const] : []),
      ...effects.filter((effect) => !(effect.type === 'timer.set' && effect.timer === 'media')),
      { type: 'timer.clear', timer: 'media' },
      { type: 'timer.clear', timer: 'media-lost' },
    ],
  ]
}

function mediaLost(call: Call): Step {
  if (call.media !== 'open') return [call, []]
  const now: Call = { ...call, media: 'lost' }
  if (call.transfer || call.voicemail) return [now, []]
  return [now, [{ type: 'timer.set', timer: 'media-lost', delay: limits.mediaReturn }]]
}

/** The stream ended in order: the caller left, or the carrier went on with what we asked for. */
function mediaClosed(call: Call): Step {
  if (call.media === 'closed' || call.media === 'none') return [call, []]
  const now: Call = { ...call, media: 'closed' }
  // Who is coming back is waited for already.
  if (call.transfer || call.voicemail || call.ending || call.returning || call.untold) return [now, []]
  return [now, [{ type: 'timer.set', timer: 'media-lost', delay: call.away ?? limits.mediaClosed }]]
}

// ── time and machines ────────────────────────────────────────────────────────────────────────────────────────────────

function machine(call: Call, event: CallEvent & { type: 'machine.detected' }): Step {
  const message = call.plan.voicemailMessage
  if (event.result !== 'machine' || message === undefined || call.voicemail || call.ending || call.transfer)
    return [call, []]
  if (!event.messageEnded) return [call, [{ type: 'agent.mute' }]]
  return [call, request(call, 'voicemail', { type: 'leave-message', text: message })]
}

function timer(call: Call, fired: CallTimer): Step {
  switch (fired) {
    case 'ring':
      return order[call.status] < order['in-progress'] ? hangUpBecause(call, 'ring-timeout') : [call, []]
    case 'media':
      return call.media === 'none' ? hangUpBecause(call, 'media-never-opened') : [call, []]
    case 'media-lost':
      if (call.media === 'closed' && !call.returning && !call.untold) return hangUpBecause(call, 'caller-hangup')
      return call.media === 'lost' || call.media === 'closed' ? hangUpBecause(call, 'media-lost') : [call, []]
    case 'max-duration':
      // A transferred caller is not ours to hang up on: only our record ends.
      if (handedOver(call)) return [call, [end('completed', 'transferred')]]
      return hangUpBecause(call, 'max-duration')
    case 'hangup':
      return [call, [end(endStatus(call), call.ending ?? 'completed', 'the carrier did not confirm the hang-up')]]
    default:
      fired satisfies never
      return [call, []]
  }
}

/** Whether an event still says something: an ended call takes only what may honestly come late. */
export function concerns(call: Call, event: CallEvent): boolean {
  if (call.endedAt === undefined) return event.type !== 'transfer.started' || unsettled(call)
  switch (event.type) {
    case 'call.closed':
    case 'cost.known':
    case 'usage.counted':
    case 'media.measured':
    case 'recording.changed':
    case 'message.added':
    case 'turn.measured':
    case 'tool.returned':
    case 'play.ended':
    case 'agent.disconnected':
      return true
    case 'command.accepted':
    case 'command.failed':
      return call.pending.some((one) => one.id === event.id)
    case 'call.progressed':
      return call.ref === undefined && event.ref !== undefined
    default:
      return false
  }
}
