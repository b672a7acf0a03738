/** One leg of a call at a simulated carrier: its state, its sound, and the promises tests wait for. */
import { Scope } from '../../src/lib/scope.ts'
import { Phone } from '../phone/phone.ts'
import { LineAudio } from './audio.ts'
import type { Recording } from './recording.ts'
import type { MediaStream } from './stream.ts'
import { remember, type WireEntry, type World } from './world.ts'

export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'canceled'

export type FinalStatus = Extract<CallStatus, 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'>

export type ProgressEvent = 'initiated' | 'ringing' | 'answered' | 'completed'

export interface CallResult {
  readonly status: FinalStatus
  readonly sipCode: number
  /** Whole seconds from answer to end. */
  readonly seconds: number
  /** Who or what ended it, for people. */
  readonly why: string
}

/** Whoever ended a call, where carriers tell it. */
export type Ender = 'person' | 'application' | 'carrier'

export interface CallPlan<F> {
  /** The carrier's id of the call. */
  readonly ref: string
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial'
  readonly from: string
  readonly to: string
  readonly phone?: Phone
  readonly parent?: SimulatedCall<F>
  /** What this carrier knows of its calls besides. */
  readonly facts: F
  /** Told of every step: the carrier's callbacks. The end of the call is told to tests after the last of them. */
  readonly progressed: (call: SimulatedCall<F>, event: ProgressEvent) => void | Promise<void>
}

export class SimulatedCall<F = unknown> {
  /** The carrier's id of the call. */
  readonly ref: string
  readonly world: World
  readonly facts: F
  readonly direction: CallPlan<F>['direction']
  readonly from: string
  readonly to: string
  readonly parent: SimulatedCall<F> | undefined
  readonly created: number
  /** Closes with the call; everything that waits on the call takes its signal. */
  readonly scope: Scope
  readonly audio: LineAudio
  readonly states: { readonly status: CallStatus; readonly at: number }[] = []
  readonly wire: WireEntry[] = []
  readonly streams: MediaStream[] = []
  readonly recordings: Recording<F>[] = []
  /** Told of every key the person presses. */
  readonly keyed = new Set<(digit: string) => void>()
  phone: Phone
  status: CallStatus
  startTime: number | undefined
  endTime: number | undefined
  sipCode = 0
  endedBy: Ender = 'carrier'
  /** Keys the carrier played to the person for somebody else. */
  sentDigits = ''
  readonly #tell: (event: ProgressEvent) => void | Promise<void>
  readonly #answered = Promise.withResolvers<boolean>()
  readonly #ended = Promise.withResolvers<CallResult>()
  #why = ''

  constructor(world: World, plan: CallPlan<F>) {
    this.world = world
    this.ref = plan.ref
    this.facts = plan.facts
    this.direction = plan.direction
    this.from = plan.from
    this.to = plan.to
    this.parent = plan.parent
    this.phone = plan.phone ?? new Phone({ clock: world.clock, record: false })
    this.#tell = (event) => plan.progressed(this, event)
    this.created = world.clock.now()
    this.scope = world.scope.child(this.ref)
    this.audio = new LineAudio(world.clock)
    this.status = plan.direction === 'inbound' ? 'ringing' : 'queued'
    this.states.push({ status: this.status, at: this.created })
    world.calls.set(this.ref, this)
    world.placed(this)
    // Closing the whole simulator closes this scope first: the call must not outlive it.
    this.scope.signal.addEventListener('abort', () => this.end('canceled', 'the simulator was closed'), { once: true })
  }

  get over(): boolean {
    return this.endTime !== undefined
  }

  /** Why it ended, for people. */
  get why(): string {
    return this.#why
  }

  /** True when answered, false when it ended without. */
  get answered(): Promise<boolean> {
    return this.#answered.promise
  }

  get ended(): Promise<CallResult> {
    return this.#ended.promise
  }

  /** What the person heard, 8 kHz, from the answer on. */
  heard(): Int16Array {
    return this.phone.heard.pcm()
  }

  said(): Int16Array {
    return this.phone.said.pcm()
  }

  /** Whole seconds answered. */
  get seconds(): number {
    if (this.startTime === undefined) return 0
    return Math.round(((this.endTime ?? this.world.clock.now()) - this.startTime) / 1000)
  }

  /** Moves on to `status` and reports it; what has ended stays as it ended. */
  progress(status: 'initiated' | 'ringing'): void {
    if (this.over) return
    this.#enter(status)
    void this.#report(status)
  }

  /** Sound flows both ways from here on. */
  answer(): void {
    if (this.over || this.startTime !== undefined) return
    this.startTime = this.world.clock.now()
    this.#enter('in-progress')
    this.audio.start(this.phone)
    this.phone.connect({
      press: (digit) => this.#press(digit),
      hangup: () => this.hangup(),
    })
    this.#answered.resolve(true)
    void this.#report('answered')
  }

  /** Keys on their way to the person: remembered here and told to the phone; `w` and `W` are pauses. */
  sendKeys(digits: string): void {
    this.sentDigits += digits
    for (const digit of digits) if (digit !== 'w' && digit !== 'W') this.phone.receive(digit)
  }

  /** The person hangs up, or gives up while it rings. */
  hangup(): void {
    const ringing = this.startTime === undefined
    this.endedBy = this.over ? this.endedBy : 'person'
    this.end(ringing && this.direction === 'inbound' ? 'no-answer' : 'completed', 'the person hung up')
  }

  /** The application ended it by its API. */
  drop(status: FinalStatus, why: string): void {
    if (!this.over) this.endedBy = 'application'
    this.end(status, why)
  }

  /** Ends the call; once ended, nothing changes it. */
  end(status: FinalStatus, why: string, sipCode: number = sipCodes[status]): void {
    if (this.over) return
    this.endTime = this.world.clock.now()
    this.sipCode = sipCode
    this.#why = why
    this.#enter(status)
    this.audio.stop()
    this.phone.disconnect(why)
    this.#answered.resolve(false)
    this.world.background(this.#wind(status))
  }

  /** Streams say goodbye and recordings are finished before the last report; then the promise of the end is kept. */
  async #wind(status: FinalStatus): Promise<void> {
    try {
      await this.scope.close(new Error(`call ended: ${this.#why}`))
    } finally {
      await this.#report('completed').catch(() => undefined) // its failure is told to `background`
      remember(this.world, this)
      this.#ended.resolve({ status, sipCode: this.sipCode, seconds: this.seconds, why: this.#why })
    }
  }

  #report(event: ProgressEvent): Promise<void> {
    const told = Promise.resolve(this.#tell(event))
    this.world.background(told)
    return told
  }

  #enter(status: CallStatus): void {
    this.status = status
    this.states.push({ status, at: this.world.clock.now() })
  }

  #press(digit: string): void {
    for (const told of this.keyed) told(digit)
  }
}

const sipCodes = { completed: 200, busy: 486, 'no-answer': 487, failed: 404, canceled: 487 } as const
