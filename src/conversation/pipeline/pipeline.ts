/** An agent made of a recogniser, a model and a speaker: hears a turn, thinks, speaks, and stops when it is told to. */
import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import type { Logger } from '../../lib/log.ts'
import { createSource, type Emitter } from '../../media/port.ts'
import type { AgentEmit, AgentOrder, AgentSession, Brief } from '../../spec/agent.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Model, Speaker } from '../../spec/speech.ts'
import { fill } from '../../lib/fill.ts'
import type { Screen } from '../kit/screen.ts'
import { lastTools } from '../tools.ts'
import type { Ears, EarsEvent } from './ears.ts'
import { Forethought } from './forethought.ts'
import { History } from './history.ts'
import { type Question, type Reply, replyWith, sayText } from './reply.ts'
import type { Unasked } from './socket-model.ts'
import type { Standby } from './standby.ts'

export interface PipelineOptions {
  readonly ears: Ears
  readonly models: Standby<Model>
  readonly speakers: Standby<Speaker>
  /** Hz of the agent's voice: that of the speaker wanted first. */
  readonly rate: number
  /** Longest wait for the model's first word while another one could be asked, ms. */
  readonly patience: number
  readonly brief: Brief
  /** What the model must not say. */
  readonly screen?: Screen
  /** System prompt; `{name}` is filled from variables. */
  readonly prompt?: string
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly emit: AgentEmit
}

/** Takes over the parts: closing the session closes them. Ready at once. */
export function createPipeline(options: PipelineOptions): AgentSession & { unasked(event: Unasked): void } {
  return new Pipeline(options)
}

/** Replies in a row to nothing but tool results: more is a model that goes in circles. */
const longestChain = 10
/** How long the agent's last words are on their way through the line and back, ms. */
const echo = 500

class Pipeline implements AgentSession {
  readonly turns
  readonly port
  readonly #options: PipelineOptions
  readonly #over = new AbortController()
  readonly #voice: Emitter
  readonly #history: History
  readonly #forethought = new Forethought()
  /** The caller, or a tool, said something that has no reply yet. */
  #owed = false
  #chain = 0
  #reply: Reply | undefined
  #texts: { readonly text: string; readonly shielded: boolean }[] = []
  /** What the last interruption kept the caller from hearing; said after all when it was only noise. */
  #unsaid = ''
  readonly #spoken = new Map<string, string>()
  readonly #tools = new Map<string, string>()
  /** Turns the caller began. */
  #turns = 0
  #turnEnded = 0
  #soundUntil = Number.NEGATIVE_INFINITY
  #broken = false

  constructor(options: PipelineOptions) {
    const { ears, rate, prompt, brief, emit } = options
    this.#options = options
    this.turns = ears.turns
    this.#voice = createSource(rate)
    this.port = { microphone: this.#voice, speaker: ears }
    this.#history = new History(prompt && fill(prompt, brief.variables))
    emit({ type: 'ready' })
    ears.hear((event) => this.#heard(event))
  }

  order(order: AgentOrder): void {
    if (this.#over.signal.aborted) return
    switch (order.type) {
      case 'say':
        this.#texts.push({ text: order.text, shielded: false })
        return this.#advance()
      case 'interrupt':
        return this.#interrupt(order.reply, order.heardMs)
      case 'speech-started':
        this.#turns++
        this.#options.ears.start(order.agoMs ?? 0)
        return this.#reconsider()
      case 'speech-ended':
        this.#turnEnded = this.#options.clock.monotonic() - (order.agoMs ?? 0)
        return this.#options.ears.stop(order.agoMs ?? 0)
      case 'digit':
        this.#reconsider()
        return this.#understood(`[DTMF: ${order.digit}]`)
      case 'text':
        return this.#understood(order.text)
      case 'tool-result':
        return this.#returned(order)
      case 'marker-heard':
        return // It sets none.
      default:
        return order satisfies never
    }
  }

  /** The model has something to say, or to do, that nobody asked it for. */
  unasked(event: Unasked): void {
    if (this.#over.signal.aborted) return
    const { emit } = this.#options
    if (event.type === 'failed') return emit(event)
    if (event.type === 'say') {
      this.#texts.push({ text: event.text, shielded: event.shielded ?? false })
      return this.#advance()
    }
    // After what it is saying now.
    if (event.type === 'play') return this.#reply ? void this.#reply.plays.push(event.url) : emit(event)
    if (this.#reply) this.#reply.calls.push(event.call)
    else emit({ type: 'tool-called', call: event.call })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over.signal.aborted) return
    this.#over.abort(new Error('the agent was closed'))
    this.#forethought.drop()
    const { ears, models, speakers } = this.#options
    const closed = await Promise.allSettled([ears, models, speakers].map((part) => part[Symbol.asyncDispose]()))
    const errors = closed.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    if (errors.length > 0) throw new AggregateError(errors, 'parts of the pipeline did not close')
  }

  // ── hearing ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #heard(event: EarsEvent): void {
    if (this.#over.signal.aborted) return
    const { emit } = this.#options
    switch (event.type) {
      case 'interim':
        return emit({ type: 'caller-text', text: event.text, final: false })
      case 'turn':
        return this.#recognisedAs(event.text, event.asked)
      case 'started':
        emit({ type: 'caller-speech-started' })
        this.#turns++
        return this.#reconsider()
      case 'ended':
        this.#turnEnded = this.#options.clock.monotonic()
        return emit({ type: 'caller-speech-ended' })
      case 'ending':
        return this.#think(event.text)
      case 'resumed':
        return this.#forethought.drop()
      case 'usage':
        return emit(event)
      case 'failed':
        return emit({ ...event, fatal: false })
      case 'broken':
        this.#failed(event.error, true)
        return this.#advance()
      default:
        return event satisfies never
    }
  }

  #recognisedAs(text: string, asked: boolean): void {
    const { ears, emit } = this.#options
    if (text) {
      // Words that no detector heard while the agent spoke are its own, come back over the line.
      if (!asked && ears.turns === 'engine' && this.#speaking) return
      emit({ type: 'caller-text', text, final: true })
      return this.#understood(text)
    }
    this.#wordless()
    this.#advance()
  }

  #wordless(): void {
    // More is to come, or a question that this noise cut in on gets its answer now.
    if (this.#owed || this.#waiting) return
    if (this.#unsaid === '') return this.#options.emit({ type: 'caller-text', text: '', final: true })
    this.#texts.push({ text: this.#unsaid, shielded: false })
    this.#unsaid = ''
  }

  /** The caller speaks, or what they said is not understood yet. */
  get #waiting(): boolean {
    const { ears } = this.#options
    return ears.listening || ears.pending > 0
  }

  /** The agent's sound is being heard, as far as the clock can tell. */
  get #speaking(): boolean {
    return this.#options.clock.monotonic() < this.#soundUntil + echo
  }

  /** The caller seems to be done: the answer is thought of before that is sure. */
  #think(text: string): void {
    const { models, brief } = this.#options
    if (this.#reply || this.#broken || text === '') return
    const turns = [...this.#history.turns(), { role: 'caller', text } as const]
    models.part().then(
      (model) => this.#over.signal.aborted || this.#forethought.prepare(model, turns, brief.tools),
      // Told when it is asked in earnest.
      () => undefined,
    )
  }

  #understood(text: string): void {
    this.#history.caller(text)
    this.#owed = true
    this.#chain = 0
    this.#unsaid = ''
    this.#advance()
  }

  // ── replying ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Begins what is to be said next, if now is the time for it. */
  #advance(): void {
    if (this.#reply || this.#over.signal.aborted) return
    const next = this.#texts.shift()
    if (next)
      return this.#begin(false, (reply) => sayText(Object.assign(reply, { shielded: next.shielded }), next.text))
    if (!this.#owed || this.#waiting || this.#broken) return
    this.#owed = false
    const { models, brief, patience } = this.#options
    const early: Question['early'] = (turns, signal) => this.#forethought.take(turns, signal)
    this.#begin(true, (reply) => replyWith(reply, { models, tools: brief.tools, patience, early }))
  }

  #begin(thought: boolean, run: (reply: Reply) => Promise<void>): void {
    const { ids, speakers, clock, emit, screen } = this.#options
    const reply: Reply = {
      id: ids.id('reply'),
      thought,
      begun: false,
      planned: '',
      calls: [],
      plays: [],
      shielded: false,
      blocked: false,
      ...(thought && screen && { screen }),
      abort: new AbortController(),
      history: this.#history,
      speakers,
      voice: { rate: this.#voice.rate, emit: (pcm) => this.#sound(pcm) },
      clock,
      emit,
      awake: () => this.#awake(),
      broke: (error) => this.#failed(error, false),
    }
    this.#reply = reply
    const stop = () => reply.abort.abort(this.#over.signal.reason)
    this.#over.signal.addEventListener('abort', stop, { once: true })
    run(reply)
      .then(
        () => this.#ended(reply),
        (error: unknown) => this.#broke(reply, error),
      )
      .finally(() => {
        this.#over.signal.removeEventListener('abort', stop)
        this.#advance()
      })
  }

  #sound(pcm: Int16Array): void {
    const now = this.#options.clock.monotonic()
    this.#soundUntil = Math.max(this.#soundUntil, now) + (pcm.length * 1000) / this.#voice.rate
    this.#voice.emit(pcm)
  }

  #awake(): void {
    const atMs = Math.max(0, this.#options.clock.monotonic() - this.#turnEnded)
    this.#options.emit({ type: 'measured', name: 'first-token', atMs })
  }

  #ended(reply: Reply): void {
    if (reply.abort.signal.aborted) return
    const { emit } = this.#options
    this.#reply = undefined
    this.#spoken.set(reply.id, reply.planned)
    this.#history.end(reply.id, reply.calls)
    // A model that has nothing to say has answered too.
    if (!reply.begun && reply.calls.length === 0) emit({ type: 'reply-started', reply: reply.id })
    if (reply.begun || reply.calls.length === 0) emit({ type: 'reply-ended', reply: reply.id })
    for (const call of reply.calls) this.#tools.set(call.id, call.name)
    for (const call of reply.calls) emit({ type: 'tool-called', call })
    for (const url of reply.plays) emit({ type: 'play', url })
  }

  /** What was said before it broke stands; without a word said, trying again has been tried. */
  #broke(reply: Reply, error: unknown): void {
    if (reply.abort.signal.aborted) return
    this.#reply = undefined
    reply.calls = []
    this.#history.end(reply.id, [])
    if (reply.begun) this.#options.emit({ type: 'reply-ended', reply: reply.id })
    this.#failed(error, !reply.begun)
  }

  /** The caller goes on while nothing of the reply has been heard: it would answer half a question. */
  #reconsider(): void {
    const { id, begun, thought } = this.#reply ?? {}
    if (id === undefined || begun || !thought) return
    this.#stop()
    this.#history.interrupt(id, 0)
    this.#tellModel('', 0)
    this.#owed = true
  }

  #interrupt(heard: string | undefined, heardMs: number): void {
    const reply = this.#reply
    this.#soundUntil = Math.min(this.#soundUntil, this.#options.clock.monotonic())
    this.#stop()
    this.#texts = []
    this.#unsaid = ''
    if (reply) this.#spoken.set(reply.id, reply.planned)
    if (reply && !reply.begun) {
      this.#history.interrupt(reply.id, 0)
      this.#owed ||= reply.thought && heard !== undefined
    }
    if (heard === undefined) return reply?.thought ? this.#tellModel('', 0) : undefined
    const text = this.#history.interrupt(heard, heardMs)
    this.#tellModel(text, heardMs)
    this.#unsaid = unheard(this.#spoken.get(heard) ?? '', text)
    // Only a caller's sound that turns out to be none brings it back, not an order to stop.
    const turns = this.#turns
    queueMicrotask(() => {
      if (turns === this.#turns) this.#unsaid = ''
    })
  }

  /** In the history it reads it for itself, unless it keeps its own. */
  #tellModel(heard: string, heardMs: number): void {
    this.#options.models.part().then(
      (model) => model.interrupted?.(heard, Math.round(heardMs)),
      () => undefined, // told when it is asked
    )
  }

  #stop(): void {
    this.#reply?.abort.abort(new Error('interrupted'))
    this.#reply = undefined
  }

  // ── tools ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #returned({ id, ok, result }: AgentOrder & { type: 'tool-result' }): void {
    const name = this.#tools.get(id)
    if (name === undefined) return
    this.#tools.delete(id)
    const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? 'done')
    this.#history.result(id, ok ? text : `failed: ${text}`)
    // After a hang-up or a transfer there is nobody to speak to.
    if (ok && lastTools.has(name)) return
    if (++this.#chain > longestChain) {
      const message = `the model called tools ${this.#chain} times in a row without an answer for the caller`
      return this.#failed(new OffhookError('vendor.failed', message), true)
    }
    // A caller who spoke meanwhile is not kept waiting; the model is asked again once all results are there.
    if (this.#tools.size === 0) this.#owed = true
    this.#advance()
  }

  // ── failing ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #failed(error: unknown, fatal: boolean): void {
    if (this.#over.signal.aborted) return
    const code = error instanceof OffhookError ? error.code : 'internal'
    const message = error instanceof Error ? error.message : String(error)
    this.#options.logger.warn(`pipeline: ${message}`, { code, fatal })
    this.#broken ||= fatal
    this.#options.emit({ type: 'failed', code, message, fatal })
  }
}

/** What is left of `planned` from the very word at which the caller stopped hearing. */
function unheard(planned: string, heard: string): string {
  return planned.trim().slice(heard.length).trim()
}
