/** A model behind a socket of its own, which keeps the history itself: it is told each new turn, answers, and may speak unasked. */
import { OffhookError } from '../../spec/errors.ts'
import type {
  Model,
  ModelEvent,
  ModelInput,
  ModelSocket,
  ModelSocketEvent,
  PartFailed,
  ToolCall,
  Turn,
} from '../../spec/speech.ts'
import { Feed } from './feed.ts'
import { openVendorSocket, partError, type VendorNeeds, type VendorSocket } from './vendor-socket.ts'

/** What a model says or does although nobody asked. */
export type Unasked =
  | { readonly type: 'say'; readonly text: string; readonly shielded?: true }
  | { readonly type: 'play'; readonly url: string }
  | { readonly type: 'tool'; readonly call: ToolCall }
  | PartFailed

export interface SocketModelOptions extends VendorNeeds {
  readonly translator: ModelSocket
  readonly unasked: (event: Unasked) => void
}

/** Longest text of one answer: more is a program that runs wild, half an hour of speech. */
const longest = 20_000

/** Connected at once. Rejects with an OffhookError when it cannot be reached or refuses. */
export async function openSocketModel(options: SocketModelOptions): Promise<Model> {
  const model = new SocketModel(options)
  await model.open()
  return model
}

class SocketModel implements Model {
  readonly #options: SocketModelOptions
  #socket: Promise<VendorSocket<ModelInput, ModelSocketEvent>> | undefined
  #sessions = 0
  #closed = false
  /** The answer that is waited for. */
  #answer: Feed<ModelEvent> | undefined
  #length = 0
  /** What still comes belongs to an answer that nobody wants any more. */
  #stale = false
  #aside = ''
  #shielded = false
  /** Turns of the caller's that it was told. */
  #told: readonly string[] = []

  constructor(options: SocketModelOptions) {
    this.#options = options
  }

  open(): Promise<VendorSocket<ModelInput, ModelSocketEvent>> {
    this.#socket ??= this.#connect()
    return this.#socket
  }

  async *reply(history: readonly Turn[], _tools: unknown, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const turns = history.flatMap((turn) => (turn.role === 'caller' ? [turn.text] : []))
    const known = turns.findIndex((text, at) => text !== this.#told[at])
    // Nothing new: it does not want to know what came of its tools.
    if (known < 0) return
    const socket = await this.open()
    signal.throwIfAborted()
    const answer = new Feed<ModelEvent>()
    this.#begin(answer)
    this.#told = turns
    for (const text of turns.slice(known)) socket.give(inputOf(text))
    const stop = () => this.#abandon(answer, signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    try {
      yield* answer
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  interrupted(heard: string, heardMs: number): void {
    this.#socket?.then(
      (socket) => socket.give({ type: 'interrupted', heard, heardMs }),
      () => undefined, // gone: the next one knows of nothing that was said
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    const socket = await this.#socket?.catch(() => undefined)
    await socket?.[Symbol.asyncDispose]()
  }

  async #connect(): Promise<VendorSocket<ModelInput, ModelSocketEvent>> {
    const { translator } = this.#options
    try {
      const socket = await openVendorSocket<ModelInput, ModelSocketEvent>({
        ...this.#options,
        translator: { ...translator, idleAfter: undefined, explainClose: () => undefined },
        hear: (event) => this.#hear(event),
        lost: (error) => this.#lost(error),
      })
      this.#sessions++
      socket.start()
      return socket
    } catch (error) {
      this.#socket = undefined
      throw error
    }
  }

  #begin(answer: Feed<ModelEvent>): void {
    this.#answer = answer
    this.#stale = false
    this.#length = 0
    this.#aside = ''
  }

  #abandon(answer: Feed<ModelEvent>, reason: unknown): void {
    answer.fail(reason)
    if (this.#answer !== answer) return
    this.#answer = undefined
    this.#stale = true
  }

  #hear(event: ModelSocketEvent): void {
    switch (event.type) {
      case 'text':
        return this.#text(event)
      case 'play':
        return this.#options.unasked(event)
      case 'tool':
        // Each session counts its calls anew.
        return this.#options.unasked({
          type: 'tool',
          call: { ...event.call, id: `${this.#sessions}_${event.call.id}` },
        })
      case 'failed': {
        const { name, secrets } = this.#options.translator
        return this.#options.unasked({ ...event, message: partError(event, name, secrets).message, fatal: false })
      }
      default:
        return event satisfies never
    }
  }

  #text({ delta, last, shielded }: ModelSocketEvent & { readonly type: 'text' }): void {
    const whole = shielded && { shielded }
    const answer = this.#answer
    this.#length += delta.length
    const kept = this.#length <= longest
    if (answer && kept && delta) answer.push({ type: 'text', delta, ...whole })
    else if (!answer && !this.#stale && kept) this.#aside += delta
    this.#shielded ||= shielded === true && !answer
    if (!last) return
    this.#length = 0
    this.#stale = false
    this.#answer = undefined
    answer?.end()
    const text = this.#aside.trim()
    const aside = this.#shielded && { shielded: this.#shielded }
    this.#aside = ''
    this.#shielded = false
    if (text) this.#options.unasked({ type: 'say', text, ...aside })
  }

  /** A proper close is its way to say that it is done; else the next turn of the caller's connects anew. */
  #lost(error: OffhookError): void {
    this.#socket = undefined
    const answer = this.#answer
    this.#answer = undefined
    const close = error.details?.['close']
    if (this.#closed) return
    if (close !== 1000 && close !== 1005) return answer?.fail(error)
    answer?.end()
    this.#options.unasked({ type: 'tool', call: { id: 'closed_by_bot', name: 'hang_up', arguments: {} } })
  }
}

function inputOf(text: string): ModelInput {
  const digits = /^\[DTMF: ([\d*#A-D]+)\]$/.exec(text)?.[1]
  return digits === undefined ? { type: 'turn', text } : { type: 'digits', digits }
}
