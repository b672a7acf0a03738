/** Commands in the life of a call: asked for, taken, refused, in doubt. */
import type { AnyCommand, EndReason, Origin } from '../spec/call.ts'
import type { CallEvent } from '../spec/event.ts'
import {
  end,
  endStatus,
  handedOver,
  isTerminal,
  hangUpBecause,
  limits,
  order,
  without,
  type Call,
  type EffectBody,
  type Step,
} from './state.ts'

export function requested(call: Call, event: CallEvent & { type: 'command.requested' }): Step {
  const { id, command, origin } = event
  if (call.pending.some((one) => one.id === id)) return [call, []]
  const pend: Call = { ...call, pending: [...call.pending, { id, command, origin, uncertain: false }] }
  const effect = { type: 'command', command, commandId: id } as const
  switch (command.type) {
    case 'hangup':
      return hangup(call, pend, command.reason ?? hangupReasons[origin], effect)
    case 'transfer':
      if (call.transfer || call.ending || call.joined) return [call, []]
      return [{ ...pend, transfer: 'requested', untold: undefined, lapsed: undefined }, [effect]]
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
  if (handedOver(call) || call.pending.some((one) => one.command.type === 'hangup')) return [call, []]
  if (call.waiting) return [{ ...call, ending: because }, [end('canceled', because)]]
  const now: Call = { ...pend, ending: call.ending ?? because }
  // What the carrier has not named yet cannot be hung up: the order leaves with its answer to the dial. And whoever may be
  // with somebody else is not hung up on before that is known.
  if (nameless(call) || doubtful(call)) {
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

export function accepted(call: Call, event: CallEvent & { type: 'command.accepted' }): Step {
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
      if (event.joined) return withHeld({ ...now, transfer: undefined, joined: event.joined }, [{ type: 'agent.hold' }])
      if (event.gone) return [{ ...now, transfer: undefined }, [end('completed', 'caller-hangup')]]
      return handOver(now, asked.uncertain ? 'assumed' : 'accepted')
    case 'leave-message':
      return [{ ...now, voicemail: 'accepted' }, [{ type: 'agent.mute' }]]
    default:
      return [now, []]
  }
}

export function failed(call: Call, event: CallEvent & { type: 'command.failed' }): Step {
  const asked = call.pending.find((one) => one.id === event.id)
  if (!asked) return [call, []]
  const now = without(call, event.id)
  switch (asked.command.type) {
    case 'dial':
      return [now, [now.ending ? end(endStatus(now), now.ending) : end('failed', 'carrier-failed', event.message)]]
    case 'answer':
    case 'reject':
      return [now, [end('failed', 'carrier-failed', event.message)]]
    case 'transfer': {
      // The caller is ours again; if their stream is gone by now, it gets the usual time to come back.
      const back: Call = { ...now, transfer: undefined, ...(asked.uncertain ? { lapsed: true } : {}) }
      if (now.media === 'open') return withHeld(back, [])
      return withHeld({ ...back, untold: 'failed' }, [comingBack])
    }
    case 'leave-message':
      return hangUpBecause({ ...now, voicemail: undefined }, 'carrier-failed')
    case 'hangup':
      // The stream is closed instead: for carriers whose call hangs on it, that ends the call too. The timer ends our side.
      return [now, [{ type: 'stream.close' }]]
    default:
      return [now, []]
  }
}

export function uncertain(call: Call, id: string): Step {
  const asked = call.pending.find((one) => one.id === id)
  if (!asked || asked.held) return [call, []]
  const pending = call.pending.map((one) => (one.id === id ? { ...one, uncertain: true } : one))
  return [{ ...call, pending }, [{ type: 'lookup', command: asked.command, commandId: id }]]
}

/** Hang-ups that waited for it are too late. A call whose time is up ends here as it would have then: only our record of it. */
function handOver(call: Call, transfer: 'accepted' | 'assumed'): Step {
  const pending = call.pending.filter((one) => !one.held)
  const spent: readonly EffectBody[] = call.ending === 'max-duration' ? [end('completed', 'transferred')] : []
  return [{ ...call, pending, transfer, ending: undefined }, [{ type: 'agent.hold' }, ...spent]]
}

/**
 * The carrier has taken the transfer: that settles what its answer left open, and what was given up. While that answer may still
 * come, it says nothing: it may be late, and about an earlier one.
 */
export function transferStarted(call: Call): Step {
  const asked = call.pending.find(({ command, uncertain }) => command.type === 'transfer' && uncertain)
  if (asked) {
    const pending = call.pending.map((one) => (one === asked ? { ...one, uncertain: false } : one))
    return [{ ...call, pending }, [{ type: 'post', event: { type: 'command.accepted', id: asked.id } }]]
  }
  if (call.transfer === 'assumed') return [{ ...call, transfer: 'accepted' }, []]
  if (!call.lapsed || call.transfer || call.joined || call.ending) return [call, []]
  return handOver({ ...call, lapsed: undefined }, 'accepted')
}

/** It is not known whether a transfer took the caller, or was not. */
export function unsettled(call: Call): boolean {
  const doubt = call.pending.some(({ command, uncertain }) => command.type === 'transfer' && uncertain)
  return doubt || call.transfer === 'assumed' || call.lapsed === true
}

/** How the other side's leg went: joined and over, or never joined, and the caller is ours again. */
export function transferEnded(call: Call, { result }: CallEvent & { type: 'transfer.ended' }): Step {
  if (!isTerminal(result)) return [call, []]
  if (!(call.transfer || call.joined)) return [call.lapsed ? { ...call, lapsed: undefined } : call, []]
  // The carrier says so of a call that is over; what we joined ourselves, we end.
  if (result === 'completed' && call.joined) return hangUpBecause({ ...call, joined: undefined }, 'transferred')
  if (result === 'completed') return [call, [end('completed', 'transferred')]]
  const now = ours(call)
  if (now.media === 'open') return withHeld(now, [{ type: 'agent.resume', result }])
  return withHeld({ ...now, untold: result }, [comingBack])
}

/**
 * Our stream is gone and the caller is not. Who asks for an answer to our own markup was not transferred, whatever we assumed;
 * a carrier that took the transfer asks for nothing but what comes after it, and then how it ended settles what we did not know.
 */
export function returned(call: Call, { after }: CallEvent & { type: 'call.returned' }): Step {
  const gone: Call = call.media === 'open' ? { ...call, media: 'lost' } : call
  const asked = call.pending.some(({ command, uncertain }) => command.type === 'transfer' && !uncertain)
  const taken = call.transfer === 'accepted' || (call.transfer !== undefined && after === 'transfer')
  if (asked || taken || call.voicemail || call.media === 'none') return [gone, []]
  const now: Call = { ...ours(gone), returning: true, ...(call.transfer ? { untold: 'failed' } : {}) }
  // Asked again and again, a stream that never opens is waited for no longer than one that opens late.
  return withHeld(now, call.returning ? [] : [comingBack])
}

const comingBack: EffectBody = { type: 'timer.set', timer: 'media-lost', delay: limits.mediaReturn }

/** The caller is with us, and no transfer is under way. */
function ours(call: Call): Call {
  return {
    ...call,
    transfer: undefined,
    joined: undefined,
    pending: call.pending.filter(({ command }) => command.type !== 'transfer'),
  }
}

/** Once nothing stands in its way any more, a hang-up that waited leaves. */
export function withHeld(call: Call, effects: readonly EffectBody[]): Step {
  const waiting = call.pending.find((one) => one.held)
  if (!waiting || nameless(call) || doubtful(call)) return [call, effects]
  const pending = call.pending.map((one) => (one === waiting ? { ...one, held: undefined } : one))
  return [{ ...call, pending }, [...effects, ...hangupEffects(waiting.command, waiting.id)]]
}

function nameless(call: Call): boolean {
  return call.ref === undefined && call.pending.some((one) => one.command.type === 'dial')
}

/** The carrier has not said what became of a transfer. */
function doubtful(call: Call): boolean {
  return call.pending.some((one) => one.command.type === 'transfer')
}

function hangupEffects(command: AnyCommand, commandId: string): readonly EffectBody[] {
  return [
    { type: 'command', command, commandId },
    { type: 'timer.set', timer: 'hangup', delay: limits.hangup },
  ]
}

export function ringing(call: Call): readonly EffectBody[] {
  if (call.plan.direction !== 'outbound' || call.status !== 'queued') return []
  return [{ type: 'timer.set', timer: 'ring', delay: call.plan.ringTimeout + limits.ringMargin }]
}
