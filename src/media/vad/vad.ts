/** What every voice-activity detector promises: sound in, speech started and ended out. */
import type { AudioSink } from '../../spec/audio.ts'

/**
 * `paused` and `resumed` come between the two, from detectors that are asked for them: no voice for a moment, and voice again.
 * A pause is told again when more is known about it.
 */
export interface VadEvent {
  readonly type: 'started' | 'paused' | 'resumed' | 'ended'
  /** When speech began or ended acoustically, ms of sound since the detector's first sample. */
  readonly atMs: number
  /** How much sound had been written when it was decided, ms: `decidedMs - atMs` is the detector's delay. */
  readonly decidedMs: number
  /** Of a pause: how finished it sounds what was said before it, 0 … 1. */
  readonly finished?: number
}

/** A sink: write the caller's sound; never blocks, never throws, loses nothing under load (models run elsewhere, decisions may come later). */
export interface Vad extends AudioSink, Disposable {
  /** The detector's own confirmation window at a start of speech, ms: the least delay it can have. */
  readonly windowMs: number
  /** True between a started and its ended. */
  readonly speaking: boolean
  listen(listener: (event: VadEvent) => void): Disposable
  /** Somebody else decided that the turn is over: what comes now is a new start, and must be confirmed as one. Tells nothing. */
  rest?(): void
}

/** Makes a detector for sound at `rate` Hz. One per call. */
export type VadFactory = (rate: number) => Vad
