/** The one playout for all carriers: sound goes straight through while the carrier has room, a backlog is paced by the clock. */
import type { Clock } from '../lib/clock.ts'
import { Marks, type Reached } from './playout-marks.ts'
import { type CarrierPlayout, playoutDefaults, type PlayoutOptions, type PlayoutStats } from './playout-options.ts'
import { type Pacer, pacerOf, slotMs } from './playout-pacer.ts'
import { Position } from './playout-position.ts'
import { SampleQueue } from './playout-queue.ts'
import { SentSound } from './playout-sent.ts'
import { Waiters } from './playout-waiters.ts'

/** After a tick this late, ms, the schedule moves on instead of sending a longer burst; at least one frame. */
const shortestCatchUp = 60

/** The longest way to the ear whose sound can be said again after a hush, beside the lead, ms. */
const longestWay = 1000

export function createPlayout(options: PlayoutOptions): CarrierPlayout {
  return new PacedPlayout(options)
}

class PacedPlayout implements CarrierPlayout {
  readonly rate: number
  readonly #options: PlayoutOptions & Required<Pick<PlayoutOptions, keyof typeof playoutDefaults>>
  readonly #clock: Clock
  readonly #pacer: Pacer
  readonly #position: Position
  readonly #marks: Marks
  readonly #queue: SampleQueue
  readonly #waiters: Waiters
  /** Only where what was sent can be taken back. */
  readonly #sent: SentSound | undefined
  readonly #frame: number
  readonly #frameMs: number
  /** How early a frame may go: makes room for writers' jitter and for the grid of the pacer. */
  readonly #early: number
  /** A frame may go while the carrier is at most this far ahead. */
  readonly #ahead: number
  readonly #phase: number
  readonly #catchUpMs: number
  /** How far behind the schedule may be before it moves on. */
  #patience: number
  /** The schedule: when the sound sent so far ends if the carrier played it without a gap. */
  #end = -Infinity
  #lastWrite = -Infinity
  #flushed = true
  #paused = false
  #hushed = false
  #probes: boolean
  #closed = false
  #written = 0
  #sentSamples = 0
  #run = { start: 0, samples: 0 }
  #framesSent = 0
  #lateFrames = 0
  #droppedSamples = 0
  #underruns = 0

  constructor(options: PlayoutOptions) {
    const filled = { ...playoutDefaults, ...options }
    const { clock, rate, frameMs } = filled
    this.#options = filled
    this.rate = rate
    this.#clock = clock
    this.#frameMs = frameMs
    this.#frame = Math.round((rate * frameMs) / 1000)
    this.#probes = filled.probe
    this.#early = Math.max(slotMs, frameMs * 0.75)
    this.#ahead = Math.max(0, filled.leadMs - frameMs) + this.#early
    this.#catchUpMs = Math.max(shortestCatchUp, frameMs)
    this.#patience = this.#catchUpMs
    this.#queue = new SampleQueue(Math.round((rate * filled.limitMs) / 1000))
    this.#position = new Position(filled.latencyMs)
    const { sendMark, sendClear } = options
    this.#sent = sendClear && new SentSound(Math.round((rate * (filled.leadMs + longestWay)) / 1000))
    const echoed = sendMark && ((name: string) => sendMark.call(options, name))
    this.#marks = new Marks({ clock, position: this.#position, sendMark: echoed, margin: filled.markMarginMs })
    this.#waiters = new Waiters(clock, () => this.queuedMs)
    this.#pacer = pacerOf(clock)
    // Beyond `early - slot` the pacer's grid could wake us before the frame may go.
    this.#phase = (filled.phaseMs ?? this.#pacer.nextPhase()) % (this.#early - slotMs + 1)
  }

  get queuedMs(): number {
    const unheard = this.#position.sent - this.#position.heard(this.#clock.monotonic())
    return this.#ms(this.#queue.length) + unheard
  }

  get stats(): PlayoutStats {
    return {
      framesSent: this.#framesSent,
      lateFrames: this.#lateFrames,
      droppedMs: this.#ms(this.#droppedSamples),
      underruns: this.#underruns,
      marksLost: this.#marks.lost,
    }
  }

  write(pcm: Int16Array): void {
    if (this.#closed || pcm.length === 0) return
    const now = this.#clock.monotonic()
    const live = this.#beginRun(now) && pcm.length < this.#frame * 2
    this.#patience = live ? Math.max(this.#catchUpMs, this.#options.liveCatchUpMs) : this.#catchUpMs
    this.#lastWrite = now
    let rest = pcm
    if (this.#queue.length === 0) rest = this.#straight(pcm, now)
    const backlog = this.#queue.length >= this.#frame
    const taken = this.#queue.push(rest)
    const accepted = pcm.length - rest.length + taken
    this.#written += accepted
    this.#run.samples += accepted
    this.#droppedSamples += rest.length - taken
    if (backlog || this.#queue.length === 0) return
    this.#pump(now, false)
  }

  flush(): void {
    this.#flushed = true
    if (this.#queue.length > 0 && this.#queue.length < this.#frame) this.#pump(this.#clock.monotonic(), false)
  }

  clear(): { readonly heardMs: number } {
    const now = this.#clock.monotonic()
    const { sendClear } = this.#options
    const heard = sendClear ? this.#position.heard(now) : this.#position.sent
    const heardMs = Math.round(Math.max(0, Math.min(heard - this.#run.start, this.#ms(this.#run.samples))))
    // After a hush the carrier has nothing more, and was told so.
    const silent = this.#hushed
    if (!silent) this.#options.tap?.cleared(this.#position.playedUntil - (this.#position.sent - heard))
    this.#drop(now)
    if (!silent) sendClear?.call(this.#options)
    this.#marks.drop()
    this.#waiters.settle()
    return { heardMs }
  }

  hush(): void {
    if (this.#hushed || this.#closed) return
    this.#hushed = true
    this.#pacer.cancel(this)
    if (this.#sent) this.#takeBack(this.#sent)
  }

  goOn(): void {
    if (!this.#hushed) return
    this.#hushed = false
    const now = this.#clock.monotonic()
    // The time of the hush is not made good.
    this.#end = Math.max(this.#end, now)
    this.#marks.pass(this.#sentSamples)
    this.#pump(now, false)
  }

  mark(reached: Reached): void {
    if (this.#closed) return reached('cleared')
    this.#marks.add(this.#written, reached)
    this.#marks.pass(this.#sentSamples)
  }

  marked(name: string, cleared: boolean): void {
    this.#marks.returned(name, cleared)
    this.#waiters.settle()
  }

  pause(): void {
    this.#paused = true
    this.#pacer.cancel(this)
  }

  resume(): void {
    if (!this.#paused || this.#closed) return
    this.#paused = false
    this.#pump(this.#clock.monotonic(), false)
  }

  drained(ms: number, signal: AbortSignal): Promise<void> {
    return this.#waiters.wait(ms, signal)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    const now = this.#clock.monotonic()
    this.#options.tap?.cleared(now)
    this.#drop(now)
    this.#marks.drop()
    this.#waiters.settle()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  toString(): string {
    const { leadMs, to } = this.#options
    return `playout(${this.rate} Hz, ${this.#frameMs} ms, lead ${leadMs} ms) → ${to}`
  }

  /** Called by the pacer. */
  wake(): void {
    this.#pump(this.#clock.monotonic(), true)
  }

  #ms(samples: number): number {
    return (samples * 1000) / this.rate
  }

  /** A run begins with sound written while nothing was queued: after a flush, or after a silence no jitter explains. True: the run goes on. */
  #beginRun(now: number): boolean {
    const flushed = this.#flushed
    this.#flushed = false
    if (this.#queue.length > 0) return true
    const silent = now - this.#position.playedUntil
    const continued = !flushed && silent <= this.#options.gapMs
    if (continued && silent > this.#options.lateMs) this.#underruns++
    if (continued || silent <= 0 || this.#position.heard(now) < this.#position.sent) return continued
    this.#run = { start: this.#position.sent, samples: 0 }
    return false
  }

  /** Whole frames that may go at once never touch the queue. Returns what may not. */
  #straight(pcm: Int16Array, now: number): Int16Array {
    let at = 0
    if (pcm.length >= this.#frame) this.#catchUp(now, now)
    while (pcm.length - at >= this.#frame && this.#mayGo(now)) {
      const whole = at === 0 && pcm.length === this.#frame
      this.#send(whole ? pcm : pcm.subarray(at, at + this.#frame), this.#frame, now)
      at += this.#frame
    }
    return at === 0 ? pcm : pcm.subarray(at)
  }

  #mayGo(now: number): boolean {
    return !this.#paused && !this.#hushed && this.#end - now <= this.#ahead
  }

  /** What is further behind than a short burst makes good is given up: the schedule restarts at `restart`. */
  #catchUp(now: number, restart: number): void {
    if (this.#end < now - this.#patience) this.#end = restart
  }

  /** Sends what may go and sleeps for the rest. `waited`: the sound was here before now. */
  #pump(now: number, waited: boolean): void {
    this.#catchUp(now, waited ? now - this.#catchUpMs : now)
    while (this.#queue.length > 0 && this.#mayGo(now)) {
      if (this.#queue.length >= this.#frame) {
        if (waited && now - this.#end > this.#options.lateMs) this.#lateFrames++
        this.#send(this.#queue.take(this.#frame), this.#frame, now)
      } else if (this.#flushed || now + slotMs >= this.#padAt()) this.#sendPadded(now)
      else break
    }
    if (this.#queue.length === 0) this.#pacer.cancel(this)
    else if (!this.#paused && !this.#hushed) this.#pacer.sleep(this, this.#nextAt())
  }

  #nextAt(): number {
    const frameAt = this.#end - (this.#ahead - this.#early) - this.#phase
    const whole = this.#queue.length >= this.#frame || this.#flushed
    return whole ? frameAt : Math.max(frameAt, this.#padAt())
  }

  /** A part frame waits for more while the carrier has sound, and at least one frame's time. */
  #padAt(): number {
    return Math.max(this.#lastWrite + this.#frameMs, this.#end - this.#frameMs)
  }

  #sendPadded(now: number): void {
    const frame = new Int16Array(this.#frame)
    const rest = this.#queue.take(this.#frame)
    frame.set(rest)
    this.#send(frame, rest.length, now)
  }

  #send(frame: Int16Array, samples: number, now: number): void {
    this.#end += this.#frameMs
    const due = this.#position.advance(now, this.#frameMs)
    this.#sentSamples += samples
    this.#framesSent++
    this.#sent?.add(frame)
    this.#options.send(frame)
    this.#options.tap?.heard(frame, due)
    if (this.#probes) this.#marks.add(this.#sentSamples, () => undefined)
    this.#probes = false
    this.#marks.pass(this.#sentSamples)
  }

  /** What the carrier has and the caller did not hear waits here again, and its marks with it. */
  #takeBack(sent: SentSound): void {
    const now = this.#clock.monotonic()
    const position = this.#position
    const unheard = position.sent - position.heard(now)
    const back = sent.take(Math.round((unheard * this.rate) / 1000))
    this.#options.tap?.cleared(position.playedUntil - unheard)
    position.takeBack(this.#ms(back.length), now)
    this.#marks.takeBack({ sent: this.#sentSamples, back: back.length, rate: this.rate })
    this.#queue.putBack(back)
    this.#written += back.length
    this.#end = Math.min(this.#end, now)
    this.#options.sendClear?.call(this.#options)
  }

  #drop(now: number): void {
    this.#pacer.cancel(this)
    this.#hushed = false
    this.#queue.clear()
    this.#written = this.#sentSamples
    this.#flushed = true
    if (this.#options.sendClear || this.#closed) {
      this.#position.drop(now)
      this.#end = Math.min(this.#end, now)
    }
    this.#run = { start: this.#position.sent, samples: 0 }
  }
}
