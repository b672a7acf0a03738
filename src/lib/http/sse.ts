/** Server-sent events (HTML living standard, 9.2): bytes in, events out. */
import { LibError } from '../failure.ts'

export interface ServerSentEvent {
  /** `message` unless the server named it. */
  readonly event: string
  readonly data: string
  /** The last id the server sent, on this or an earlier event; empty when it sent none. */
  readonly id: string
  /** Reconnection time the server asked for, ms. */
  readonly retry?: number
}

export interface SseOptions {
  /** Characters of one event, unfinished line included. Default 1 Mi. */
  readonly maxLength?: number
}

const defaults = { maxLength: 1 << 20 } as const satisfies SseOptions

/** Incremental: chunks may cut anywhere, inside a character or between CR and LF. */
export class SseParser {
  readonly #maxLength: number
  readonly #decoder = new TextDecoder()
  #rest = ''
  #afterReturn = false
  #event = ''
  #data: string[] = []
  #length = 0
  #id = ''
  #retry: number | undefined

  constructor(options: SseOptions = {}) {
    this.#maxLength = options.maxLength ?? defaults.maxLength
  }

  /** The events that `chunk` completed. Throws `stream.too-large` when one outgrows the limit. */
  push(chunk: Uint8Array): ServerSentEvent[] {
    let text = this.#decoder.decode(chunk, { stream: true })
    if (text === '') return []
    // A line break cut in half: the LF belongs to the CR that ended the last chunk.
    if (this.#afterReturn && text.startsWith('\n')) text = text.slice(1)
    this.#afterReturn = text.endsWith('\r')
    const lines = (this.#rest + text).split(/\r\n|\r|\n/)
    this.#rest = lines.pop() ?? ''
    const events: ServerSentEvent[] = []
    for (const line of lines) {
      if (line !== '') this.#take(line)
      else if (this.#data.length > 0) events.push(this.#dispatch())
      else this.#reset()
    }
    this.#check(this.#length + this.#rest.length)
    return events
  }

  #take(line: string): void {
    this.#length += line.length
    this.#check(this.#length)
    const colon = line.indexOf(':')
    if (colon === 0) return // A comment: servers keep connections alive with them.
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') this.#data.push(value)
    else if (field === 'event') this.#event = value
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    else if (field === 'retry' && /^\d+$/.test(value)) this.#retry = Number(value)
  }

  #dispatch(): ServerSentEvent {
    const event = {
      event: this.#event || 'message',
      data: this.#data.join('\n'),
      id: this.#id,
      ...(this.#retry === undefined ? {} : { retry: this.#retry }),
    }
    this.#reset()
    return event
  }

  #reset(): void {
    this.#event = ''
    this.#data = []
    this.#length = 0
    this.#retry = undefined
  }

  #check(length: number): void {
    if (length > this.#maxLength) {
      throw new LibError('stream.too-large', `server-sent event of more than ${this.#maxLength} characters refused`)
    }
  }
}

/** Events of a response body. An event the server did not finish with an empty line is dropped, as the standard says. */
export async function* readEvents(
  body: AsyncIterable<Uint8Array>,
  options: SseOptions = {},
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const parser = new SseParser(options)
  for await (const chunk of body) yield* parser.push(chunk)
}
