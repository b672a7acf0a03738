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

/** Sound per write to the file. */
const blockMs = 1000
/** How long a block stays open: a network may stall that long before the caller's sound is taken for a gap. */
const lookAheadMs = 1000
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

  constructor({ clock, file, rate = 8000, failed }: RecorderOptions) {
    this.#clock = clock
    this.#file = file
    this.#rate = rate
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
    while (this.#done < end && !this.#broken) this.#write(Math.min(end, this.#done + this.#samples(blockMs)))
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
    const due = this.#start + ((this.#done * 1000) / this.#rate + blockMs + lookAheadMs)
    return this.#clock.timer(due - this.#clock.monotonic(), () => {
      const ripe = this.#at(this.#clock.monotonic()) - this.#samples(lookAheadMs)
      const block = this.#samples(blockMs)
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
