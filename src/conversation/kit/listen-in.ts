/** Reads along with an agent that speaks by itself: what it must not say is told as soon as it is known. */
import type { AgentEmit, AgentEvent } from '../../spec/agent.ts'
import { SentenceCutter } from '../pipeline/sentences.ts'
import type { Reading, Screen } from './screen.ts'

/** Passes everything on. After a `blocked` nothing of that reply is read any more. */
export function readAlong(screen: Screen, emit: AgentEmit): AgentEmit {
  let along: Along | undefined
  return (event) => {
    if (event.type === 'closed') along?.stop()
    if (event.type === 'reply-started' && event.reply !== along?.reply) along = new Along(event.reply, screen, emit)
    // The words go first: they are what is cut off.
    emit(event)
    if (event.type === 'reply-text' && event.reply === along?.reply) along.read(event.delta)
    if (event.type === 'reply-ended' && event.reply === along?.reply) along.end()
  }
}

class Along {
  readonly reply: string
  readonly #emit: (event: AgentEvent) => void
  readonly #reading: Reading
  readonly #cutter = new SentenceCutter()
  readonly #over = new AbortController()

  constructor(reply: string, screen: Screen, emit: AgentEmit) {
    this.reply = reply
    this.#emit = emit
    this.#reading = screen.begin()
  }

  read(delta: string): void {
    this.#take(this.#reading.read(delta))
    if (this.#reading.check) this.#check(this.#cutter.push(delta))
  }

  end(): void {
    this.#take(this.#reading.end())
    if (this.#reading.check) this.#check(this.#cutter.end())
  }

  stop(): void {
    this.#over.abort(new Error('blocked'))
  }

  #check(sentences: readonly string[]): void {
    for (const sentence of sentences)
      void this.#reading.check?.(sentence, this.#over.signal).then((verdict) => this.#take(verdict))
  }

  #take(verdict: Awaited<ReturnType<Reading['read']>>): void {
    if (!verdict || this.#over.signal.aborted) return
    this.stop()
    this.#emit({ type: 'blocked', said: false, ...verdict })
  }
}
