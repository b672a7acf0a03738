/** Parts of a pipeline that do what a test tells them. */
import type { Clock } from '../../lib/clock.ts'
import type { Model, ModelEvent, Recogniser, Speaker, Tool, Turn } from '../../spec/speech.ts'

/** Answers utterances in order: with a text, an error, or whenever a promise settles. */
export class FakeRecogniser implements Recogniser {
  readonly rate = 16_000
  readonly heard: Int16Array[] = []
  readonly answers: (string | Error | Promise<string>)[] = []
  disposals = 0

  async recognise(pcm: Int16Array, _signal: AbortSignal): Promise<string> {
    this.heard.push(pcm)
    const answer = this.answers.shift() ?? ''
    if (answer instanceof Error) throw answer
    return answer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposals++
  }
}

type Step = string | ModelEvent | Error | Promise<unknown>

/** Replies with one script after another. A promise in a script is waited for; a string is a delta. */
export class FakeModel implements Model {
  readonly asked: (readonly Turn[])[] = []
  readonly tools: (readonly Tool[])[] = []
  readonly scripts: (readonly Step[])[] = []
  readonly signals: AbortSignal[] = []
  disposals = 0

  async *reply(history: readonly Turn[], tools: readonly Tool[], signal: AbortSignal): AsyncIterable<ModelEvent> {
    this.asked.push(history)
    this.tools.push(tools)
    this.signals.push(signal)
    for (const step of this.scripts.shift() ?? []) {
      if (step instanceof Error) throw step
      if (step instanceof Promise) await untilAborted(step, signal)
      else yield typeof step === 'string' ? { type: 'text', delta: step } : step
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposals++
  }
}

/** 100 ms of sound a word, a word at a time; each sentence takes `delay` to begin. */
export class FakeSpeaker implements Speaker {
  readonly rate: number = 16_000
  readonly said: string[] = []
  /** Thrown by the sentences to come, in order; after how many words. */
  readonly failures: { readonly error: Error; readonly after: number }[] = []
  readonly #clock: Clock
  readonly #delay: number
  disposals = 0

  constructor(clock: Clock, delay = 0) {
    this.#clock = clock
    this.#delay = delay
  }

  async *speak(text: string, signal: AbortSignal): AsyncIterable<Int16Array> {
    if (this.#delay > 0) await this.#clock.sleep(this.#delay, signal)
    this.said.push(text)
    const failure = this.failures.shift()
    for (const [index] of text.split(' ').entries()) {
      if (failure?.after === index) throw failure.error
      yield new Int16Array(1600).fill(500)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposals++
  }
}

function untilAborted(step: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  const aborted = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  return Promise.race([step, aborted])
}
