/** One response in the making: items, sound and words, or a call; and how it ends. */
import { piecesOf, speak, type Piece } from '../speech.ts'
import type { SoundFormat } from '../sound.ts'
import type { SpokenAnswer } from '../script.ts'
import { shownItem, type Item } from './items.ts'

export interface ResponseHost {
  readonly answer: SpokenAnswer
  readonly format: SoundFormat
  readonly every: number
  id(prefix: string): string
  after(delay: number, run: () => void): unknown
  tell(type: string, fields: object): void
  /** The item becomes part of the conversation. */
  added(item: Item): void
  /** It is as it will be. */
  complete(item: Item): void
  over(): void
}

type End =
  | { readonly status: 'completed' }
  | { readonly status: 'cancelled'; readonly reason: 'turn_detected' | 'client_cancelled' }
  | { readonly status: 'failed'; readonly message: string }

export class Response {
  readonly id: string
  readonly #host: ResponseHost
  readonly #output: Item[] = []
  #stop: () => void = () => undefined
  #over = false

  constructor(host: ResponseHost) {
    this.#host = host
    this.id = host.id('resp')
    host.tell('response.created', { response: this.#shown({ status: 'in_progress' }) })
    host.after(0, () => this.#begin())
  }

  cancel(reason: 'turn_detected' | 'client_cancelled'): void {
    this.#stop()
    const item = this.#output[0]
    if (item?.type === 'message') this.#close(item, 'incomplete')
    this.#end({ status: 'cancelled', reason })
  }

  #begin(): void {
    if (this.#over) return
    const { answer, format, every, after, tell } = this.#host
    if (answer.fails !== undefined) return this.#end({ status: 'failed', message: answer.fails })
    if (!answer.words && answer.ms === 0) return this.#call()
    const item = this.#item({ type: 'message', role: 'assistant', words: '', ms: 0 })
    tell('response.content_part.added', { ...this.#place(item), part: { type: 'audio', transcript: '' } })
    this.#stop = speak({
      ...{ pieces: piecesOf(answer, format), every, after },
      say: (piece) => this.#say(item, piece),
      done: () => {
        this.#close(item, 'completed')
        this.#call()
      },
    })
  }

  #say(item: Item, { words, sound, ms }: Piece): void {
    const { tell } = this.#host
    item.words += words
    item.ms += ms
    if (words) tell('response.output_audio_transcript.delta', { ...this.#place(item), delta: words })
    if (sound) tell('response.output_audio.delta', { ...this.#place(item), delta: sound })
  }

  /** Partial where it was broken off. */
  #close(item: Item, status: 'completed' | 'incomplete'): void {
    const { tell, complete } = this.#host
    tell('response.output_audio.done', this.#place(item))
    tell('response.output_audio_transcript.done', { ...this.#place(item), transcript: item.words })
    const part = { type: 'audio', transcript: item.words }
    tell('response.content_part.done', { ...this.#place(item), part })
    this.#done(item, status)
    complete(item)
  }

  #call(): void {
    const { answer, tell, id, complete } = this.#host
    if (!answer.call) return this.#end({ status: 'completed' })
    const call = id('call')
    const item = this.#item({ type: 'function_call', words: '', ms: 0, call, name: answer.call.name })
    const at = { ...this.#place(item), call_id: call, content_index: undefined }
    const half = answer.call.arguments.length >> 1
    for (const delta of [answer.call.arguments.slice(0, half), answer.call.arguments.slice(half)])
      tell('response.function_call_arguments.delta', { ...at, delta })
    item.words = answer.call.arguments
    tell('response.function_call_arguments.done', { ...at, name: answer.call.name, arguments: item.words })
    this.#done(item, 'completed')
    complete(item)
    this.#end({ status: 'completed' })
  }

  #item(made: Omit<Item, 'id'>): Item {
    const item = { id: this.#host.id('item'), ...made }
    this.#output.push(item)
    this.#host.tell('response.output_item.added', {
      response_id: this.id,
      output_index: this.#output.length - 1,
      item: shownItem(item, 'in_progress'),
    })
    this.#host.added(item)
    return item
  }

  #done(item: Item, status: 'completed' | 'incomplete'): void {
    const output_index = this.#output.indexOf(item)
    this.#host.tell('response.output_item.done', {
      ...{ response_id: this.id, output_index, item: shownItem(item, status) },
    })
  }

  #place(item: Item): object {
    return { response_id: this.id, item_id: item.id, output_index: this.#output.indexOf(item), content_index: 0 }
  }

  #end(end: End): void {
    if (this.#over) return
    this.#over = true
    const { tell, over } = this.#host
    const usage = this.#usage()
    tell('response.done', {
      response: { ...this.#shown(end), output: this.#output.map((item) => shownItem(item)), usage },
    })
    const rate_limits = [{ name: 'tokens', limit: 40_000, remaining: 39_000, reset_seconds: 1.5 }]
    tell('rate_limits.updated', { rate_limits })
    over()
  }

  #usage(): object {
    const spoken = Math.round(this.#output.reduce((sum, { ms }) => sum + ms, 0) / 50)
    return {
      ...{ total_tokens: 100 + spoken, input_tokens: 80, output_tokens: 20 + spoken },
      input_token_details: { text_tokens: 30, audio_tokens: 50, cached_tokens: 10 },
      output_token_details: { text_tokens: 20, audio_tokens: spoken },
    }
  }

  #shown(end: End | { readonly status: 'in_progress' }): object {
    const details =
      end.status === 'cancelled'
        ? { type: end.status, reason: end.reason }
        : end.status === 'failed'
          ? { type: end.status, error: { type: 'server_error', code: 'server_error', message: end.message } }
          : null
    return { id: this.id, object: 'realtime.response', status: end.status, status_details: details, output: [] }
  }
}
