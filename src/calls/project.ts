/** What an event changes in the record that lists and the API show: written in the same transaction as the event. */
import type { CallEvent } from '../spec/event.ts'
import type { CallRecord, JournalEntry, Message, Metric } from '../store/contract.ts'
import type { Call } from './machine.ts'

/** The journal entry of `event`, which took the call from `before` to `after`. */
export function entryOf(before: Call, after: Call, event: CallEvent, at: number): JournalEntry {
  const { id, organization } = after.plan
  const message = messageOf(id, event, at)
  const metrics = metricsOf(after, event, at)
  return {
    organization,
    call: id,
    sequence: after.sequence,
    at,
    event,
    patch: patchOf(before, after, event, at),
    ...(message ? { message } : {}),
    ...(metrics.length > 0 ? { metrics } : {}),
  }
}

/** The record of a call before its first event. */
export function recordOf(call: Call): CallRecord {
  return { ...call.plan, status: call.status }
}

type Patch = { -readonly [K in keyof CallRecord]?: CallRecord[K] }

function patchOf(before: Call, after: Call, event: CallEvent, at: number): Patch {
  const patch: Patch = {}
  if (after.status !== before.status) patch.status = after.status
  if (after.waiting !== before.waiting) patch.waiting = after.waiting ?? false
  if (after.ref !== before.ref) patch.ref = after.ref
  if (after.answeredAt !== before.answeredAt) patch.answeredAt = after.answeredAt
  if (after.endedAt !== before.endedAt) {
    patch.endedAt = after.endedAt
    patch.endReason = after.endReason
  }
  if (event.type === 'call.ended' && event.cause) patch.cause = event.cause
  if (event.type === 'call.queued' || event.type === 'call.offered') patch.startedAt = at
  if (event.type === 'machine.detected') patch.answeredBy = event.result
  if (event.type === 'recording.changed' && event.source === 'ours') patch.recording = event.recording
  if (event.type === 'cost.known') patch.cost = { amount: event.amount, currency: event.currency }
  if (after.usage !== before.usage) patch.usage = after.usage
  return patch
}

function messageOf(call: string, event: CallEvent, at: number): Message | undefined {
  if (event.type !== 'message.added') return undefined
  const { message: id, role, text, interrupted } = event
  return { id, call, role, text, at, ...(interrupted ? { interrupted } : {}) }
}

function metricsOf(call: Call, event: CallEvent, at: number): readonly Metric[] {
  const own = (name: string, value: number, unit: string): Metric => ({
    call: call.plan.id,
    source: 'ours',
    name,
    value,
    unit,
    at,
  })
  if (event.type === 'turn.measured')
    return Object.entries(event.timings).map(([name, value]) => own(`turn.${event.turn}.${name}`, value, 'ms'))
  if (event.type === 'media.measured') {
    const { received, lost, jitter, roundTrip, lostThere, score } = event
    const all = received + lost
    return [
      own('media.loss', all === 0 ? 0 : lost / all, 'ratio'),
      own('media.jitter', jitter, 'ms'),
      ...(roundTrip === undefined ? [] : [own('media.roundTrip', roundTrip, 'ms')]),
      ...(lostThere === undefined ? [] : [own('media.lostThere', lostThere, 'packets')]),
      ...(score === undefined ? [] : [own('media.score', score, 'MOS')]),
    ]
  }
  if (event.type === 'call.ended') {
    const metrics = [own('call.duration', at - call.plan.createdAt, 'ms')]
    if (call.answeredAt !== undefined) metrics.push(own('call.talk', at - call.answeredAt, 'ms'))
    return metrics
  }
  if (event.type === 'agent.interrupted') return [own('agent.interrupted.heard', event.heardMs, 'ms')]
  return []
}
