/** Our own recording of a call: the caller on the left, what they heard on the right. */
import type { AudioSink } from '../spec/audio.ts'

export interface CallRecording {
  /** The file's name, without its folder. */
  readonly name: string
  /** What the caller says. */
  readonly said: AudioSink
  /** What the caller hears. */
  readonly heard: AudioSink
  /** Completes the file. Resolves to its length in seconds. */
  finish(): Promise<number>
}
