/** An agent made of a recogniser, a model and a speaker: hears a turn, thinks, speaks, and stops when it is told to. */
import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import type { Logger } from '../../lib/log.ts'
import { createSource, type Emitter } from '../../media/port.ts'
import type { AgentEmit, AgentOrder, AgentSession, Brief } from '../../spec/agent.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Model, Recogniser, Speaker } from '../../spec/speech.ts'
import { fill } from '../../lib/fill.ts'
import { lastTools } from '../tools.ts'
import { Hearing } from './hearing.ts'
import { History } from './history.ts'
import { isHopeless } from './mouth.ts'
import { type Reply, replyWith, sayText } from './reply.ts'

export interface PipelineOptions {
  readonly recogniser: Recogniser
  readonly model: Model
  readonly speaker: Speaker
  readonly brief: Brief
  /** System prompt; `{name}` is filled from variables. */
  readonly prompt?: string
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly emit: AgentEmit
}

/** Takes over the parts: closing the session closes them. Ready at once. */
export function createPipeline(options: PipelineOptions): AgentSession {
  return new Pipeline(options)
}

/** Replies in a row to nothing but tool results: more is a model that goes in circles. */
const longestChain = 10

class Pipeline implements AgentSession {
  readonly turns = 'engine'
  readonly port
  readonly #options: PipelineOptions
  readonly #over = new AbortController()
  readonly #hearing: Hearing
  readonly #voice: Emitter
  readonly #history: History
  /** Utterances are recognised one after another: texts keep the order in which they were said. */
  #recognised: Promise<void> = Promise.resolve()
  #recognising = 0
  /** The caller, or a tool, said something that has no reply yet. */
  #owed = false
  #chain = 0
  #reply: Reply | undefined
  #texts: string[] = []
  /** What the last interruption kept the caller from hearing; said after all when it was only noise. */
  #unsaid = ''
  readonly #spoken = new Map<string, string>()
  readonly #tools = new Map<string, string>()
  /** Turns the caller began. */
  #turns = 0
  #turnEnded = 0
  #broken = false

  constructor(options: PipelineOptions) {
    const { recogniser, speaker, prompt, brief, emit } = options
    this.#options = options
    this.#hearing = new Hearing(recogniser.rate)
    this.#voice = createSource(speaker.rate)
    this.port = { microphone: this.#voice, speaker: this.#hearing }
    this.#history = new History(prompt && fill(prompt, brief.variables))
    emit({ type: 'ready' })
  }

  order(order: AgentOrder): void {
    if (this.#over.signal.aborted) return
    switch (order.type) {
      case 'say':
        this.#texts.push(order.text)
        return this.#advance()
      case 'interrupt':
        return this.#interrupt(order.reply, order.heardMs)
      case 'speech-started':
        this.#turns++
        this.#hearing.start(order.agoMs ?? 0)
        return this.#reconsider()
      case 'speech-ended':
        this.#turnEnded = this.#options.clock.monotonic() - (order.agoMs ?? 0)
        return this.#hear(this.#hearing.stop(order.agoMs ?? 0))
      case 'digit':
        this.#reconsider()
        return this.#understood(`[DTMF: ${order.digit}]`)
      case 'text':
        return this.#understood(order.text)
      case 'tool-result':
        return this.#returned(order)
      default:
        return order satisfies never
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over.signal.aborted) return
    this.#over.abort(new Error('the agent was closed'))
    const { recogniser, model, speaker } = this.#options
    const closed = await Promise.allSettled([recogniser, model, speaker].map((part) => part[Symbol.asyncDispose]()))
    const errors = closed.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    if (errors.length > 0) throw new AggregateError(errors, 'parts of the pipeline did not close')
  }

  // ── hearing ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #hear(pcm: Int16Array): void {
    this.#recognising++
    this.#recognised = this.#recognised
      .then(() => this.#recognise(pcm))
      .then(
        (text) => this.#recognisedAs(text.trim()),
        (error: unknown) => this.#failed(error, true),
      )
      .finally(() => {
        this.#recognising--
        this.#advance()
      })
  }

  async #recognise(pcm: Int16Array): Promise<string> {
    const { recogniser } = this.#options
    const { signal } = this.#over
    try {
      return await recogniser.recognise(pcm, signal)
    } catch (error) {
      if (signal.aborted || isHopeless(error)) throw error
      return recogniser.recognise(pcm, signal)
    }
  }

  #recognisedAs(text: string): void {
    if (this.#over.signal.aborted) return
    if (text) {
      this.#options.emit({ type: 'caller-text', text, final: true })
      return this.#understood(text)
    }
    // More is to come, or a question that this noise cut in on gets its answer now.
    if (this.#owed || this.#recognising > 1 || this.#hearing.listening) return
    if (this.#unsaid === '') return this.#options.emit({ type: 'caller-text', text: '', final: true })
    this.#texts.push(this.#unsaid)
    this.#unsaid = ''
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
    const text = this.#texts.shift()
    if (text !== undefined) return this.#begin(false, (reply) => sayText(reply, text))
    const waiting = this.#hearing.listening || this.#recognising > 0
    if (!this.#owed || waiting || this.#broken) return
    this.#owed = false
    const { model, brief } = this.#options
    this.#begin(true, (reply) => replyWith(reply, model, brief.tools))
  }

  #begin(thought: boolean, run: (reply: Reply) => Promise<void>): void {
    const { ids, speaker, clock, emit } = this.#options
    const reply: Reply = {
      id: ids.id('reply'),
      thought,
      begun: false,
      planned: '',
      calls: [],
      abort: new AbortController(),
      history: this.#history,
      speaker,
      voice: this.#voice,
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
    this.#owed = true
  }

  #interrupt(heard: string | undefined, heardMs: number): void {
    const reply = this.#reply
    this.#stop()
    this.#texts = []
    this.#unsaid = ''
    if (reply) this.#spoken.set(reply.id, reply.planned)
    if (reply && !reply.begun) {
      this.#history.interrupt(reply.id, 0)
      this.#owed ||= reply.thought && heard !== undefined
    }
    if (heard === undefined) return
    const text = this.#history.interrupt(heard, heardMs)
    this.#unsaid = unheard(this.#spoken.get(heard) ?? '', text)
    // Only a caller's sound that turns out to be none brings it back, not an order to stop.
    const turns = this.#turns
    queueMicrotask(() => {
      if (turns === this.#turns) this.#unsaid = ''
    })
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
