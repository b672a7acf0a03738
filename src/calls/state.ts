/** A call as a value, what may follow from an event, and the small steps that every part of the machine takes. */
import type { AnyCommand, CallCommand, CallPlan, CallStatus, EndReason, Origin } from '../spec/call.ts'
import type { CallEvent, CallTimer } from '../spec/event.ts'
import type { Used } from '../spec/usage.ts'

export interface PendingCommand {
  readonly id: string
  readonly command: AnyCommand
  readonly origin: Origin
  readonly uncertain: boolean
  /** A hang-up that waits: the carrier has not said which call it is, or whether the caller is still ours. */
  readonly held?: true | undefined
}

export interface Call {
  readonly plan: CallPlan
  /** Events applied so far: the journal's sequence. */
  readonly sequence: number
  readonly status: CallStatus
  /** The carrier's id of the call. */
  readonly ref?: string
  /** Queued until its connection has a line free: nothing is dialled, no agent is open. */
  readonly waiting?: true | undefined
  readonly media: 'none' | 'open' | 'lost' | 'closed'
  readonly streamRef?: string
  /** It began with its stream: somebody else answered it. */
  readonly streamed?: true
  /** Media addresses that the carrier was told: after a restart they must still lead here. */
  readonly invited?: readonly { readonly hash: string; readonly until: number }[]
  /** Asked of the carrier and not yet answered. */
  readonly pending: readonly PendingCommand[]
  /** Why the call is being ended, from the moment somebody decided it. At most one hang-up leaves per call. */
  readonly ending?: EndReason | undefined
  /** The caller belongs to somebody else from `accepted` on: never hang up after it. `assumed`: the carrier never said so. */
  readonly transfer?: 'requested' | 'accepted' | 'assumed' | undefined
  /** A transfer in doubt was given up: should it be under way after all, the caller is not ours. */
  readonly lapsed?: true | undefined
  /** The caller is with the other party of this call of ours, or hears it ring. */
  readonly joined?: string | undefined
  /** A transfer came to nothing, and the agent has not been told yet: it will be when the caller can hear it. */
  readonly untold?: CallStatus | undefined
  /** The caller's side put us on hold. */
  readonly held?: true | undefined
  /** The carrier asked for the call to be answered anew, and no stream has opened since. */
  readonly returning?: true | undefined
  readonly voicemail?: 'requested' | 'accepted'
  /** Digits were sent in a way that may replace the stream: how long it may be away, ms. */
  readonly away?: number
  /** Of its agent, summed by part, provider and model. */
  readonly usage?: readonly Used[]
  readonly answeredAt?: number
  readonly endedAt?: number
  readonly endReason?: EndReason
}

export type Effect = { readonly id: string } & (
  | { readonly type: 'command'; readonly command: AnyCommand; readonly commandId: string }
  /** Ask the carrier what it took of a command that is in doubt. */
  | { readonly type: 'lookup'; readonly command: AnyCommand; readonly commandId: string }
  | { readonly type: 'timer.set'; readonly timer: CallTimer; readonly delay: number }
  | { readonly type: 'timer.clear'; readonly timer: CallTimer }
  | { readonly type: 'agent.open' }
  | { readonly type: 'agent.mute' }
  /** Quiet and deaf: the caller is with somebody else. */
  | { readonly type: 'agent.hold' }
  /** The caller is back: the transfer ended so, or they had held us. Opens the agent where there is none. */
  | { readonly type: 'agent.resume'; readonly result?: CallStatus }
  | { readonly type: 'stream.close' }
  /** A consequence, to be journaled in its own right. */
  | { readonly type: 'post'; readonly event: CallEvent }
  /** The end: agent closed, recording finished, cost asked, everything released. */
  | { readonly type: 'release' }
)

export type EffectBody = Effect extends infer E ? (E extends Effect ? Omit<E, 'id'> : never) : never

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

export const order: Readonly<Record<CallStatus, number>> = {
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

/** The call after an event, and what follows from it. */
export type Step = readonly [Call, readonly EffectBody[]]

/** The caller is with somebody else, as far as anybody knows. */
export function handedOver(call: Call): boolean {
  return call.transfer === 'accepted' || call.transfer === 'assumed'
}

export function hangUpBecause(call: Call, reason: EndReason): Step {
  if (handedOver(call)) return [call, []]
  const now: Call = { ...call, ending: call.ending ?? reason }
  return [now, request(now, 'hangup', { type: 'hangup' })]
}

/** The engine asks: the request is journaled like anybody's, so that a crash between asking and doing loses nothing. */
export function request(call: Call, label: string, command: CallCommand): readonly EffectBody[] {
  const id = `${call.plan.id}/${call.sequence}-${label}`
  return [{ type: 'post', event: { type: 'command.requested', id, command, origin: 'engine' } }]
}

export function end(status: CallStatus, reason: EndReason, cause?: string): EffectBody {
  return { type: 'post', event: { type: 'call.ended', status, reason, ...(cause ? { cause } : {}) } }
}

/** A call that we ended before anybody answered was not completed. */
export function endStatus(call: Call): CallStatus {
  if (call.answeredAt !== undefined) return 'completed'
  return call.ending === 'ring-timeout' ? 'no-answer' : 'canceled'
}

export function without(call: Call, id: string): Call {
  return { ...call, pending: call.pending.filter((one) => one.id !== id) }
}
