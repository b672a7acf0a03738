/** Kept inputs of calls: one file each in the data folder. */
import { join } from 'node:path'
import { plain } from '../calls/inputs.ts'
import type { Call } from '../calls/machine.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import { createRecorder, type InputRecorder } from '../lib/recorder.ts'

/** The header holds the call's plan: with it and the inputs the call can be run again. */
export function replayFolder(folder: string, clock: Clock, log: Logger): (call: Call) => InputRecorder {
  return (call) =>
    createRecorder({
      path: join(folder, `${call.plan.id}.jsonl`),
      call: call.plan.id,
      clock,
      log,
      about: { plan: plain(call.plan) },
    })
}
