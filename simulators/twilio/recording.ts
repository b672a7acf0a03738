/** A recording of a call: both directions kept as µ-law, given out as WAV. */
import { frameBytes, silentFrame } from '../sound/frames.ts'
import { decodeMulaw, mixMulaw } from '../sound/mulaw.ts'
import { writeWav } from '../sound/wav.ts'
import type { SimulatedCall } from './call.ts'
import { reportRecording } from './callbacks.ts'
import { newSid } from './world.ts'

export type RecordingStatus = 'in-progress' | 'paused' | 'stopped' | 'processing' | 'completed' | 'absent'

export interface RecordingPlan {
  readonly source: 'OutboundAPI' | 'StartCallRecordingAPI' | 'DialVerb' | 'RecordVerb'
  readonly channels: 1 | 2
  readonly track: 'both' | 'inbound' | 'outbound'
  readonly trim: boolean
  readonly reporting:
    | { readonly url: string; readonly method: string; readonly events: ReadonlySet<string> }
    | undefined
}

/** Begins at once; stops by itself with the call. */
export function startRecording(call: SimulatedCall, plan: RecordingPlan): Recording {
  return new Recording(call, plan)
}

export class Recording {
  readonly sid: string
  readonly call: SimulatedCall
  readonly channels: 1 | 2
  readonly source: RecordingPlan['source']
  readonly track: RecordingPlan['track']
  readonly reporting: RecordingPlan['reporting']
  readonly startTime: number
  status: RecordingStatus = 'in-progress'
  /** While paused: keep time with silence instead of leaving the gap out. */
  silentPause = false
  readonly #said: Uint8Array[] = []
  readonly #played: Uint8Array[] = []
  readonly #trim: boolean
  readonly #stopTap: () => void

  constructor(call: SimulatedCall, plan: RecordingPlan) {
    this.call = call
    this.sid = newSid(call.world.ids, 'RE')
    this.channels = plan.channels
    this.source = plan.source
    this.track = plan.track
    this.reporting = plan.reporting
    this.#trim = plan.trim
    this.startTime = call.world.clock.now()
    const tap = (said: { readonly bytes: Uint8Array }, played: Uint8Array) => this.#keep(said.bytes, played)
    call.audio.taps.add(tap)
    this.#stopTap = () => call.audio.taps.delete(tap)
    call.recordings.push(this)
    call.world.recordings.set(this.sid, this)
    call.scope.defer(() => this.stop())
    call.world.background(reportRecording(this))
  }

  get over(): boolean {
    return this.status === 'completed' || this.status === 'absent' || this.status === 'stopped'
  }

  /** Whole seconds, as Twilio tells them. */
  get seconds(): number {
    return Math.round((this.#said.length * frameBytes) / 8000)
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
    if (this.#trim) this.#cut()
    this.status = this.#said.length > 0 ? 'completed' : 'absent'
    this.call.world.background(reportRecording(this))
  }

  wav(): Uint8Array {
    const said = Buffer.concat(this.track === 'outbound' ? [] : this.#said)
    const played = Buffer.concat(this.track === 'inbound' ? [] : this.#played)
    const sides = this.channels === 2 ? [said, played] : [mixMulaw(said, played)]
    return writeWav({ rate: 8000, channels: sides.map(decodeMulaw) })
  }

  #keep(said: Uint8Array, played: Uint8Array): void {
    if (this.status === 'paused' && !this.silentPause) return
    const silent = this.status === 'paused'
    this.#said.push(silent ? silentFrame.bytes : said)
    this.#played.push(silent ? silentFrame.bytes : played)
  }

  /** `trim-silence`: nothing at either end. */
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
