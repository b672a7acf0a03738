/** A person with a telephone, on any carrier: says things, presses keys, listens, waits for the other side and hangs up. */
import type { Clock, Timer } from '../../src/lib/clock.ts'
import { frameMs } from '../ticker.ts'
import { framesOf, silentFrame, type Frame, type Sound } from '../sound/frames.ts'
import { energy } from '../sound/mulaw.ts'
import { Tape } from '../sound/tape.ts'

/** What a phone can do to the call it is in. */
export interface Line {
  press(digit: string): void
  hangup(): void
}

export interface PhoneOptions {
  readonly clock: Clock
  /** What the person does once connected. It is cut short when the call ends. */
  readonly script?: (phone: Phone) => Promise<void> | void
  /** Keep what was heard and said. Default true; a load generator may do without. */
  readonly record?: boolean
  /** Root mean square above which a frame counts as speech. Default 330 (−40 dBFS). */
  readonly threshold?: number
  /** Told of every 20 ms heard. */
  readonly onHear?: (frame: Uint8Array, at: number) => void
}

/** The call was over before what the script waited for could happen. */
export class CallOver extends Error {
  override readonly name = 'CallOver'
}

/** The other side did not do in time what the script waited for. */
export class WaitedTooLong extends Error {
  override readonly name = 'WaitedTooLong'
}

interface Waiter {
  readonly ready: () => boolean
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  readonly timer: Timer | undefined
}

const speechFrames = 3

export class Phone {
  readonly heard = new Tape()
  readonly said = new Tape()
  /** Keys the other side pressed at us (carriers that signal them out of band). */
  digits = ''
  readonly #options: Required<Pick<PhoneOptions, 'clock' | 'record'>> & PhoneOptions
  readonly #loudness: number
  readonly #script = Promise.withResolvers<void>()
  readonly #queue: { readonly frames: readonly Frame[]; readonly done: () => void; at: number }[] = []
  readonly #waiters = new Set<Waiter>()
  #line: Line | undefined
  #over: CallOver | undefined
  #loud = 0
  #quiet = 0

  constructor(options: PhoneOptions) {
    this.#options = { record: true, ...options }
    this.#loudness = (options.threshold ?? 330) ** 2
    // A script nobody waits for must not end the process; whoever awaits `done` still sees its error.
    this.#script.promise.catch(() => undefined)
  }

  /** Settles with the script; a script cut short by the end of the call counts as finished. */
  get done(): Promise<void> {
    return this.#script.promise
  }

  get connected(): boolean {
    return this.#line !== undefined && !this.#over
  }

  /** Is the other side speaking (three frames of sound without a quiet one)? */
  get hearsSpeech(): boolean {
    return this.#loud >= speechFrames
  }

  // ── the person ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Speaks after what was said before; resolves when the last frame is on the line. */
  say(sound: Sound): Promise<void> {
    if (this.#over) return Promise.reject(this.#over)
    const frames = framesOf(sound)
    if (frames.length === 0) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#queue.push({ frames, done: resolve, at: 0 })
    return Promise.race([promise, this.#unless(promise)])
  }

  /** Falls silent in mid-word. */
  shutUp(): void {
    for (const { done } of this.#queue.splice(0)) done()
  }

  /** Keys one after the other, `gap` ms apart (default 200). */
  async press(digits: string, gap = 200): Promise<void> {
    for (const [at, digit] of Array.from(digits).entries()) {
      if (at > 0) await this.sleep(gap)
      if (this.#over) throw this.#over
      this.#line?.press(digit)
    }
  }

  hangup(): void {
    this.#line?.hangup()
  }

  sleep(duration: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = this.#options.clock.timer(duration, resolve)
    return Promise.race([promise, this.#unless(promise)]).finally(() => timer.cancel())
  }

  /** Resolves once the other side speaks; at once if it does already. */
  waitForSpeech(timeout = 10_000): Promise<void> {
    return this.#wait(() => this.hearsSpeech, timeout, 'speech')
  }

  /** Resolves once the other side has been quiet for `duration` ms, counting quiet that went before. */
  waitForSilence(duration = 700, timeout = 30_000): Promise<void> {
    return this.#wait(() => this.#quiet * frameMs >= duration, timeout, `${duration} ms of silence`)
  }

  // ── the carrier ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The call is answered: the script begins. */
  connect(line: Line): void {
    if (this.#line) throw new Error('this phone has had its call already: make a new one for each')
    this.#line = line
    void this.#perform()
  }

  /** The next 20 ms of this person. */
  speak(): Frame {
    const frame = this.#next()
    if (this.#options.record) this.said.add(frame.bytes, this.#options.clock.now())
    return frame
  }

  /** The next 20 ms of the other side. */
  hear(frame: Uint8Array): void {
    const at = this.#options.clock.now()
    if (this.#options.record) this.heard.add(frame, at)
    this.#options.onHear?.(frame, at)
    const loud = frame !== silentFrame.bytes && energy(frame) >= this.#loudness
    this.#loud = loud ? this.#loud + 1 : 0
    this.#quiet = loud ? 0 : this.#quiet + 1
    if (this.#waiters.size > 0) this.#wake()
  }

  /** A key pressed by the other side. */
  receive(digit: string): void {
    this.digits += digit
  }

  /** The call is over. */
  disconnect(why: string): void {
    if (this.#over) return
    this.#over = new CallOver(`the call is over: ${why}`)
    this.#queue.length = 0
    for (const waiter of this.#waiters) this.#settle(waiter, this.#over)
    if (!this.#line) this.#script.resolve()
  }

  async #perform(): Promise<void> {
    try {
      await this.#options.script?.(this)
      this.#script.resolve()
    } catch (error) {
      if (error instanceof CallOver) this.#script.resolve()
      else this.#script.reject(error)
    }
  }

  #next(): Frame {
    const saying = this.#queue[0]
    if (!saying) return silentFrame
    const frame = saying.frames[saying.at++] ?? silentFrame
    if (saying.at >= saying.frames.length) {
      this.#queue.shift()
      saying.done()
    }
    return frame
  }

  #wait(ready: () => boolean, timeout: number, what: string): Promise<void> {
    if (this.#over) return Promise.reject(this.#over)
    if (ready()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const late = () => this.#settle(waiter, new WaitedTooLong(`no ${what} from the other side within ${timeout} ms`))
      const timer = Number.isFinite(timeout) ? this.#options.clock.timer(timeout, late) : undefined
      const waiter: Waiter = { ready, resolve, reject, timer }
      this.#waiters.add(waiter)
    })
  }

  /** Rejects when the call ends; taken down as soon as `other` settles. */
  #unless(other: Promise<void>): Promise<void> {
    if (this.#over) return Promise.reject(this.#over)
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { ready: () => false, resolve, reject, timer: undefined }
      this.#waiters.add(waiter)
      void other.then(() => this.#settle(waiter))
    })
  }

  #wake(): void {
    for (const waiter of this.#waiters) if (waiter.ready()) this.#settle(waiter)
  }

  #settle(waiter: Waiter, error?: Error): void {
    if (!this.#waiters.delete(waiter)) return
    waiter.timer?.cancel()
    if (error) waiter.reject(error)
    else waiter.resolve()
  }
}
