/** Commands in doubt: after a crash nobody knows whether the carrier took them. The carrier is asked; nothing is repeated blindly. */
import type { CallCommand } from '../spec/call.ts'
import { carryOut } from './commands.ts'
import type { LiveCall } from './live.ts'
import { runOperation } from './operation.ts'

/** The carrier is asked again after these ms while it cannot be reached; then the call counts as failed. */
const patience = [1_000, 5_000, 15_000, 60_000]

export async function lookUp(live: LiveCall, id: string, command: CallCommand): Promise<void> {
  // What sets a state may be said twice: only a dial, a transfer or a message would be done twice.
  if (command.type === 'hangup' || command.type === 'record' || command.type === 'reject')
    return carryOut(live, id, command)
  if (command.type === 'dial') return lookUpDial(live, id, command)
  await live.post({
    type: 'command.failed',
    id,
    code: 'carrier.failed',
    message: `It is not known whether the carrier took "${command.type}" before the restart; it was not repeated`,
  })
}

async function lookUpDial(live: LiveCall, id: string, command: CallCommand): Promise<void> {
  const { engine, running } = live
  const carrier = engine.carrier(running.call.plan.carrier)
  const connection = await engine.connection(running.call.plan.connection)
  for (const delay of [...patience, 0]) {
    // A status callback may have settled it meanwhile.
    if (!running.call.pending.some((one) => one.id === id)) return
    try {
      if (!carrier.lookup) break
      const operation = carrier.lookup(running.seen, carrier.settings.parse(connection.settings))
      const found = await runOperation(operation, engine.request, engine.scope.signal)
      if (found === 'unknown') return await carryOut(live, id, command)
      await live.post({ type: 'command.accepted', id, ref: found.ref })
      return await live.post({ type: 'call.progressed', status: found.status, ref: found.ref })
    } catch (error) {
      engine.logger.warn('the carrier could not be asked about a call in doubt', { call: running.id, error })
      if (delay > 0) await engine.clock.sleep(delay, engine.scope.signal)
    }
  }
  await live.post({
    type: 'command.failed',
    id,
    code: 'carrier.failed',
    message:
      'It is not known whether the carrier took the dial before the restart, and it could not be asked; it was not repeated',
  })
}
