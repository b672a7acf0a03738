/** Kept inputs of calls: one file each in the data folder, and a further one each time a call is taken up again. */
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { plain } from '../calls/inputs.ts'
import type { Call } from '../calls/machine.ts'
import type { Clock } from '../lib/clock.ts'
import { LibError } from '../lib/failure.ts'
import { isJsonObject, type JsonValue } from '../lib/json.ts'
import type { Logger } from '../lib/log.ts'
import { createRecorder, type InputRecorder } from '../lib/recorder.ts'
import { gapKind, readHeader, readRecording, type RecordedInput } from '../lib/recording.ts'
import { OffhookError } from '../spec/errors.ts'

/** The header holds the call as it was before the first input: with it and the inputs the call can be run again. */
export function replayFolder(folder: string, clock: Clock, log: Logger): (call: Call) => InputRecorder {
  return (call) =>
    createRecorder({
      path: fresh(folder, call.plan.id),
      call: call.plan.id,
      clock,
      log,
      about: { call: plain(call) },
    })
}

/** After a restart in mid-call there is a first piece already: nothing is written over. */
function fresh(folder: string, id: string): string {
  for (let piece = 1; ; piece++) {
    const path = join(folder, piece === 1 ? `${id}.jsonl` : `${id}-${piece}.jsonl`)
    if (!existsSync(path)) return path
  }
}

export interface Replay {
  readonly call: Call
  readonly inputs: readonly RecordedInput[]
}

/** Rejects with an OffhookError that says what is wrong with the file. */
export async function readReplay(path: string): Promise<Replay> {
  const found = await stat(path).catch((error: unknown) => error as NodeJS.ErrnoException) // node's file errors carry a code
  if (found instanceof Error)
    throw new OffhookError('request.invalid', `"${path}" cannot be read: ${found.message}`, { cause: found })
  if (!found.isFile()) throw new OffhookError('request.invalid', `"${path}" is no file`)
  try {
    const { about } = await readHeader(path)
    const call = callOf(about['call'])
    if (!call) throw new OffhookError('recording.invalid', `"${path}" does not say which call it is of`)
    const inputs = await Array.fromAsync(readRecording(path))
    const gap = inputs.find(({ kind }) => kind === gapKind)
    if (gap)
      throw new OffhookError(
        'recording.invalid',
        `"${path}" has a gap of ${String(gap.data)} input(s) that the disk lost: what came after it cannot be replayed`,
      )
    return { call, inputs }
  } catch (error) {
    if (error instanceof LibError) throw new OffhookError('recording.invalid', error.message, { cause: error })
    throw error
  }
}

function callOf(value: JsonValue | undefined): Call | undefined {
  if (!isJsonObject(value)) return undefined
  const { plan, status, media, pending } = value
  const whole =
    isJsonObject(plan) &&
    typeof plan['id'] === 'string' &&
    typeof plan['carrier'] === 'string' &&
    typeof status === 'string' &&
    typeof media === 'string' &&
    Array.isArray(pending)
  // Written by `replayFolder` from a Call: its members are looked at, its words trusted.
  return whole ? (value as unknown as Call) : undefined
}
