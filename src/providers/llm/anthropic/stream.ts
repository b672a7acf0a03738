/** The stream of a reply: Anthropic's events in, text, tool calls and usage out. */
import type { Ids } from '../../../lib/ids.ts'
import { inner, text, whole, type Fields } from '../../../protocols/json-media/fields.ts'
import { callArguments } from '../../../protocols/vendor/arguments.ts'
import { cutShort, eventsOf, filtered, spent } from '../../../protocols/vendor/events.ts'
import { refusalOf, refused, type Vendor } from '../../../protocols/vendor/refusal.ts'
import { counted } from '../../../protocols/vendor/usage.ts'
import type { ModelEvent, ToolCall } from '../../../spec/speech.ts'

/** By the id of a tool call: the thinking that came before it, signed, as Anthropic wants it back. */
export type Thinking = Map<string, readonly object[]>

/** Throws `vendor.*` when Anthropic reports an error, withholds the reply, or stops in the middle. */
export async function* readReply(
  vendor: Vendor,
  body: AsyncIterable<Uint8Array>,
  { ids, thinking }: { readonly ids: Ids; readonly thinking: Thinking },
): AsyncGenerator<ModelEvent> {
  const blocks = new Blocks(ids)
  let usage: Fields = {}
  let stop: string | undefined
  let spoken = false
  for await (const event of eventsOf(vendor, body)) {
    if (event === '[DONE]') continue
    const type = text(event, 'type')
    if (type === 'error') throw refused(vendor, refusalOf(0, event))
    else if (type === 'message_start') usage = inner(inner(event, 'message'), 'usage')
    else if (type === 'message_delta') {
      // Cumulative; what it leaves out stays as it was.
      usage = { ...usage, ...inner(event, 'usage') }
      stop = text(inner(event, 'delta'), 'stop_reason') ?? stop
    } else if (type === 'message_stop') {
      yield { type: 'usage', usage: usageOf(usage) }
      const calls = blocks.finish(thinking)
      throwIfStopped(vendor, stop, spoken || calls.length > 0)
      for (const call of calls) yield { type: 'tool', call }
      return
    } else {
      const delta = blocks.take(type, event)
      spoken ||= delta !== ''
      if (delta) yield { type: 'text', delta }
    }
  }
  throw cutShort(vendor)
}

function throwIfStopped(vendor: Vendor, stop: string | undefined, answered: boolean): void {
  if (stop === 'refusal') throw filtered(vendor, stop)
  if (stop === 'max_tokens' && !answered) throw spent(vendor)
  if (stop === 'model_context_window_exceeded') {
    throw refused(vendor, { status: 0, message: 'prompt is too long for the context window', names: [stop] })
  }
}

type Block =
  | { readonly type: 'tool'; readonly id: string; readonly name: string; json: string; readonly given: Fields }
  | { readonly type: 'thinking'; thinking: string; signature: string }
  | { readonly type: 'redacted'; readonly data: string }

/** Content blocks by their place in the message. */
class Blocks {
  readonly #ids: Ids
  readonly #blocks = new Map<number, Block>()

  constructor(ids: Ids) {
    this.#ids = ids
  }

  /** The text to be spoken. */
  take(type: string | undefined, event: Fields): string {
    const index = whole(event['index']) ?? -1
    if (type === 'content_block_start') return this.#begin(index, inner(event, 'content_block'))
    if (type !== 'content_block_delta') return ''
    const delta = inner(event, 'delta')
    const block = this.#blocks.get(index)
    if (block?.type === 'tool') block.json += text(delta, 'partial_json') ?? ''
    if (block?.type === 'thinking') {
      block.thinking += text(delta, 'thinking') ?? ''
      block.signature += text(delta, 'signature') ?? ''
    }
    return text(delta, 'type') === 'text_delta' ? (text(delta, 'text') ?? '') : ''
  }

  finish(thinking: Thinking): readonly ToolCall[] {
    const calls: ToolCall[] = []
    let thoughts: object[] = []
    for (const block of this.#blocks.values()) {
      if (block.type === 'thinking') thoughts.push({ ...block })
      else if (block.type === 'redacted') thoughts.push({ type: 'redacted_thinking', data: block.data })
      else {
        const { id, name, json, given } = block
        if (thoughts.length > 0) thinking.set(id, thoughts)
        thoughts = []
        calls.push({ id, name, ...(json === '' ? { arguments: given } : callArguments(name, json)) })
      }
    }
    return calls
  }

  #begin(index: number, block: Fields): string {
    const type = text(block, 'type')
    const name = text(block, 'name')
    if (type === 'tool_use' && name !== undefined) {
      const id = text(block, 'id') ?? this.#ids.id('toolu')
      this.#blocks.set(index, { type: 'tool', id, name, json: '', given: inner(block, 'input') })
    } else if (type === 'thinking') this.#blocks.set(index, { type, thinking: '', signature: '' })
    else if (type === 'redacted_thinking') {
      this.#blocks.set(index, { type: 'redacted', data: text(block, 'data') ?? '' })
    }
    return type === 'text' ? (text(block, 'text') ?? '') : ''
  }
}

/** Anthropic counts what it read from its cache, and what it wrote there, apart from the rest. */
function usageOf(usage: Fields): Readonly<Record<string, number>> {
  const read = whole(usage['cache_read_input_tokens']) ?? 0
  const written = whole(usage['cache_creation_input_tokens']) ?? 0
  const input = whole(usage['input_tokens'])
  return counted({
    inputTokens: input === undefined ? undefined : input + read + written,
    cachedTokens: read,
    cacheWriteTokens: written > 0 ? written : undefined,
    outputTokens: usage['output_tokens'],
    reasoningTokens: inner(usage, 'output_tokens_details')['thinking_tokens'],
  })
}
