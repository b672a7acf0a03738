/** What every voice-activity detector promises: sound in, speech started and ended out. */
import type { AudioSink } from '../../spec/audio.ts'

export interface VadEvent {
  readonly type: 'started' | 'ended'
  /** When the speech began or ended acoustically, ms of sound since the detector's first sample. */
  readonly atMs: number
  /** How much sound had been written when it was decided, ms: `decidedMs - atMs` is the detector's delay. */
  readonly decidedMs: number
}

/** A sink: write the caller's sound; never blocks, never throws, loses nothing under load (models run elsewhere, decisions may come later). */
export interface Vad extends AudioSink, Disposable {
  /** The detector's own confirmation window at a start of speech, ms: the least delay it can have. */
  readonly windowMs: number
  /** True between a started and its ended. */
  readonly speaking: boolean
  listen(listener: (event: VadEvent) => void): Disposable
}

/** Makes a detector for sound at `rate` Hz. One per call. */
export type VadFactory = (rate: number) => Vad
