/** The end of a call, in order: timers, conversation, recording, cost asked, closed; then whoever wants more may be asked again. */
import type { CarrierSpec } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { LiveCall } from './live.ts'
import { requesterOf } from './noting.ts'
import { nowOf, runOperation } from './operation.ts'

/** Carriers rate calls seconds to minutes after the end: asked after these ms, until known. */
const costDelays = [2_000, 10_000, 60_000, 300_000] as const

export async function finishCall(live: LiveCall): Promise<void> {
  live.clearTimers()
  const { status, endReason, plan } = live.running.call
  if (plan.direction === 'outbound') live.engine.dispatch.freed(plan.connection)
  live.engine.count('calls.ended', { status, reason: endReason ?? 'unknown' })
  live.reply.reject(new OffhookError('call.ended', `Call ${live.running.id} ended before it was answered`))
  try {
    await live.conversation?.[Symbol.asyncDispose]()
    await finishRecording(live)
    live.over.resolve()
    const [first, ...later] = costDelays
    const known = await askCost(live, [first])
    // What others are told of the end, they are told with all of the above.
    await live.post({ type: 'call.closed' })
    if (!known) await askCost(live, later)
  } catch (error) {
    // The process goes: what was still to be asked is asked by nobody.
    if (!live.engine.scope.closed) throw error
  } finally {
    live.over.resolve()
    await live.running.settled()
    await live.running.scope.close()
  }
}

export async function finishRecording(live: LiveCall): Promise<void> {
  const { recording } = live
  if (!recording) return
  const durationSeconds = await recording.finish()
  await live.post({
    type: 'recording.changed',
    recording: recording.name,
    status: 'completed',
    source: 'ours',
    durationSeconds,
  })
}

/** True when there is nothing more to ask. */
async function askCost(live: LiveCall, delays: readonly number[]): Promise<boolean> {
  const { engine, running } = live
  const carrier = engine.carrier(running.call.plan.carrier)
  if (!carrier.cost || running.call.ref === undefined || running.call.answeredAt === undefined) return true
  for (const delay of delays) {
    await engine.clock.sleep(delay, engine.scope.signal)
    const cost = await costNow(live, carrier)
    if (!cost) continue
    await live.post({ type: 'cost.known', ...cost })
    return true
  }
  return false
}

async function costNow(live: LiveCall, carrier: CarrierSpec) {
  const { engine, running } = live
  try {
    const connection = await engine.connection(running.call.plan.connection)
    const operation = carrier.cost!(running.seen, carrier.settings.parse(connection.settings), nowOf(engine))
    return await runOperation(operation, requesterOf(live, connection), engine.scope.signal)
  } catch (error) {
    engine.logger.warn('the carrier did not say what the call cost', { call: running.id, error })
    return undefined
  }
}
