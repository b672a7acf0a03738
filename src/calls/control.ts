/** What people and the API may ask of a call, wherever it runs. */
import type { Actor, AnyCommand, CallCommand, EngineCommand } from '../spec/call.ts'
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
  by?: Actor,
): Promise<{ readonly id: string }> {
  const id = engine.ids.id('cmd')
  if (wanted.type !== 'hangup') expectInProgress(record, wanted)
  else if (isTerminal(record.status)) return { id }
  if (wanted.type === 'transfer') await requireAllowed(engine, record.organization, wanted.to, ownNumber(record))
  await engine.tell(record.id, { type: 'command.requested', id, command: wanted, origin: 'api', ...(by ? { by } : {}) })
  return { id }
}

/** Plays into a call, wherever it runs. `sound`: the WAV of a command that has no text; `by`: who asked. */
export async function play(
  engine: Engine,
  record: CallRecord,
  wanted: EngineCommand,
  { sound, by }: { readonly sound?: Uint8Array; readonly by?: Actor } = {},
): Promise<{ readonly id: string }> {
  expectInProgress(record, wanted)
  const id = engine.ids.id('cmd')
  const carried = {
    ...(sound === undefined ? {} : { sound: Buffer.from(sound).toString('base64') }),
    ...(by ? { by } : {}),
  }
  await engine.reach(record.id, { type: 'play', id, command: wanted, ...carried })
  return { id }
}

function expectInProgress(record: CallRecord, { type }: AnyCommand): void {
  if (isTerminal(record.status))
    throw new OffhookError('call.ended', `Call ${record.id} ended as ${record.status}: it takes no "${type}" any more`)
  if (record.status !== 'in-progress')
    throw new OffhookError(
      'call.state',
      `Call ${record.id} is ${record.status}: "${type}" is possible once it is in progress`,
    )
}
