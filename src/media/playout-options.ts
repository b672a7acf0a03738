/** What a playout is given, what it tells, and what it does when not told otherwise. */
import type { Clock } from '../lib/clock.ts'
import type { Playout } from '../spec/audio.ts'

/** Sees every frame at the time it is due to be heard: the recorder's way in. */
export interface PlayoutTap {
  /** `at`: monotonic ms at which the first sample is due. The frame may not be kept. */
  heard(frame: Int16Array, at: number): void
  /** Nothing due after `at` was heard. */
  cleared(at: number): void
}

export interface PlayoutOptions {
  readonly clock: Clock
  /** Hz of the sound written and sent. */
  readonly rate: number
  /** Sound per frame, ms. */
  readonly frameMs: number
  /** How far ahead of real time the carrier may be sent sound, ms. Less than one frame: strictly paced. Default 0. */
  readonly leadMs?: number
  /** Sound that may wait here, ms. When full the newest is refused and counted: what was said first is heard whole. Default 60 000. */
  readonly limitMs?: number
  /** Exactly one frame; valid only during the call. */
  send(frame: Int16Array): void
  /** Present when the carrier echoes marks; the owner calls `marked` when one comes back. */
  sendMark?(name: string): void
  /** Present when the carrier can drop what it has; without it, what was sent will be heard. */
  sendClear?(): void
  /** Shift of this call's ticks, ms, so that calls do not tick together. Default: the pacer deals them out. */
  readonly phaseMs?: number
  /** A frame that waited this long beyond its deadline is late. Default 10. */
  readonly lateMs?: number
  /** How long after its expected time a mark's echo counts as lost. Default 1000. */
  readonly markMarginMs?: number
  /** What the way to the ear takes when no mark has told yet, ms. Default 0. */
  readonly latencyMs?: number
  /** Sends a mark of its own behind the first frame: until one came back nothing is known of the way to the ear. Default: no. */
  readonly probe?: boolean
  /** Silence after which a new run of sound begins even without `flush`. Default 250. */
  readonly gapMs?: number
  readonly tap?: PlayoutTap
  /**
   * How far behind its schedule sound that comes frame by frame, as it is made, may be and still go out at once, ms. For far
   * ends whose own buffer takes a burst up and shrinks again (RTP); elsewhere every stall would be heard later for good. Default 0.
   */
  readonly liveCatchUpMs?: number
  /** Where the frames go, for the printed path. Default `wire`. */
  readonly to?: string
}

export const playoutDefaults = {
  leadMs: 0,
  limitMs: 60_000,
  lateMs: 10,
  markMarginMs: 1000,
  latencyMs: 0,
  probe: false,
  gapMs: 250,
  liveCatchUpMs: 0,
  to: 'wire',
} as const satisfies Partial<PlayoutOptions>

export interface PlayoutStats {
  readonly framesSent: number
  /** Sent more than `lateMs` after their deadline though they were here in time. */
  readonly lateFrames: number
  /** Refused because the queue was full. */
  readonly droppedMs: number
  /** Times the carrier ran dry in the middle of a run. */
  readonly underruns: number
  /** Echoes of marks that never came. */
  readonly marksLost: number
}

export interface CarrierPlayout extends Playout, Disposable {
  readonly stats: PlayoutStats
  flush(): void
  /** The carrier returned a mark: `cleared` when it says the sound was dropped. */
  marked(name: string, cleared: boolean): void
  /** The carrier asks for silence on the wire (XOFF); sound waits here. */
  pause(): void
  resume(): void
  /** Idempotent. Drops what waits; marks end as cleared, `drained` resolves. */
  close(): void
}
