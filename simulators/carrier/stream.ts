/** A media stream: the carrier as the client of the application's WebSocket, for one call. What is written on it is the framing's business. */
import { frameOf, type Frame } from '../sound/frames.ts'
import type { SocketFailure, WireSocket } from '../wire.ts'
import type { AudioTap } from './audio.ts'
import type { SimulatedCall } from './call.ts'
import { LateQueue } from './late.ts'
import { StreamPlayout } from './playout.ts'
import { note } from './world.ts'

export type Message = string | Uint8Array

/** What the application said. Sound is µ-law, 8 kHz, whatever it was on the wire. */
export type AppMessage =
  | { readonly type: 'media'; readonly bytes: Uint8Array }
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'clear' }
  /** Keys for the person. */
  | { readonly type: 'digits'; readonly digits: string }
  /** The application ends the stream by a message. */
  | { readonly type: 'stop' }
  /** Taken without a word, and without effect. */
  | { readonly type: 'ignored' }
  /** Not of the protocol: ignored, and complained about. `code` as the carrier counts its errors. */
  | { readonly type: 'invalid'; readonly why: string; readonly code?: number }

/** How one carrier writes and reads on its sockets: made anew for each stream, so it may count. */
export interface Framing {
  opening(): readonly Message[]
  /** 20 ms of a track; undefined while more is collected. `at`: ms since the stream opened. */
  media(track: Track, frame: Frame, at: number): Message | undefined
  digit?(digit: string): Message
  /** What was sent before this mark has been played. */
  mark(name: string): Message
  /** The queue was cleared. */
  cleared?(): Message
  /** The carrier tells the application that its message was wrong. */
  refused?(message: Extract<AppMessage, { type: 'invalid' }>): Message
  closing?(): readonly Message[]
  read(message: Message): AppMessage
  readonly marksWhenCleared: 'returned' | 'dropped'
  /** Clearing takes so long, ms; sound that comes meanwhile is lost. Default: none. */
  readonly clearingMs?: number
  /** More sound than this is not queued, ms. */
  readonly bufferMs: number
}

export type Track = 'inbound' | 'outbound'

/** `application`: it closed the socket; `carrier`: we stopped; `failed`: never opened; `lost`: the connection broke. */
export type StreamEnd = 'application' | 'carrier' | 'failed' | 'lost'

export type Trouble =
  | { readonly type: 'congested' | 'overflow' | 'abnormal' }
  | { readonly type: 'invalid'; readonly why: string; readonly code?: number }
  /** The socket never came to be. */
  | { readonly type: 'failed'; readonly failure: SocketFailure }

export interface StreamPlan {
  readonly call: SimulatedCall
  /** The carrier's id of the stream. */
  readonly ref: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly tracks: readonly Track[]
  /** The application speaks too. */
  readonly bidirectional: boolean
  readonly framing: Framing
  readonly name?: string
  readonly handshakeMs?: number
  readonly told: {
    opened?(stream: MediaStream): void
    ended?(stream: MediaStream, how: StreamEnd): void
    /** Each kind (and code) is told once per stream. */
    troubled(stream: MediaStream, trouble: Trouble): void
  }
}

/** A peer that stops reading: more than this and its sound is dropped. */
const congested = 1 << 20

export class MediaStream {
  readonly ref: string
  readonly call: SimulatedCall
  readonly plan: StreamPlan
  readonly playout: StreamPlayout
  /** Messages of the application that were not of the protocol. */
  invalid = 0
  /** Media messages sent and received. */
  readonly count = { sent: 0, received: 0, dropped: 0 }
  readonly #ended = Promise.withResolvers<StreamEnd>()
  readonly #begun = Promise.withResolvers<void>()
  readonly #warned = new Set<string>()
  readonly #late: LateQueue
  #socket: WireSocket | undefined
  #open = false
  #over = false
  #clearing = false
  #stopping: Promise<void> | undefined
  #began = 0
  #held: Message[] | undefined

  constructor(plan: StreamPlan) {
    this.plan = plan
    this.call = plan.call
    this.ref = plan.ref
    this.playout = new StreamPlayout((name) => this.#send(plan.framing.mark(name)), plan.framing.bufferMs)
    this.#late = new LateQueue(plan.call.world)
    plan.call.streams.push(this)
  }

  get ended(): Promise<StreamEnd> {
    return this.#ended.promise
  }

  /** The socket is there, and its first messages were sent. */
  get begun(): Promise<void> {
    return this.#begun.promise
  }

  get open(): boolean {
    return this.#open && !this.#over
  }

  connect(): void {
    const { world } = this.call
    const { url, headers, handshakeMs = 5000 } = this.plan
    this.#note('carrier', `GET ${url} (upgrade)`)
    this.#socket = world.wire.socket(url, headers, handshakeMs, {
      opened: () => this.#opened(),
      text: (text) => this.#heard(text),
      binary: (bytes) => this.#heard(bytes),
      closed: (code) => this.#closed(code),
      failed: (failure) => this.fail(failure),
    })
    this.call.scope.defer(() => {
      const late = world.faults.lateStopMs ?? 0
      const stopped = this.stop(late)
      if (late === 0) return stopped
      return world.background(stopped) // the end of the call is reported before the late stop arrives
    })
  }

  /** Says goodbye and closes, as carriers do when the call ends or the stream is no longer wanted. Idempotent. */
  stop(lateMs = 0): Promise<void> {
    this.#stopping ??= this.#stop(lateMs)
    return this.#stopping
  }

  /** Cuts the connection without a word. */
  lose(): void {
    this.#socket?.cut()
    this.#end('lost')
  }

  /** The application never gets the socket. */
  fail(failure: SocketFailure): void {
    if (this.#over) return
    if (failure.type === 'malformed') this.#socket?.cut()
    this.plan.told.troubled(this, { type: 'failed', failure })
    this.#end('failed')
  }

  async #stop(lateMs: number): Promise<void> {
    const { clock, faults, scope } = this.call.world
    if (lateMs > 0) await clock.sleep(lateMs, scope.signal).catch(() => undefined) // closing does not wait for a fault
    if (this.open && !faults.withoutStop) for (const last of this.plan.framing.closing?.() ?? []) this.#send(last)
    // Messages the jitter fault still holds must leave before the close does.
    const rest = this.#late.restMs
    if (rest > 0) await clock.sleep(rest + 1, scope.signal).catch(() => undefined)
    this.#socket?.close(1000)
    this.#end('carrier')
  }

  #opened(): void {
    const { call, plan } = this
    const { faults, clock } = call.world
    if (this.#over || call.over) return this.#socket?.close(1000)
    this.#open = true
    this.#began = clock.monotonic()
    for (const first of plan.framing.opening()) this.#send(first)
    if (faults.lateMediaMs) this.#hold(faults.lateMediaMs)
    call.audio.taps.add(this.#tap)
    if (plan.bidirectional) call.audio.player = this.playout
    if (plan.bidirectional && plan.framing.digit) call.keyed.add(this.#keyed)
    plan.told.opened?.(this)
    this.#begun.resolve()
  }

  readonly #keyed = (digit: string): void => this.#send(this.plan.framing.digit!(digit))

  readonly #tap: AudioTap = (said, played, due) => {
    for (const track of this.plan.tracks) this.#media(track, track === 'inbound' ? said : frameOf(played), due)
  }

  #media(track: Track, frame: Frame, due: number): void {
    const { world } = this.call
    if ((this.#socket?.buffered() ?? 0) > congested) {
      this.count.dropped++
      return this.#warn({ type: 'congested' })
    }
    const message = this.plan.framing.media(track, frame, Math.max(0, Math.round(due - this.#began)))
    this.count.sent++
    world.onMedia?.({ call: this.call, direction: 'sent', bytes: frame.bytes, at: world.clock.monotonic() })
    if (message === undefined) return
    this.#send(message, true)
    const every = world.faults.duplicateMediaEvery
    if (every && this.count.sent % every === 0) this.#send(message, true)
  }

  /** Out, in order: at once, or when the faults let it. */
  #send(message: Message, media = false): void {
    if (!this.open) return
    if (media && this.#held) return void this.#held.push(message)
    this.#late.send(media, () => this.#write(message, media))
  }

  #write(message: Message, media: boolean): void {
    if (this.#over) return
    this.#note('carrier', shown(message), media)
    this.#socket?.send(message)
  }

  #hold(ms: number): void {
    this.#held = []
    const timer = this.call.world.clock.timer(ms, () => {
      const held = this.#held ?? []
      this.#held = undefined
      for (const message of held) this.#send(message, true)
    })
    this.call.scope.defer(() => timer.cancel())
  }

  #heard(message: Message): void {
    if (this.#over || !this.plan.bidirectional) return // one-way streams do not listen
    const read = this.plan.framing.read(message)
    this.#note('gateway', shown(message), read.type === 'media')
    switch (read.type) {
      case 'media':
        return this.#received(read.bytes)
      case 'mark':
        return this.playout.mark(read.name)
      case 'clear':
        return this.#clear()
      case 'digits':
        return this.call.sendKeys(read.digits)
      case 'stop':
        this.#socket?.close(1000)
        return this.#end('application')
      case 'ignored':
        return undefined
      case 'invalid':
        return this.#refuse(read)
      default:
        read satisfies never
    }
  }

  #refuse(message: Extract<AppMessage, { type: 'invalid' }>): void {
    this.invalid++
    this.#warn(message)
    const { framing } = this.plan
    if (framing.refused) this.#send(framing.refused(message))
  }

  #received(bytes: Uint8Array): void {
    const { world } = this.call
    this.count.received++
    world.onMedia?.({ call: this.call, direction: 'received', bytes, at: world.clock.monotonic() })
    if (this.#clearing) return
    if (!this.playout.write(bytes)) this.#warn({ type: 'overflow' })
  }

  #clear(): void {
    const { framing } = this.plan
    this.playout.clear(framing.marksWhenCleared)
    const done = () => {
      this.#clearing = false
      if (framing.cleared) this.#send(framing.cleared())
    }
    if (!framing.clearingMs) return done()
    this.#clearing = true
    const timer = this.call.world.clock.timer(framing.clearingMs, done)
    this.call.scope.defer(() => timer.cancel())
  }

  #warn(trouble: Trouble): void {
    const kind = `${trouble.type} ${trouble.type === 'invalid' ? (trouble.code ?? '') : ''}`
    if (this.#warned.has(kind)) return
    this.#warned.add(kind)
    this.plan.told.troubled(this, trouble)
  }

  #closed(code: number): void {
    this.#note('gateway', `(closed ${code})`)
    if (code === 1006) this.#warn({ type: 'abnormal' })
    this.#end('application')
  }

  #end(how: StreamEnd): void {
    if (this.#over) return
    this.#over = true
    this.call.audio.taps.delete(this.#tap)
    this.call.keyed.delete(this.#keyed)
    if (this.call.audio.player === this.playout) this.call.audio.player = undefined
    if (this.#open) this.plan.told.ended?.(this, how)
    this.#ended.resolve(how)
  }

  #note(from: 'carrier' | 'gateway', text: string, media = false): void {
    if (media && this.call.world.keepWire !== 'all') return
    note(this.call.world, { from, kind: 'socket', text }, this.call)
  }
}

function shown(message: Message): string {
  return typeof message === 'string' ? message : `(binary message of ${message.length} bytes)`
}
