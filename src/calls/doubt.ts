/** A dial in doubt: after a crash, or without an answer, nobody knows whether the carrier took it. It is asked; nothing is repeated blindly. */
import type { CallCommand, CallStatus } from '../spec/call.ts'
import { carryOut } from './commands.ts'
import type { LiveCall } from './live.ts'
import { requesterOf } from './noting.ts'
import { nowOf, runOperation } from './operation.ts'

/** The carrier is asked again after these ms while it cannot be reached; then the call counts as failed. */
const patience = [1_000, 5_000, 15_000, 60_000]
/** A dial that this process sent may show at the carrier a little later: asked again after these ms while it does not. */
const lateness = [1_000, 3_000, 6_000]

export async function lookUpDial(live: LiveCall, id: string, command: CallCommand): Promise<void> {
  const { engine, running } = live
  const waits = { unreachable: [...patience], unknown: live.dialled ? [...lateness] : [], unsure: [...lateness] }
  // A status callback may settle it meanwhile.
  while (running.call.pending.some((one) => one.id === id)) {
    const found = await findDial(live)
    if (typeof found === 'object') {
      await live.post({ type: 'command.accepted', id, ref: found.ref })
      return live.post({ type: 'call.progressed', status: found.status, ref: found.ref })
    }
    const wait = found === 'impossible' ? undefined : waits[found].shift()
    if (wait !== undefined) await engine.clock.sleep(wait, engine.scope.signal)
    else if (found === 'unknown' && !live.dialled) return carryOut(live, id, command)
    else return live.post({ type: 'command.failed', id, code: 'carrier.failed', message: lost[found] })
  }
}

const lost = {
  unknown: 'The carrier did not answer the dial, and knows no such call; it was not repeated',
  unsure: 'The carrier did not answer the dial, and cannot say whether it took it; it was not repeated',
  unreachable: 'It is not known whether the carrier took the dial, and it could not be asked; it was not repeated',
  impossible: 'It is not known whether the carrier took the dial, and it cannot be asked; it was not repeated',
} as const

type Found = { readonly ref: string; readonly status: CallStatus } | 'unknown' | 'unsure' | 'unreachable' | 'impossible'

async function findDial(live: LiveCall): Promise<Found> {
  const { engine, running } = live
  const { carrier: name, connection: id } = running.call.plan
  const { lookup, settings } = engine.carrier(name)
  if (!lookup) return 'impossible'
  try {
    const connection = await engine.connection(id)
    const found = await runOperation(
      lookup(running.seen, settings.parse(connection.settings), nowOf(engine)),
      requesterOf(live, connection),
      engine.scope.signal,
    )
    if (found === 'unknown' || found === 'unsure') return found
    // Carriers are asked by numbers and time: what they find may be another call of ours.
    const taken = await engine.store.calls.findByRef(id, found.ref)
    return taken && taken.id !== running.id ? 'unknown' : found
  } catch (error) {
    engine.logger.warn('the carrier could not be asked about a call in doubt', { call: running.id, error })
    return 'unreachable'
  }
}
