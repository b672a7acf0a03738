/**
 * The whole life of a call as one pure function: `advance(call, event)`.
 *
 *   queued ──dial──▶ initiated ──▶ ringing ──▶ in-progress ──▶ ended
 *   offered ─answer──────────────────────────▶ in-progress ──▶ ended
 *
 * Status only moves forward; `ended` is final. What happened twice, late or out of order changes nothing.
 */
import type { CallCommand, CallPlan, CallStatus, EndReason, Origin } from '../spec/call.ts'
import type { CallEvent, CallTimer } from '../spec/event.ts'

export interface PendingCommand {
  readonly id: string
  readonly command: CallCommand
  readonly origin: Origin
  readonly uncertain: boolean
  /** A hang-up that waits until the carrier has said which call it is. */
  readonly held?: true | undefined
}

export interface Call {
  readonly plan: CallPlan
  /** Events applied so far: the journal's sequence. */
  readonly sequence: number
  readonly status: CallStatus
  /** The carrier's id of the call. */
  readonly ref?: string
  readonly media: 'none' | 'open' | 'lost' | 'closed'
  readonly streamRef?: string
  /** Media addresses that the carrier was told: after a restart they must still lead here. */
  readonly invited?: readonly { readonly hash: string; readonly until: number }[]
  /** Asked of the carrier and not yet answered. */
  readonly pending: readonly PendingCommand[]
  /** Why the call is being ended, from the moment somebody decided it. At most one hang-up leaves per call. */
  readonly ending?: EndReason
  /** The caller belongs to somebody else from `accepted` on: never hang up after it. */
  readonly transfer?: 'requested' | 'accepted'
  readonly voicemail?: 'requested' | 'accepted'
  /** Digits were sent in a way that may replace the stream: how long it may be away, ms. */
  readonly away?: number
  readonly answeredAt?: number
  readonly endedAt?: number
  readonly endReason?: EndReason
}

export type Effect = { readonly id: string } & (
  | { readonly type: 'command'; readonly command: CallCommand; readonly commandId: string }
  /** Ask the carrier what it took of a command that is in doubt. */
  | { readonly type: 'lookup'; readonly command: CallCommand; readonly commandId: string }
  | { readonly type: 'timer.set'; readonly timer: CallTimer; readonly delay: number }
  | { readonly type: 'timer.clear'; readonly timer: CallTimer }
  | { readonly type: 'agent.open' }
  | { readonly type: 'agent.mute' }
  | { readonly type: 'stream.close' }
  /** A consequence, to be journaled in its own right. */
  | { readonly type: 'post'; readonly event: CallEvent }
  /** The end: agent closed, recording finished, cost asked, everything released. */
  | { readonly type: 'release' }
)

type EffectBody = Effect extends infer E ? (E extends Effect ? Omit<E, 'id'> : never) : never

export interface Advanced {
  readonly call: Call
  readonly effects: readonly Effect[]
}

/** All in ms. */
export const limits = {
  /** The carrier rings a little longer than asked; ours is the net below its own time-out. */
  ringMargin: 8_000,
  /** From answer to the stream's start. */
  mediaOpen: 20_000,
  /** How long a dead media socket may take to come back. */
  mediaReturn: 10_000,
  /** After an orderly end of media: the carrier's own word on the call is awaited this long. */
  mediaClosed: 3_000,
  /** How long the carrier may take to confirm a hang-up. */
  hangup: 10_000,
} as const

export function newCall(plan: CallPlan): Call {
  return { plan, sequence: 0, status: 'queued', media: 'none', pending: [] }
}

const order: Readonly<Record<CallStatus, number>> = {
  queued: 0,
  initiated: 1,
  ringing: 2,
  'in-progress': 3,
  completed: 4,
  busy: 4,
  'no-answer': 4,
  failed: 4,
  canceled: 4,
}

export function isTerminal(status: CallStatus): boolean {
  return order[status] === 4
}

/** Applies one event. Total: every event is lawful in every state; most change nothing when late. */
export function advance(call: Call, event: CallEvent, at: number): Advanced {
  const next = { ...call, sequence: call.sequence + 1 }
  const [changed, bodies] = call.endedAt === undefined ? live(next, event, at) : [afterEnd(next, event), []]
  const effects = bodies.map((body, index): Effect => ({ ...body, id: `${call.plan.id}/${next.sequence}.${index}` }))
  return { call: changed, effects }
}

type Step = readonly [Call, readonly EffectBody[]]

/** An ended call learns a late carrier id, and nothing else. */
function afterEnd(call: Call, event: CallEvent): Call {
  if (event.type === 'command.accepted' || event.type === 'command.failed') return without(call, event.id)
  if (event.type === 'call.progressed' && call.ref === undefined && event.ref) return { ...call, ref: event.ref }
  return call
}

function live(call: Call, event: CallEvent, at: number): Step {
  switch (event.type) {
    case 'call.queued':
      return [call, [{ type: 'agent.open' }, ...request(call, 'dial', { type: 'dial' })]]
    case 'call.offered':
      return offered(call, event.ref)
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
    case 'transfer.ended':
      return call.transfer ? [call, [end('completed', 'transferred')]] : [call, []]
    case 'timer.fired':
      return timer(call, event.timer)
    case 'recording.changed':
    case 'cost.known':
    case 'agent.connected':
    case 'agent.failed':
    case 'agent.disconnected':
    case 'speech.started':
    case 'speech.ended':
    case 'agent.interrupted':
    case 'message.added':
    case 'turn.measured':
    case 'digit.received':
    case 'tool.called':
    case 'tool.returned':
      return [call, []]
    default:
      event satisfies never
      return [call, []]
  }
}

// ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function offered(call: Call, ref: string): Step {
  if (call.ref !== undefined) return [call, []]
  const now: Call = { ...call, ref, status: order[call.status] < order.ringing ? 'ringing' : call.status }
  const answer: CallCommand = call.plan.agent ? { type: 'answer' } : { type: 'reject', reason: 'rejected' }
  const opening: readonly EffectBody[] = call.plan.agent
    ? [{ type: 'agent.open' }, { type: 'timer.set', timer: 'media', delay: limits.mediaOpen }]
    : []
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

/** Once the carrier has said which call it is, a hang-up that waited for it leaves. */
function withHeld(call: Call, effects: readonly EffectBody[]): Step {
  const waiting = call.pending.find((one) => one.held)
  if (!waiting || nameless(call)) return [call, effects]
  const pending = call.pending.map((one) => (one === waiting ? { ...one, held: undefined } : one))
  return [{ ...call, pending }, [...effects, ...hangupEffects(waiting.command, waiting.id)]]
}

function nameless(call: Call): boolean {
  return call.ref === undefined && call.pending.some((one) => one.command.type === 'dial')
}

function hangupEffects(command: CallCommand, commandId: string): readonly EffectBody[] {
  return [
    { type: 'command', command, commandId },
    { type: 'timer.set', timer: 'hangup', delay: limits.hangup },
  ]
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

function ringing(call: Call): readonly EffectBody[] {
  if (call.plan.direction !== 'outbound' || call.status !== 'queued') return []
  return [{ type: 'timer.set', timer: 'ring', delay: call.plan.ringTimeout + limits.ringMargin }]
}

function ended(call: Call, event: CallEvent & { type: 'call.ended' }, at: number): Step {
  const status = isTerminal(event.status) ? event.status : 'completed'
  return [
    { ...call, status, endedAt: at, endReason: event.reason, media: call.media === 'none' ? 'none' : 'closed' },
    [{ type: 'stream.close' }, { type: 'release' }],
  ]
}

function endReasonOf(call: Call, status: CallStatus): EndReason {
  if (call.transfer === 'accepted') return 'transferred'
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
  const [now, effects] = up({ ...call, media: 'open', streamRef, away: undefined }, at)
  return [
    now,
    [
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
  if (call.transfer || call.voicemail || call.ending) return [now, []]
  return [now, [{ type: 'timer.set', timer: 'media-lost', delay: call.away ?? limits.mediaClosed }]]
}

// ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function requested(call: Call, event: CallEvent & { type: 'command.requested' }): Step {
  const { id, command, origin } = event
  const pend: Call = { ...call, pending: [...call.pending, { id, command, origin, uncertain: false }] }
  const effect = { type: 'command', command, commandId: id } as const
  switch (command.type) {
    case 'hangup':
      return hangup(call, pend, command.reason ?? hangupReasons[origin], effect)
    case 'transfer':
      if (call.transfer || call.ending) return [call, []]
      return [{ ...pend, transfer: 'requested' }, [effect]]
    case 'leave-message':
      if (call.voicemail || call.ending || call.transfer) return [call, []]
      return [{ ...pend, voicemail: 'requested' }, [effect]]
    case 'reject':
      return [{ ...pend, ending: 'rejected' }, [effect]]
    case 'send-digits':
      return [{ ...pend, away: limits.mediaReturn + command.digits.length * 600 }, [effect]]
    case 'dial':
      return call.status === 'queued' && call.ref === undefined ? [pend, [effect]] : [call, []]
    default:
      return [pend, [effect]]
  }
}

function hangup(call: Call, pend: Call, because: EndReason, effect: EffectBody & { type: 'command' }): Step {
  if (call.transfer === 'accepted' || call.pending.some((one) => one.command.type === 'hangup')) return [call, []]
  const now: Call = { ...pend, ending: call.ending ?? because }
  // What the carrier has not named yet cannot be hung up: the order leaves with its answer to the dial.
  if (nameless(call)) {
    const pending = now.pending.map((one) => (one.id === effect.commandId ? { ...one, held: true as const } : one))
    return [{ ...now, pending }, [{ type: 'agent.mute' }]]
  }
  return [now, [{ type: 'agent.mute' }, ...hangupEffects(effect.command, effect.commandId)]]
}

const hangupReasons: Readonly<Record<Origin, EndReason>> = {
  caller: 'caller-hangup',
  agent: 'agent-hangup',
  api: 'api-hangup',
  engine: 'completed',
  carrier: 'completed',
}

function accepted(call: Call, event: CallEvent & { type: 'command.accepted' }): Step {
  const asked = call.pending.find((one) => one.id === event.id)
  if (!asked) return [call, []]
  const now = without(call, event.id)
  switch (asked.command.type) {
    case 'dial': {
      const status = order[now.status] < order.initiated ? 'initiated' : now.status
      return withHeld({ ...now, status, ...(event.ref ? { ref: event.ref } : {}) }, ringing(now))
    }
    case 'hangup':
      return [now, [end(endStatus(now), now.ending ?? 'completed')]]
    case 'reject':
      return [now, [end('canceled', 'rejected')]]
    case 'transfer':
      return event.gone
        ? [{ ...now, transfer: undefined }, [end('completed', 'caller-hangup')]]
        : [{ ...now, transfer: 'accepted' }, [{ type: 'agent.mute' }]]
    case 'leave-message':
      return [{ ...now, voicemail: 'accepted' }, [{ type: 'agent.mute' }]]
    default:
      return [now, []]
  }
}

/** A call that we ended before anybody answered was not completed. */
function endStatus(call: Call): CallStatus {
  if (call.answeredAt !== undefined) return 'completed'
  return call.ending === 'ring-timeout' ? 'no-answer' : 'canceled'
}

function failed(call: Call, event: CallEvent & { type: 'command.failed' }): Step {
  const asked = call.pending.find((one) => one.id === event.id)
  if (!asked) return [call, []]
  const now = without(call, event.id)
  switch (asked.command.type) {
    case 'dial':
      return [now, [now.ending ? end(endStatus(now), now.ending) : end('failed', 'carrier-failed', event.message)]]
    case 'answer':
    case 'reject':
      return [now, [end('failed', 'carrier-failed', event.message)]]
    case 'transfer':
      // The caller is ours again; if their stream is gone by now, it gets the usual time to come back.
      return [
        { ...now, transfer: undefined },
        now.media === 'open' ? [] : [{ type: 'timer.set', timer: 'media-lost', delay: limits.mediaReturn }],
      ]
    case 'leave-message':
      return hangUpBecause({ ...now, voicemail: undefined }, 'carrier-failed')
    case 'hangup':
      // The stream is closed instead: for carriers whose call hangs on it, that ends the call too. The timer ends our side.
      return [now, [{ type: 'stream.close' }]]
    default:
      return [now, []]
  }
}

function uncertain(call: Call, id: string): Step {
  const asked = call.pending.find((one) => one.id === id)
  if (!asked || asked.held) return [call, []]
  const pending = call.pending.map((one) => (one.id === id ? { ...one, uncertain: true } : one))
  return [{ ...call, pending }, [{ type: 'lookup', command: asked.command, commandId: id }]]
}

function without(call: Call, id: string): Call {
  return { ...call, pending: call.pending.filter((one) => one.id !== id) }
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
      if (call.media === 'closed') return hangUpBecause(call, 'caller-hangup')
      return call.media === 'lost' ? hangUpBecause(call, 'media-lost') : [call, []]
    case 'max-duration':
      // A transferred caller is not ours to hang up on: only our record ends.
      if (call.transfer === 'accepted') return [call, [end('completed', 'transferred')]]
      return hangUpBecause(call, 'max-duration')
    case 'hangup':
      return [call, [end(endStatus(call), call.ending ?? 'completed', 'the carrier did not confirm the hang-up')]]
    default:
      fired satisfies never
      return [call, []]
  }
}

function hangUpBecause(call: Call, reason: EndReason): Step {
  if (call.transfer === 'accepted') return [call, []]
  const now: Call = { ...call, ending: call.ending ?? reason }
  return [now, request(now, 'hangup', { type: 'hangup' })]
}

/** The engine asks: the request is journaled like anybody's, so that a crash between asking and doing loses nothing. */
function request(call: Call, label: string, command: CallCommand): readonly EffectBody[] {
  const id = `${call.plan.id}/${call.sequence}-${label}`
  return [{ type: 'post', event: { type: 'command.requested', id, command, origin: 'engine' } }]
}

function end(status: CallStatus, reason: EndReason, cause?: string): EffectBody {
  return { type: 'post', event: { type: 'call.ended', status, reason, ...(cause ? { cause } : {}) } }
}

/** Whether an event still says something: an ended call takes only what may honestly come late. */
export function concerns(call: Call, event: CallEvent): boolean {
  if (call.endedAt === undefined) return true
  switch (event.type) {
    case 'cost.known':
    case 'recording.changed':
    case 'message.added':
    case 'turn.measured':
    case 'tool.returned':
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
