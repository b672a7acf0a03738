/** An answer thought of before the caller is known to be done: used if they said just that, dropped if they went on. */
import type { Model, ModelEvent, Tool, Turn } from '../../spec/speech.ts'
import { Feed } from './feed.ts'

interface Thought {
  readonly question: string
  readonly abort: AbortController
  readonly events: Feed<ModelEvent>
}

export class Forethought {
  #thought: Thought | undefined

  /** Begins to think about `history`, unless that is what is thought about. */
  prepare(model: Model, history: readonly Turn[], tools: readonly Tool[]): void {
    const question = JSON.stringify(history)
    if (this.#thought?.question === question) return
    this.drop()
    const thought = { question, abort: new AbortController(), events: new Feed<ModelEvent>() }
    this.#thought = thought
    think(thought, model.reply(history, tools, thought.abort.signal)).then(
      () => thought.events.end(),
      (error: unknown) => thought.events.fail(error),
    )
  }

  /** What was thought about just this, as far as it is, and the rest as it comes. Undefined when it was something else. */
  take(history: readonly Turn[], signal: AbortSignal): AsyncIterable<ModelEvent> | undefined {
    const thought = this.#thought
    if (!thought || thought.question !== JSON.stringify(history)) {
      this.drop()
      return undefined
    }
    this.#thought = undefined
    return read(thought, signal)
  }

  /** The vendor is told too. */
  drop(): void {
    this.#thought?.abort.abort(new Error('the caller went on'))
    this.#thought = undefined
  }
}

async function think({ events }: Thought, thinking: AsyncIterable<ModelEvent>): Promise<void> {
  for await (const event of thinking) events.push(event)
}

async function* read({ events, abort }: Thought, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  const stop = () => abort.abort(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    yield* events
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}
