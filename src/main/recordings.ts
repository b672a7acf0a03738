/** Recordings on disk: one WAV per call in the data folder, readable by its owner alone. */
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Span } from '../api/range.ts'
import { recordCall, type CallRecording } from '../calls/recording.ts'
import type { Call } from '../calls/machine.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import { createRecordingFile, mendRecording } from '../media/recorder-file.ts'

export interface RecordingFolder {
  open(call: Call, rate: number): Promise<CallRecording>
  /** Undefined when there is no such recording. */
  read(
    name: string,
  ): Promise<{ readonly size: number; readonly open: (part?: Span) => NodeJS.ReadableStream } | undefined>
  path(name: string): string
  /** Removes all pieces of a call's recording; fine when there are none. */
  remove(call: string): Promise<void>
  /** Completes what a process that died left of a call's recording. False when there was nothing to do. */
  mend(call: string): Promise<boolean>
}

/** A name of ours: a call id, and a number when the call was recorded in pieces. */
const ours = /^call_[0-9a-z]+(-\d+)?\.wav$/

export function recordingFolder(folder: string, clock: Clock, logger: Logger): RecordingFolder {
  const path = (name: string): string => join(folder, name)
  return {
    path,
    async mend(call) {
      const file = path(`${call}.wav`)
      return (await sizeOf(file)) === undefined ? false : mendRecording(file)
    },
    async remove(call) {
      const pieces = (await namesIn(folder)).filter((name) => ours.test(name) && callOf(name) === call)
      for (const name of pieces) await rm(path(name), { force: true })
    },
    async open(call, rate) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const { name, file } = await fresh(call.plan.id, path)
      return recordCall({ name, file, rate, clock, logger: logger.child({ call: call.plan.id }) })
    },
    async read(name) {
      if (!ours.test(name)) return undefined
      const size = await sizeOf(path(name))
      return size === undefined ? undefined : { size, open: (part) => createReadStream(path(name), part) }
    },
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [] // node's file errors carry a code
    throw error
  }
}

function callOf(name: string): string {
  return name.replace(/(-\d+)?\.wav$/, '')
}

/** After a restart in mid-call there is a first piece already: nothing is written over. */
async function fresh(id: string, path: (name: string) => string) {
  for (let piece = 1; ; piece++) {
    const name = piece === 1 ? `${id}.wav` : `${id}-${piece}.wav`
    try {
      return { name, file: await createRecordingFile(path(name)) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error // node's file errors carry a code
    }
  }
}

function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    (found) => found.size,
    () => undefined,
  )
}
