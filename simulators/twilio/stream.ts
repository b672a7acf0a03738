/** A media stream: Twilio as the client of the application's WebSocket, for one call and one run of `<Stream>`. */
import type { Frame } from '../sound/frames.ts'
import { frameOf } from '../sound/frames.ts'
import type { SocketFailure, WireSocket } from '../wire.ts'
import type { AudioTap } from './audio.ts'
import type { SimulatedCall } from './call.ts'
import { complain, reportStream } from './callbacks.ts'
import { readAppMessage } from './frame-reader.ts'
import { connectedText, digitText, markText, mediaWriter, startText, stopText } from './frame-text.ts'
import { StreamPlayout } from './playout.ts'
import type { Fields } from './signature.ts'
import { signatureHeader } from './webhook.ts'
import { newSid, note } from './world.ts'

export interface StreamPlan {
  readonly call: SimulatedCall
  readonly url: string
  readonly name: string
  readonly track: 'inbound_track' | 'outbound_track' | 'both_tracks'
  /** `<Connect>`: the application speaks too. */
  readonly bidirectional: boolean
  readonly parameters: Fields
  readonly reporting: { readonly url: string; readonly method: string } | undefined
}

/** `application`: it closed the socket; `twilio`: we stopped; `failed`: never opened; `lost`: the connection broke. */
export type StreamEnd = 'application' | 'twilio' | 'failed' | 'lost'

const handshakeLimit = 5000
/** A peer that stops reading: more than this and its sound is dropped (31930). */
const congested = 1 << 20

export class MediaStream {
  readonly sid: string
  readonly call: SimulatedCall
  readonly name: string
  readonly reporting: StreamPlan['reporting']
  readonly playout: StreamPlayout
  /** Messages of the application that were not of the protocol; Twilio logs only the first. */
  invalid = 0
  /** Media messages sent and received. */
  readonly count = { sent: 0, received: 0, dropped: 0 }
  readonly #plan: StreamPlan
  readonly #ended = Promise.withResolvers<StreamEnd>()
  readonly #warned = new Set<number>()
  readonly #writers: { readonly inbound: MediaWriter; readonly outbound: MediaWriter }
  #socket: WireSocket | undefined
  #open = false
  #over = false
  #stopping: Promise<void> | undefined
  #sequence = 1
  #began = 0
  #held: string[] | undefined
  #lastDue = 0

  constructor(plan: StreamPlan) {
    this.#plan = plan
    this.call = plan.call
    this.name = plan.name
    this.reporting = plan.reporting
    this.sid = newSid(plan.call.world.ids, 'MZ')
    this.#writers = { inbound: mediaWriter(this.sid, 'inbound'), outbound: mediaWriter(this.sid, 'outbound') }
    this.playout = new StreamPlayout((name) => this.#send(markText(this.sid, ++this.#sequence, name)))
    plan.call.streams.push(this)
  }

  get plan(): StreamPlan {
    return this.#plan
  }

  get ended(): Promise<StreamEnd> {
    return this.#ended.promise
  }

  get open(): boolean {
    return this.#open && !this.#over
  }

  connect(): void {
    const { world, account } = this.call
    const { url } = this.#plan
    const headers = { 'user-agent': 'Twilio.TmeWs/1.0', ...signatureHeader(world, account, url, []) }
    this.#note('twilio', `GET ${url} (upgrade)`)
    this.#socket = world.wire.socket(url, headers, handshakeLimit, {
      opened: () => this.#opened(),
      text: (text) => this.#text(text),
      binary: (length) => this.#binary(length),
      closed: (code) => this.#closed(code),
      failed: (failure) => this.#failed(failure),
    })
    this.call.scope.defer(() => {
      const late = world.faults.lateStopMs ?? 0
      const stopped = this.stop(late)
      if (late === 0) return stopped
      return world.background(stopped) // the end of the call is reported before the late stop arrives
    })
  }

  /** Says `stop` and closes, as Twilio does when the call ends or the stream is no longer wanted. Idempotent. */
  stop(lateMs = 0): Promise<void> {
    this.#stopping ??= this.#stop(lateMs)
    return this.#stopping
  }

  /** Cuts the connection without a word. */
  lose(): void {
    this.#socket?.cut()
    this.#end('lost')
  }

  /** The application never gets the socket: told without trying. */
  refuse(code: number, message: string): void {
    complain(this.call, code, message, this.#plan.url)
    reportStream(this, 'stream-error', `${code} ${message}`)
    this.#end('failed')
  }

  async #stop(lateMs: number): Promise<void> {
    const { clock, faults, scope } = this.call.world
    if (lateMs > 0) await clock.sleep(lateMs, scope.signal).catch(() => undefined) // closing does not wait for a fault
    if (this.open && !faults.withoutStop) this.#send(stopText(this.#names(), ++this.#sequence))
    // Messages the jitter fault still holds must leave before the close does.
    const rest = this.#lastDue - clock.monotonic()
    if (rest > 0) await clock.sleep(rest + 1, scope.signal).catch(() => undefined)
    this.#socket?.close(1000)
    this.#end('twilio')
  }

  #opened(): void {
    const { call } = this
    const { faults, clock } = call.world
    if (this.#over || call.over) return this.#socket?.close(1000)
    this.#open = true
    this.#began = clock.monotonic()
    this.#send(connectedText)
    this.#send(startText(this.#names(), tracksOf(this.#plan), this.#plan.parameters))
    if (faults.lateMediaMs) this.#hold(faults.lateMediaMs)
    call.audio.taps.add(this.#tap)
    if (this.#plan.bidirectional) {
      call.audio.player = this.playout
      call.keyed.add(this.#keyed)
    }
    reportStream(this, 'stream-started')
  }

  readonly #keyed = (digit: string): void => this.#send(digitText(this.sid, ++this.#sequence, digit))

  readonly #tap: AudioTap = (said, played, due) => {
    const track = this.#plan.track
    if (track !== 'outbound_track') this.#media('inbound', said, due)
    if (track !== 'inbound_track') this.#media('outbound', frameOf(played), due)
  }

  #media(track: 'inbound' | 'outbound', frame: Frame, due: number): void {
    const { world } = this.call
    if ((this.#socket?.buffered() ?? 0) > congested) {
      this.count.dropped++
      return this.#warn(31930, 'Stream - Media - upstream congestion, audio dropped')
    }
    const timestamp = Math.max(0, Math.round(due - this.#began))
    const text = this.#writers[track](++this.#sequence, timestamp, frame.base64)
    this.count.sent++
    world.onMedia?.({ call: this.call, direction: 'sent', bytes: frame.bytes, at: world.clock.monotonic() })
    this.#send(text, true)
    const every = world.faults.duplicateMediaEvery
    if (every && this.count.sent % every === 0) this.#send(text, true)
  }

  /** Out, in order: at once, or when the faults let it. */
  #send(text: string, media = false): void {
    const { clock, faults, ids } = this.call.world
    if (!this.open) return
    if (media && this.#held) return void this.#held.push(text)
    const now = clock.monotonic()
    if (!faults.mediaJitterMs && this.#lastDue <= now) return this.#write(text, media)
    this.#lastDue = Math.max(this.#lastDue, now + (media ? ids.fraction() * (faults.mediaJitterMs ?? 0) : 0))
    clock.timer(this.#lastDue - now, () => this.#write(text, media))
  }

  #write(text: string, media: boolean): void {
    if (this.#over) return
    this.#note('twilio', text, media)
    this.#socket?.send(text)
  }

  #hold(ms: number): void {
    this.#held = []
    const timer = this.call.world.clock.timer(ms, () => {
      const held = this.#held ?? []
      this.#held = undefined
      for (const text of held) this.#send(text, true)
    })
    this.call.scope.defer(() => timer.cancel())
  }

  #text(text: string): void {
    if (this.#over || !this.#plan.bidirectional) return // one-way streams do not listen
    const message = readAppMessage(text, this.sid)
    this.#note('gateway', text, message.type === 'media')
    switch (message.type) {
      case 'media':
        return this.#received(message.bytes)
      case 'mark':
        return this.playout.mark(message.name)
      case 'clear':
        return this.playout.clear()
      case 'invalid':
        this.invalid++
        return this.#warn(31951, `Stream - Protocol - Invalid Message: ${message.why}`)
      default:
        message satisfies never
    }
  }

  #received(bytes: Uint8Array): void {
    const { world } = this.call
    this.count.received++
    world.onMedia?.({ call: this.call, direction: 'received', bytes, at: world.clock.monotonic() })
    if (!this.playout.write(bytes))
      this.#warn(31931, 'Stream - Media - more than 10 minutes buffered, the rest is discarded')
  }

  #binary(length: number): void {
    this.invalid++
    this.#note('gateway', `(binary message of ${length} bytes)`)
    this.#warn(31950, 'Stream - Protocol - Malformed Message: WebSocket binary format is used')
  }

  /** Twilio sends each of these once per stream. */
  #warn(code: number, message: string): void {
    if (this.#warned.has(code)) return
    this.#warned.add(code)
    complain(this.call, code, message, this.#plan.url)
  }

  #closed(code: number): void {
    this.#note('gateway', `(closed ${code})`)
    if (code === 1006) this.#warn(31921, 'Stream - WebSocket - Close Error: the peer closed abnormally')
    this.#end('application')
  }

  #failed(failure: SocketFailure): void {
    if (this.#over) return
    switch (failure.type) {
      case 'timeout':
        return this.refuse(31901, 'Stream - WebSocket - Connection Timeout')
      case 'refused':
        return this.refuse(31902, 'Stream - WebSocket - Connection Refused')
      case 'malformed':
        this.#socket?.cut()
        return this.refuse(31924, 'Stream - WebSocket - Protocol Error')
      case 'handshake':
        return this.refuse(31920, `Stream - WebSocket - Handshake Error: HTTP ${failure.status} instead of 101`)
      default:
        failure satisfies never
    }
  }

  #end(how: StreamEnd): void {
    if (this.#over) return
    this.#over = true
    this.call.audio.taps.delete(this.#tap)
    this.call.keyed.delete(this.#keyed)
    if (this.call.audio.player === this.playout) this.call.audio.player = undefined
    if (this.#open) reportStream(this, 'stream-stopped')
    this.#ended.resolve(how)
  }

  #names() {
    return { streamSid: this.sid, accountSid: this.call.account.sid, callSid: this.call.sid }
  }

  #note(from: 'twilio' | 'gateway', text: string, media = false): void {
    if (media && this.call.world.keepWire !== 'all') return
    note(this.call.world, { from, kind: 'socket', text }, this.call)
  }
}

type MediaWriter = ReturnType<typeof mediaWriter>

function tracksOf(plan: StreamPlan): readonly string[] {
  if (plan.track === 'both_tracks') return ['inbound', 'outbound']
  return [plan.track === 'inbound_track' ? 'inbound' : 'outbound']
}
