/** A call on record: the caller left, the agent as the caller heard it right, both on the clock's own time. */
import type { Clock, Timer } from '../lib/clock.ts'
import type { AudioSink } from '../spec/audio.ts'
import type { PlayoutTap } from './playout-options.ts'
import { ArrivingTrack, PlacedTrack } from './recorder-track.ts'
import { wavHeader } from './wav.ts'

/** Where a recording goes. Calls come one after the other, each when the last has settled. */
export interface RecordingFile {
  /** Adds to the end. */
  write(bytes: Uint8Array): Promise<void>
  /** Writes over the beginning. */
  patch(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

export interface RecorderOptions {
  readonly clock: Clock
  readonly file: RecordingFile
  /** Hz of the file, and of what both sides write. Default 8000. */
  readonly rate?: number
  /** Sound per write, ms. Default 1000: few writes. Less, for those who listen while it is spoken. */
  readonly blockMs?: number
  /** How long a block stays open, ms. Default 1000: a network may stall that long before the caller's sound is taken for a gap. */
  readonly lookAheadMs?: number
  /** Told once when the file cannot be written; the recording ends there. */
  readonly failed?: (error: unknown) => void
}

export interface Recorder {
  /** The caller's sound, as it arrives. */
  readonly caller: AudioSink
  /** The playout's tap: what the agent said and the caller heard. Frames have the recorder's rate. */
  readonly agent: PlayoutTap
  readonly stats: RecorderStats
  /** Idempotent. Writes what is left and resolves when the file is closed. */
  close(): Promise<void>
}

export interface RecorderStats {
  /** On record so far, ms. */
  readonly durationMs: number
  /** Caller's sound left out because it came faster than real time, ms. */
  readonly excessMs: number
}

const defaults = { rate: 8000, blockMs: 1000, lookAheadMs: 1000 } as const satisfies Partial<RecorderOptions>
/** Half a frame: two tracks stay within one frame of each other. */
const toleranceMs = 10
/** Blocks after which the header is brought up to date, so that a file whose process died reads nearly to its end. */
const blocksPerHeader = 10
/** A disk this many blocks behind has failed. */
const mostBlocksWaiting = 60

export function createRecorder(options: RecorderOptions): Recorder {
  return new StereoRecorder(options)
}

class StereoRecorder implements Recorder {
  readonly caller: AudioSink
  readonly agent: PlayoutTap
  readonly #clock: Clock
  readonly #file: RecordingFile
  readonly #rate: number
  readonly #blockMs: number
  readonly #lookAheadMs: number
  readonly #failed: ((error: unknown) => void) | undefined
  readonly #start: number
  readonly #left: ArrivingTrack
  readonly #right = new PlacedTrack(1)
  #timer: Timer
  /** Samples handed to the file. */
  #done = 0
  #blocks = 0
  #waiting = 0
  #broken = false
  #tail: Promise<void>
  #closing: Promise<void> | undefined

  constructor(options: RecorderOptions) {
    const { clock, file, rate, blockMs, lookAheadMs, failed } = { ...defaults, ...options }
    this.#clock = clock
    this.#file = file
    this.#rate = rate
    this.#blockMs = blockMs
    this.#lookAheadMs = lookAheadMs
    this.#failed = failed
    this.#start = clock.monotonic()
    this.#left = new ArrivingTrack(0, this.#samples(toleranceMs))
    const open = () => !this.#broken && !this.#closing
    this.caller = {
      rate,
      write: (pcm) => {
        if (pcm.length > 0 && open()) this.#left.add(pcm, this.#at(clock.monotonic()))
      },
      toString: () => `recorder(${rate} Hz, left)`,
    }
    this.agent = {
      heard: (frame, at) => {
        if (open()) this.#right.place(frame, this.#at(at))
      },
      cleared: (at) => this.#right.cut(this.#at(at)),
    }
    this.#tail = file.write(wavHeader({ rate, channels: 2 })).catch((error: unknown) => this.#break(error))
    this.#timer = this.#nextBlock()
  }

  get stats(): RecorderStats {
    return { durationMs: (this.#done * 1000) / this.#rate, excessMs: (this.#left.excess * 1000) / this.#rate }
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish()
    return this.#closing
  }

  async #finish(): Promise<void> {
    this.#timer.cancel()
    const end = this.#at(this.#clock.monotonic())
    while (this.#done < end && !this.#broken) this.#write(Math.min(end, this.#done + this.#samples(this.#blockMs)))
    this.#queue(() => this.#file.patch(this.#header()))
    await this.#tail
    await this.#file.close().catch((error: unknown) => this.#break(error))
  }

  #samples(ms: number): number {
    return Math.round((ms * this.#rate) / 1000)
  }

  #at(time: number): number {
    return this.#samples(time - this.#start)
  }

  /** Blocks stand on an absolute schedule; a late timer writes several. */
  #nextBlock(): Timer {
    const due = this.#start + ((this.#done * 1000) / this.#rate + this.#blockMs + this.#lookAheadMs)
    return this.#clock.timer(due - this.#clock.monotonic(), () => {
      const ripe = this.#at(this.#clock.monotonic()) - this.#samples(this.#lookAheadMs)
      const block = this.#samples(this.#blockMs)
      while (this.#done + block <= ripe && !this.#broken) this.#write(this.#done + block)
      if (!this.#broken) this.#timer = this.#nextBlock()
    })
  }

  #write(to: number): void {
    if (this.#waiting >= mostBlocksWaiting) {
      this.#break(new Error(`the disk is ${this.#waiting} s behind`))
      return
    }
    const block = { samples: new Int16Array((to - this.#done) * 2), from: this.#done, to }
    this.#left.pour(block)
    this.#right.pour(block)
    this.#done = to
    this.#queue(() => this.#file.write(new Uint8Array(block.samples.buffer)))
    if (++this.#blocks % blocksPerHeader === 0) {
      const header = this.#header()
      this.#queue(() => this.#file.patch(header))
    }
  }

  #queue(work: () => Promise<void>): void {
    this.#waiting++
    this.#tail = this.#tail
      .then(() => (this.#broken ? undefined : work()))
      .catch((error: unknown) => this.#break(error))
      .finally(() => this.#waiting--)
  }

  #header(): Uint8Array {
    return wavHeader({ rate: this.#rate, channels: 2, dataBytes: this.#done * 4 })
  }

  #break(error: unknown): void {
    if (this.#broken) return
    this.#broken = true
    this.#timer.cancel()
    this.#failed?.(error)
  }
}
