/** A voice beside an agent that hears and speaks by itself: when the agent is lost for good, it says what is still to be said. */
import { fit } from '../media/chain.ts'
import { createSource, type Emitter } from '../media/port.ts'
import type { AgentEmit, AgentEvent, AgentOrder, AgentSession } from '../spec/agent.ts'
import type { Speaker } from '../spec/speech.ts'
import { codeOf } from './vendor.ts'

/** `speaker` is opened when there is something to say, not before. Rejects as `open` does. */
export async function withSpareVoice(
  open: (emit: AgentEmit) => Promise<AgentSession>,
  speaker: () => Promise<Speaker>,
  emit: AgentEmit,
): Promise<AgentSession> {
  const early: AgentEvent[] = []
  let hear: AgentEmit = (event) => void early.push(event)
  const agent = new Spared(await open((event) => hear(event)), speaker, emit)
  hear = (event) => agent.heard(event)
  for (const event of early) hear(event)
  return agent
}

class Spared implements AgentSession {
  readonly turns
  readonly greets
  readonly port
  readonly #agent: AgentSession
  readonly #speaker: () => Promise<Speaker>
  readonly #emit: AgentEmit
  readonly #voice: Emitter
  readonly #over = new AbortController()
  #listening = false
  #lost = false
  #replies = 0
  #saying: Promise<void> = Promise.resolve()

  constructor(agent: AgentSession, speaker: () => Promise<Speaker>, emit: AgentEmit) {
    const { rate } = agent.port.microphone
    this.#agent = agent
    this.#speaker = speaker
    this.#emit = emit
    this.#voice = createSource(rate)
    this.turns = agent.turns
    this.greets = agent.greets ?? false
    this.port = {
      microphone: { rate, pipe: (sink: Parameters<Emitter['pipe']>[0]) => this.#listen(sink) },
      speaker: agent.port.speaker,
    }
  }

  order(order: AgentOrder): void {
    if (!this.#lost) return this.#agent.order(order)
    if (order.type !== 'say' || this.#over.signal.aborted) return
    this.#replies++
    this.#saying = this.#saying.then(() => this.#say(order.text))
  }

  heard(event: AgentEvent): void {
    // It is gone in any case: whoever hears that it failed may have something to say.
    if (event.type === 'failed' && event.fatal) this.#lost = true
    if (event.type === 'closed' && this.#lost && this.#replies > 0) return
    this.#emit(event)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new Error('the agent was closed'))
    await Promise.all([this.#agent[Symbol.asyncDispose](), this.#saying])
  }

  /** An agent may speak as soon as somebody listens. */
  #listen(sink: Parameters<Emitter['pipe']>[0]): Disposable {
    const pipe = this.#voice.pipe(sink)
    const { rate } = this.#voice
    const { microphone } = this.#agent.port
    if (!this.#listening) {
      this.#listening = true
      const write = (pcm: Int16Array): void => void (this.#lost || this.#voice.emit(pcm))
      microphone.pipe({ rate, write, flush: () => this.#voice.flush(), toString: () => `${rate} Hz` })
    }
    return pipe
  }

  /** Never rejects: without this voice, too, it is the end. */
  async #say(text: string): Promise<void> {
    const { signal } = this.#over
    try {
      await using speaker = await this.#speaker()
      const reply = `spare_${this.#replies}`
      const way = fit(speaker.rate)({ ...this.#voice, write: (pcm) => this.#voice.emit(pcm), toString: () => 'spare' })
      this.#emit({ type: 'reply-started', reply })
      this.#emit({ type: 'reply-text', reply, delta: text })
      for await (const pcm of speaker.speak(text, signal)) {
        signal.throwIfAborted()
        way.write(pcm)
      }
      way.flush?.()
      this.#emit({ type: 'reply-ended', reply })
    } catch (error) {
      if (signal.aborted) return
      const message = `the spare voice failed: ${error instanceof Error ? error.message : String(error)}`
      this.#emit({ type: 'failed', code: codeOf(error), message, fatal: false })
      this.#emit({ type: 'closed' })
    }
  }
}
