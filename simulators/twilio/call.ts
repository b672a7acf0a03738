/** One leg of a call at the simulated Twilio: its state, its sound, and the promises tests wait for. */
import { Scope } from '../../src/lib/scope.ts'
import { Phone } from '../phone/phone.ts'
import { LineAudio } from './audio.ts'
import { reportStatus } from './callbacks.ts'
import type { Recording } from './recording.ts'
import type { Instructions } from './steps.ts'
import type { MediaStream } from './stream.ts'
import { newSid, type Account, type AnsweredBy, type WireEntry, type World } from './world.ts'

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

/** Where and when progress is reported. */
export interface Reporting {
  readonly url: string
  readonly method: string
  readonly events: ReadonlySet<string>
}

export interface CallResult {
  readonly status: FinalStatus
  readonly sipCode: number
  /** Whole seconds from answer to end. */
  readonly seconds: number
  /** Who or what ended it, for people. */
  readonly why: string
}

export interface CallPlan {
  readonly account: Account
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial'
  readonly from: string
  readonly to: string
  readonly phone?: Phone
  readonly parent?: SimulatedCall
  readonly reporting?: Reporting
  readonly phoneNumberSid?: string
}

export class SimulatedCall {
  readonly sid: string
  readonly world: World
  readonly account: Account
  readonly direction: CallPlan['direction']
  readonly from: string
  readonly to: string
  readonly parent: SimulatedCall | undefined
  readonly phoneNumberSid: string | undefined
  reporting: Reporting | undefined
  readonly created: number
  /** Closes with the call; everything that waits on the call takes its signal. */
  readonly scope: Scope
  readonly audio: LineAudio
  readonly states: { readonly status: CallStatus; readonly at: number }[] = []
  readonly wire: WireEntry[] = []
  readonly streams: MediaStream[] = []
  readonly recordings: Recording[] = []
  /** Told of every key the person presses. */
  readonly keyed = new Set<(digit: string) => void>()
  phone: Phone
  status: CallStatus
  answeredBy: AnsweredBy | undefined
  startTime: number | undefined
  endTime: number | undefined
  queueMs = 0
  sipCode = 0
  /** Keys played to the person: SendDigits and `<Play digits>`. */
  sentDigits = ''
  /** Set while a program runs: gives it new instructions. */
  redirect: ((instructions: Instructions) => void) | undefined
  /** Progress reports so far: the next SequenceNumber. */
  reports = 0
  /** Reports leave one after the other. */
  reporter: Promise<void> = Promise.resolve()
  readonly #answered = Promise.withResolvers<boolean>()
  readonly #ended = Promise.withResolvers<CallResult>()
  #why = ''

  constructor(world: World, plan: CallPlan) {
    this.world = world
    this.sid = newSid(world.ids, 'CA')
    this.account = plan.account
    this.direction = plan.direction
    this.from = plan.from
    this.to = plan.to
    this.parent = plan.parent
    this.phoneNumberSid = plan.phoneNumberSid
    this.reporting = plan.reporting
    this.phone = plan.phone ?? new Phone({ clock: world.clock, record: false })
    this.created = world.clock.now()
    this.scope = world.scope.child(this.sid)
    this.audio = new LineAudio(world.clock)
    this.status = plan.direction === 'inbound' ? 'ringing' : 'queued'
    this.states.push({ status: this.status, at: this.created })
    world.calls.set(this.sid, this)
    world.placed(this)
    // Closing the whole simulator closes this scope first: the call must not outlive it.
    this.scope.signal.addEventListener('abort', () => this.end('canceled', 'the simulator was closed'), { once: true })
  }

  get over(): boolean {
    return this.endTime !== undefined
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
    reportStatus(this, status)
  }

  /** Sound flows both ways from here on. */
  answer(): void {
    if (this.over || this.startTime !== undefined) return
    this.startTime = this.world.clock.now()
    this.#enter('in-progress')
    this.audio.start(this.phone)
    this.phone.connect({
      press: (digit) => this.#press(digit),
      hangup: () => this.end('completed', 'the person hung up'),
    })
    this.#answered.resolve(true)
    reportStatus(this, 'answered')
  }

  /** The person hangs up, or gives up while it rings. */
  hangup(): void {
    const ringing = this.startTime === undefined
    this.end(ringing && this.direction === 'inbound' ? 'no-answer' : 'completed', 'the person hung up')
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
      reportStatus(this, 'completed')
      await this.reporter.catch(() => undefined) // its failure was told to `background`
      this.#ended.resolve({ status, sipCode: this.sipCode, seconds: this.seconds, why: this.#why })
    }
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
