/** An agent that outlives its vendor's sessions: a lost one, or one that would end soon, gives its place to another that is told what was said. */
import type { Timer } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import { createSource, type Emitter } from '../media/port.ts'
import type { AgentEmit, AgentEvent, AgentOrder, AgentSession, Brief } from '../spec/agent.ts'
import { OffhookError } from '../spec/errors.ts'
import type { PartHost } from '../spec/speech.ts'
import { Account } from './account.ts'
import { codeOf } from './vendor.ts'

export interface LastingOptions {
  /** For people: named in the log. */
  readonly name: string
  readonly brief: Brief
  readonly host: Pick<PartHost, 'clock'>
  readonly logger: Logger
  readonly emit: AgentEmit
  readonly open: (brief: Brief, emit: AgentEmit) => Promise<AgentSession>
}

/** Rejects when the first session cannot be had: that a key or a model is wrong is better known at once. */
export async function openLasting(options: LastingOptions): Promise<AgentSession> {
  const early: AgentEvent[] = []
  let hear: AgentEmit = (event) => void early.push(event)
  const session = await options.open(options.brief, (event) => hear(event))
  const agent = new LastingAgent(options, session)
  hear = (event) => agent.heard(session, event)
  for (const event of early) hear(event)
  return agent
}

/** Failures that another session may not have. */
const passing = new Set(['vendor.failed', 'vendor.timeout', 'vendor.rate-limited', 'internal'])

/** Before each attempt to replace a lost session, ms. One that lasted so long before it was lost has earned as many again. */
const waits = [0, 500, 1_500, 4_000]
const forgiven = 60_000
/** Longest wait for a session to be ready, ms. */
const readyWithin = 8_000

/** A session is left so long before it would end, or this share of its life if that is less. */
const ahead = 300_000
const share = 0.2
/** One that is said to be over already will be seen to be; and none is left so soon after it took another's place: clocks may differ. Ms. */
const least = 2_000
const oneAfterAnother = 60_000
/** How often a pause is looked for, and how long both sides must have been silent; ms. */
const look = 250
const still = 700
/** After a replacement that came to nothing, ms. */
const rest = 5_000

/** A session in the making. */
interface Next {
  readonly why: 'lost' | 'expiring'
  readonly late: Timer
  session?: AgentSession
  expires?: number
  done: boolean
}

class LastingAgent implements AgentSession {
  readonly turns
  readonly greets
  readonly port
  readonly #options: LastingOptions
  readonly #voice: Emitter
  readonly #account: Account
  readonly #leaving: PromiseLike<unknown>[] = []
  readonly #timers = new Set<Timer>()
  #session: AgentSession | undefined
  #next: Next | undefined
  /** Orders that the session in the making was not told of in its history. */
  #later: AgentOrder[] = []
  /** Calls of sessions that are gone. */
  readonly #orphans = new Set<string>()
  #calls = new Set<string>()
  #listening = false
  #ready = false
  #closed = false
  #attempts = 0
  #since = 0
  #audibleUntil = 0
  #spokeAt = 0

  constructor(options: LastingOptions, session: AgentSession) {
    const { microphone, speaker } = session.port
    this.#options = options
    this.#session = session
    this.turns = session.turns
    this.greets = session.greets ?? false
    this.#account = new Account(speaker.rate)
    this.#voice = createSource(microphone.rate)
    this.port = {
      microphone: { rate: microphone.rate, pipe: (sink: Parameters<Emitter['pipe']>[0]) => this.#listen(sink) },
      speaker: {
        rate: speaker.rate,
        write: (pcm: Int16Array) => this.#hear(pcm),
        toString: () => `${this.#session?.port.speaker ?? options.name}`,
      },
    }
  }

  order(order: AgentOrder): void {
    const tool = order.type === 'tool-result' ? this.#account.tool(order.id) : undefined
    if (order.type === 'speech-started' || order.type === 'speech-ended') this.#spokeAt = this.#now
    this.#account.order(order)
    const meant = order.type === 'tool-result' ? this.#retold(order, tool) : order
    if (!meant) return
    if (this.#session) this.#session.order(meant)
    else if (this.#next && meant.type !== 'say' && !meant.type.startsWith('speech')) this.#later.push(meant)
  }

  heard(session: AgentSession, event: AgentEvent): void {
    if (event.type === 'usage') return this.#options.emit(event)
    if (this.#closed) return
    if (session === this.#session) this.#hearPresent(event)
    else if (this.#next && session === this.#next.session) this.#hearNext(this.#next, event)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end()
    this.#abandon()
    if (this.#session) this.#leave(this.#session)
    await Promise.all(this.#leaving)
  }

  // ── sound ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #listen(sink: Parameters<Emitter['pipe']>[0]): Disposable {
    const pipe = this.#voice.pipe(sink)
    if (!this.#listening && this.#session) this.#listenTo(this.#session)
    this.#listening = true
    return pipe
  }

  /** Sound of a session that is not the present one goes nowhere. */
  #listenTo(session: AgentSession): void {
    const { rate } = this.#voice
    const write = (pcm: Int16Array) => {
      if (session !== this.#session) return
      const ms = (pcm.length * 1000) / rate
      this.#audibleUntil = Math.max(this.#audibleUntil, this.#now) + ms
      this.#account.sound(ms)
      this.#voice.emit(pcm)
    }
    session.port.microphone.pipe({ rate, write, toString: () => `${rate} Hz` })
  }

  #hear(pcm: Int16Array): void {
    if (this.#closed) return
    this.#account.hear(pcm)
    this.#session?.port.speaker.write(pcm)
  }

  // ── the present session ────────────────────────────────────────────────────────────────────────────────────────────

  #hearPresent(event: AgentEvent): void {
    const { emit } = this.#options
    if (event.type === 'failed' && event.fatal && this.#ready && passing.has(event.code)) return this.#lose(event)
    if (event.type === 'caller-speech-started' || event.type === 'caller-speech-ended') this.#spokeAt = this.#now
    if (event.type === 'tool-called') this.#calls.add(event.call.id)
    if (event.type === 'expires') this.#leaveBefore(event.at)
    if (event.type === 'ready') {
      this.#ready = true
      this.#since = this.#now
    }
    if (event.type === 'closed') this.#end()
    this.#account.tell(event)
    emit(event)
  }

  /** What the caller has of the reply stays said; whatever is owed to them is the next one's to give. */
  #lose(failure: AgentEvent & { readonly type: 'failed' }): void {
    const { emit } = this.#options
    const session = this.#session
    const reply = this.#account.lose()
    this.#session = undefined
    if (session) this.#leave(session)
    this.#abandon()
    for (const call of this.#calls) this.#orphans.add(call)
    this.#calls.clear()
    if (reply !== undefined) emit({ type: 'reply-ended', reply, broken: true })
    if (this.#now - this.#since >= forgiven) this.#attempts = 0
    this.#tryAgain(failure)
  }

  #leave(session: AgentSession): void {
    this.#leaving.push(session[Symbol.asyncDispose]())
  }

  // ── another in its place ───────────────────────────────────────────────────────────────────────────────────────────

  /** After a failure that may pass; else, and after too many, it is the end. */
  #tryAgain(failure: AgentEvent & { readonly type: 'failed' }): void {
    const { emit } = this.#options
    const wait = passing.has(failure.code) ? waits[this.#attempts] : undefined
    emit({ ...failure, fatal: wait === undefined })
    if (this.#closed) return
    if (wait === undefined) {
      this.#end()
      return emit({ type: 'closed' })
    }
    this.#attempts++
    this.#after(wait, () => this.#openNext('lost'))
  }

  #openNext(why: Next['why']): void {
    const { brief, open, name, logger } = this.#options
    const { history, due } = this.#account.handover()
    const { greeting, ...others } = brief
    const told = this.#account.replied || greeting === undefined ? others : brief
    const late = this.#after(readyWithin, () => this.#failNext(coming, tooLate(name)))
    const coming: Next = { why, late, done: false }
    this.#next = coming
    this.#later = []
    logger.info(`${name}: another session is opened, since the last ${why === 'lost' ? 'was lost' : 'ends soon'}`)
    const early: AgentEvent[] = []
    const hear: AgentEmit = (event) => {
      if (coming.session) this.heard(coming.session, event)
      else early.push(event)
    }
    open({ ...told, history, ...(due && { due }) }, hear).then(
      (session) => {
        if (coming.done) return this.#leave(session)
        coming.session = session
        for (const event of early) this.heard(session, event)
        this.#listenTo(session)
      },
      (error: unknown) => this.#failNext(coming, failureFrom(error)),
    )
  }

  #hearNext(next: Next, event: AgentEvent): void {
    switch (event.type) {
      case 'expires':
        next.expires = event.at
        return
      case 'failed':
        return event.fatal ? this.#failNext(next, event) : this.#options.emit(event)
      case 'closed':
        return this.#failNext(
          next,
          failureFrom(new OffhookError('vendor.failed', `${this.#options.name} closed a new session`)),
        )
      case 'ready':
        return next.why === 'lost' || this.#quiet() ? this.#takeOver(next) : this.#postpone()
      default:
        return
    }
  }

  #takeOver(next: Next): void {
    const { emit } = this.#options
    const { session, expires, why } = next
    if (!session) return
    this.#finish(next)
    const before = this.#session
    this.#session = session
    if (before) this.#leave(before)
    this.#since = this.#now
    this.#ready = true
    emit({ type: 'replaced', why })
    if (expires !== undefined) this.#leaveBefore(expires, oneAfterAnother)
    for (const order of this.#later.splice(0)) session.order(order)
    if (why === 'expiring') return
    for (const item of this.#account.resume()) {
      if ('pcm' in item) session.port.speaker.write(item.pcm)
      else session.order(item.order)
    }
  }

  #failNext(next: Next, failure: AgentEvent & { readonly type: 'failed' }): void {
    if (next.done || this.#closed) return
    this.#abandon()
    if (next.why === 'lost') return this.#tryAgain(failure)
    // The present one is still there.
    this.#options.emit({ ...failure, fatal: false })
    this.#after(rest, () => this.#seekPause())
  }

  /** The talk went on meanwhile: what the new session knows is not all of it any more. */
  #postpone(): void {
    this.#abandon()
    this.#after(rest, () => this.#seekPause())
  }

  #abandon(): void {
    const next = this.#next
    if (!next) return
    this.#finish(next)
    if (next.session) this.#leave(next.session)
  }

  #finish(next: Next): void {
    next.done = true
    this.#next = undefined
    this.#cancel(next.late)
  }

  // ── a session that will end ────────────────────────────────────────────────────────────────────────────────────────

  #leaveBefore(at: number, soonest = 0): void {
    const left = at - this.#options.host.clock.now()
    if (left < least) return
    const session = this.#session
    this.#after(Math.max(soonest, left - Math.min(ahead, left * share)), () => {
      if (session === this.#session) this.#seekPause()
    })
  }

  /** Nobody speaks, and nobody waits for anything: the caller cannot hear that another takes over. */
  #seekPause(): void {
    if (!this.#session || this.#next) return
    if (this.#quiet()) this.#openNext('expiring')
    else this.#after(look, () => this.#seekPause())
  }

  #quiet(): boolean {
    return this.#account.idle && this.#now - Math.max(this.#spokeAt, this.#audibleUntil) >= still
  }

  // ── tools ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A session that did not make the call is told of its result in words, and of one that ended the talk not at all. */
  #retold(order: AgentOrder & { readonly type: 'tool-result' }, name: string | undefined): AgentOrder | undefined {
    if (!this.#orphans.delete(order.id)) {
      this.#calls.delete(order.id)
      return order
    }
    return order.last ? undefined : words(order, name)
  }

  // ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  get #now(): number {
    return this.#options.host.clock.monotonic()
  }

  #after(delay: number, run: () => void): Timer {
    const timer = this.#options.host.clock.timer(delay, () => {
      this.#timers.delete(timer)
      if (!this.#closed) run()
    })
    this.#timers.add(timer)
    return timer
  }

  #cancel(timer: Timer): void {
    timer.cancel()
    this.#timers.delete(timer)
  }

  #end(): void {
    this.#closed = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }
}

function words({ ok, result }: AgentOrder & { readonly type: 'tool-result' }, name = 'tool'): AgentOrder {
  return { type: 'text', text: `[${name} ${ok ? 'returned' : 'failed'}: ${JSON.stringify(result) ?? 'done'}]` }
}

function tooLate(name: string): AgentEvent & { readonly type: 'failed' } {
  const message = `${name}: a new session was not ready within ${readyWithin / 1000} s`
  return { type: 'failed', code: 'vendor.timeout', message, fatal: true }
}

function failureFrom(error: unknown): AgentEvent & { readonly type: 'failed' } {
  const message = error instanceof Error ? error.message : String(error)
  return { type: 'failed', code: codeOf(error), message, fatal: true }
}
