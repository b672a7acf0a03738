/** What people and the API may ask of a call, wherever it runs. */
import type { CallCommand } from '../spec/call.ts'
import { OffhookError } from '../spec/errors.ts'
import type { CallRecord } from '../store/contract.ts'
import type { Engine } from './engine.ts'
import { isTerminal } from './machine.ts'
import { ownNumber, requireAllowed } from './targets.ts'

/** Asks for a command: journaled when this resolves, carried out by the process that has the call. Hanging up an ended call is fine. */
export async function command(
  engine: Engine,
  record: CallRecord,
  wanted: CallCommand,
): Promise<{ readonly id: string }> {
  const id = engine.ids.id('cmd')
  if (isTerminal(record.status)) {
    if (wanted.type === 'hangup') return { id }
    throw new OffhookError(
      'call.ended',
      `Call ${record.id} ended as ${record.status}: it takes no "${wanted.type}" any more`,
    )
  }
  if (wanted.type !== 'hangup' && record.status !== 'in-progress')
    throw new OffhookError(
      'call.state',
      `Call ${record.id} is ${record.status}: "${wanted.type}" is possible once it is in progress`,
    )
  if (wanted.type === 'transfer') await requireAllowed(engine, record.organization, wanted.to, ownNumber(record))
  await engine.tell(record.id, { type: 'command.requested', id, command: wanted, origin: 'api' })
  return { id }
}

/** Makes the agent of a call say something, wherever it runs. */
export async function say(engine: Engine, record: CallRecord, text: string): Promise<void> {
  const said = !isTerminal(record.status) && (await engine.reach(record.id, { type: 'say', text }))
  if (!said) throw new OffhookError('call.state', `Call ${record.id} has no running conversation`)
}
