/** Commands in doubt: after a crash, or without an answer, nobody knows whether the carrier took them. It is asked; nothing is repeated blindly. */
import type { AnyCommand, CallCommand } from '../spec/call.ts'
import { carryOut } from './commands.ts'
import { lookUpDial } from './doubt.ts'
import type { LiveCall } from './live.ts'
import { isTerminal } from './machine.ts'
import { requesterOf } from './noting.ts'
import { nowOf, runOperation } from './operation.ts'

/** The carrier is asked again after these ms while it cannot be reached; then nothing is known of the call. */
const patience = [1_000, 5_000, 15_000, 60_000]
/** A stream that the carrier is to end may take this long to go, ms. */
const streamEnds = 5_000
/** Between two looks at it, ms. */
const again = 100

export async function lookUp(live: LiveCall, id: string, command: AnyCommand): Promise<void> {
  switch (command.type) {
    // What sets a state may be said twice.
    case 'hangup':
    case 'record':
    case 'reject':
      return carryOut(live, id, command)
    case 'dial':
      return lookUpDial(live, id, command)
    case 'transfer':
      return lookUpTransfer(live, id, command)
    case 'answer':
    case 'leave-message':
      return lookUpCall(live, id, command)
    case 'send-digits':
      return fail(live, id, 'It is not known whether the carrier sent the digits; they were not repeated')
    case 'play':
      return fail(live, id, 'It is not known whether it was played; it was not repeated')
    default:
      command satisfies never
  }
}

/** What of a transfer is not to be seen at once may show a little later: asked again after these ms. */
const lateness = [1_000, 3_000, 6_000]

/** Where a carrier can be asked about the transfer itself, its answer counts; else how the call is. */
async function lookUpTransfer(live: LiveCall, id: string, command: CallCommand & { type: 'transfer' }): Promise<void> {
  const { engine, running } = live
  const { lookupTransfer } = engine.carrier(running.call.plan.carrier)
  if (!lookupTransfer) return lookUpCall(live, id, command)
  const waits = { absent: [...lateness], unreachable: [...patience] }
  // A callback of the other leg may settle it meanwhile.
  while (running.call.pending.some((one) => one.id === id)) {
    const found = await findTransfer(live, command.to)
    if (found === 'taken') return live.post({ type: 'transfer.started' })
    const wait = found === 'unsure' ? undefined : waits[found].shift()
    if (wait !== undefined) await engine.clock.sleep(wait, engine.scope.signal)
    else if (found === 'absent')
      return fail(live, id, 'The carrier did not answer the transfer, and knows of none; it was not repeated')
    else return lookUpCall(live, id, command)
  }
}

async function findTransfer(live: LiveCall, to: string): Promise<'taken' | 'absent' | 'unsure' | 'unreachable'> {
  const { engine, running } = live
  const { plan } = running.call
  const { lookupTransfer, settings } = engine.carrier(plan.carrier)
  if (!lookupTransfer) return 'unsure'
  try {
    const connection = await engine.connection(plan.connection)
    const operation = lookupTransfer(running.seen, to, settings.parse(connection.settings), nowOf(engine))
    return await runOperation(operation, requesterOf(live, connection), engine.scope.signal)
  } catch (error) {
    engine.logger.warn('the carrier could not be asked about a transfer in doubt', { call: running.id, error })
    return 'unreachable'
  }
}

/**
 * Whether the carrier took it cannot be asked; whether the call still runs can, and a stream that is still open may tell.
 * Where it does not, a caller whom the carrier still has is where the command sent them, or comes back over a new stream,
 * and timers wait for that. To hang up on a transferred caller would be worse than to wait.
 */
async function lookUpCall(live: LiveCall, id: string, command: CallCommand): Promise<void> {
  const how = await askHowItIs(live)
  if (live.running.ended) return
  if (how === 'running' && (await keepsStream(live, id, command)))
    return fail(live, id, `The carrier did not answer "${command.type}" and did not do it; it was not repeated`)
  if (how === 'running' || command.type === 'answer') return live.post({ type: 'command.accepted', id })
  await fail(live, id, `It is not known whether the carrier took "${command.type}"; it was not repeated`)
}

/** The stream that this command would have ended is still open. */
async function keepsStream({ engine, running }: LiveCall, id: string, { type }: CallCommand): Promise<boolean> {
  const { endsStream = [] } = engine.carrier(running.call.plan.carrier).control ?? {}
  if (!endsStream.includes(type)) return false
  const limit = engine.clock.monotonic() + streamEnds
  const undecided = () => running.call.media === 'open' && running.call.pending.some((one) => one.id === id)
  while (undecided() && engine.clock.monotonic() < limit) await engine.clock.sleep(again, engine.scope.signal)
  return undecided()
}

/** Asks the carrier how the call is: one that ended while nobody listened ends here too. Undefined: it could not be asked. */
export async function askHowItIs(live: LiveCall): Promise<'running' | 'over' | undefined> {
  const { engine, running } = live
  const { plan, ref } = running.call
  const { lookup, settings } = engine.carrier(plan.carrier)
  if (!lookup || ref === undefined) return undefined
  for (const delay of [...patience, 0]) {
    if (running.ended) return 'over'
    try {
      const connection = await engine.connection(plan.connection)
      const operation = lookup(running.seen, settings.parse(connection.settings), nowOf(engine))
      const found = await runOperation(operation, requesterOf(live, connection), engine.scope.signal)
      // A call whose id the carrier gave us and that it does not know any more is over.
      if (found === 'unsure') return undefined
      const status = found === 'unknown' ? 'completed' : found.status
      if (!isTerminal(status)) return 'running'
      const cause = found === 'unknown' || found.cause === undefined ? {} : { cause: found.cause }
      await live.post({ type: 'call.progressed', status, ref, ...cause })
      return 'over'
    } catch (error) {
      if (engine.scope.closed) return undefined
      engine.logger.warn('the carrier could not be asked how a call is', { call: running.id, error })
      if (delay > 0) await engine.clock.sleep(delay, engine.scope.signal).catch(() => undefined) // the next round sees why
    }
  }
  return undefined
}

function fail(live: LiveCall, id: string, message: string): Promise<void> {
  return live.post({ type: 'command.failed', id, code: 'carrier.failed', message })
}
