/** A call as its journal tells it. */
import type { Journaled } from '../spec/event.ts'
import type { CallRecord } from '../store/contract.ts'
import { advance, newCall, type Call } from './machine.ts'

/** Every event again, in order; what followed from them was done then. */
export function fold(record: CallRecord, history: readonly Journaled[]): Call {
  // Recorded to wait for its turn, by a process that died before it could write the first event.
  const queued = record.waiting && history.length === 0 ? { waiting: true as const } : {}
  let call: Call = { ...newCall(planOf(record)), ...queued }
  for (const { event, at, sequence } of history) call = { ...advance(call, event, at).call, sequence }
  return call
}

function planOf(record: CallRecord): Call['plan'] {
  const {
    ref: _r,
    status: _s,
    endReason: _e,
    cause: _c,
    answeredBy: _b,
    recording: _f,
    cost: _p,
    usage: _u,
    owner: _o,
    waiting: _w,
    ...rest
  } = record
  const { startedAt: _1, answeredAt: _2, endedAt: _3, ...plan } = rest
  return plan
}
