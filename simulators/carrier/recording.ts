/** A recording of a call: both directions kept as µ-law, given out as WAV. */
import { frameBytes, silentFrame } from '../sound/frames.ts'
import { decodeMulaw, mixMulaw } from '../sound/mulaw.ts'
import { writeWav } from '../sound/wav.ts'
import type { SimulatedCall } from './call.ts'

export type RecordingStatus = 'in-progress' | 'paused' | 'stopped' | 'processing' | 'completed' | 'absent'

export interface RecordingPlan {
  /** The carrier's id of the recording. */
  readonly ref: string
  readonly channels: 1 | 2
  readonly track: 'both' | 'inbound' | 'outbound'
  /** Silence at either end is left out. */
  readonly trim: boolean
  /** Told when it begins and when it is finished. */
  changed(recording: Recording): void
}

/** Begins at once; stops by itself with the call. */
export class Recording<F = unknown> {
  readonly ref: string
  readonly call: SimulatedCall<F>
  readonly plan: RecordingPlan
  readonly startTime: number
  status: RecordingStatus = 'in-progress'
  /** While paused: keep time with silence instead of leaving the gap out. */
  silentPause = false
  readonly #said: Uint8Array[] = []
  readonly #played: Uint8Array[] = []
  readonly #stopTap: () => void

  constructor(call: SimulatedCall<F>, plan: RecordingPlan) {
    this.call = call
    this.plan = plan
    this.ref = plan.ref
    this.startTime = call.world.clock.now()
    const tap = (said: { readonly bytes: Uint8Array }, played: Uint8Array) => this.#keep(said.bytes, played)
    call.audio.taps.add(tap)
    this.#stopTap = () => call.audio.taps.delete(tap)
    call.recordings.push(this)
    call.world.recordings.set(this.ref, this)
    call.scope.defer(() => this.stop())
    plan.changed(this)
  }

  get over(): boolean {
    return this.status === 'completed' || this.status === 'absent' || this.status === 'stopped'
  }

  get ms(): number {
    return (this.#said.length * frameBytes) / 8
  }

  /** Whole seconds, as carriers tell them. */
  get seconds(): number {
    return Math.round(this.ms / 1000)
  }

  pause(silent: boolean): void {
    this.status = 'paused'
    this.silentPause = silent
  }

  resume(): void {
    this.status = 'in-progress'
  }

  /** Finishes and reports. Idempotent. */
  stop(): void {
    if (this.over) return
    this.#stopTap()
    if (this.plan.trim) this.#cut()
    this.status = this.#said.length > 0 ? 'completed' : 'absent'
    this.plan.changed(this)
  }

  wav(): Uint8Array {
    const { track, channels } = this.plan
    const said = Buffer.concat(track === 'outbound' ? [] : this.#said)
    const played = Buffer.concat(track === 'inbound' ? [] : this.#played)
    const sides = channels === 2 ? [said, played] : [mixMulaw(said, played)]
    return writeWav({ rate: 8000, channels: sides.map(decodeMulaw) })
  }

  #keep(said: Uint8Array, played: Uint8Array): void {
    if (this.status === 'paused' && !this.silentPause) return
    const silent = this.status === 'paused'
    this.#said.push(silent ? silentFrame.bytes : said)
    this.#played.push(silent ? silentFrame.bytes : played)
  }

  /** Nothing silent at either end. */
  #cut(): void {
    const silent = (at: number) => this.#said[at] === silentFrame.bytes && this.#played[at] === silentFrame.bytes
    let from = 0
    while (from < this.#said.length && silent(from)) from++
    let to = this.#said.length
    while (to > from && silent(to - 1)) to--
    for (const side of [this.#said, this.#played]) {
      side.length = to
      side.splice(0, from)
    }
  }
}
