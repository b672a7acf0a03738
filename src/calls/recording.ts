/** Our own recording of a call: the caller on the left, what they heard on the right. */
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import type { PlayoutTap } from '../media/playout-options.ts'
import { createRecorder, type RecordingFile } from '../media/recorder.ts'
import type { AudioSink } from '../spec/audio.ts'

export interface CallRecording {
  /** The file's name, without its folder. */
  readonly name: string
  /** What the caller says. */
  readonly said: AudioSink
  /** What the caller hears. */
  readonly heard: PlayoutTap
  /** Completes the file. Resolves to its length in seconds. */
  finish(): Promise<number>
}

export interface RecordingOptions {
  readonly name: string
  readonly file: RecordingFile
  /** Hz of the line. */
  readonly rate: number
  readonly clock: Clock
  readonly logger: Logger
}

export function recordCall({ name, file, rate, clock, logger }: RecordingOptions): CallRecording {
  const failed = (error: unknown): void =>
    logger.error('the recording ended early: its file cannot be written', { error })
  const recorder = createRecorder({ clock, file, rate, failed })
  return {
    name,
    said: recorder.caller,
    heard: recorder.agent,
    async finish() {
      await recorder.close()
      return recorder.stats.durationMs / 1000
    },
  }
}
