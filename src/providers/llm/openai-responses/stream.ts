/** The stream of a reply: the vendor's events in, text, tool calls and usage out. */
import type { Ids } from '../../../lib/ids.ts'
import { inner, text, whole, type Fields } from '../../../protocols/json-media/fields.ts'
import { callArguments } from '../../../protocols/vendor/arguments.ts'
import { cutShort, eventsOf, filtered, spent } from '../../../protocols/vendor/events.ts'
import { refusalOf, refused, type Vendor } from '../../../protocols/vendor/refusal.ts'
import { counted } from '../../../protocols/vendor/usage.ts'
import type { ModelEvent, ToolCall } from '../../../spec/speech.ts'

/** By the id of a tool call: the items of reasoning that came before it, as the vendor wrote them. */
export type Reasoning = Map<string, readonly Fields[]>

interface Draft {
  readonly id: string
  readonly name: string
  readonly thoughts: readonly Fields[]
  json: string
}

/** Throws `vendor.*` when OpenAI reports an error, withholds the reply, or stops in the middle. */
export async function* readReply(
  vendor: Vendor,
  body: AsyncIterable<Uint8Array>,
  { ids, reasoning }: { readonly ids: Ids; readonly reasoning: Reasoning },
): AsyncGenerator<ModelEvent> {
  const items = new Items(ids)
  let spoken = false
  for await (const event of eventsOf(vendor, body)) {
    if (event === '[DONE]') continue
    const type = text(event, 'type')
    if (type === 'response.output_text.delta' || type === 'response.refusal.delta') {
      const delta = text(event, 'delta') ?? ''
      spoken ||= delta !== ''
      if (delta) yield { type: 'text', delta }
    } else if (type === 'error') throw refused(vendor, refusalOf(0, event))
    else if (type === 'response.failed') throw refused(vendor, refusalOf(0, inner(event, 'response')))
    else if (type === 'response.completed' || type === 'response.incomplete') {
      const response = inner(event, 'response')
      yield { type: 'usage', usage: usageOf(response) }
      const why = text(inner(response, 'incomplete_details'), 'reason')
      if (why !== undefined && why !== 'max_output_tokens') throw filtered(vendor, why)
      const calls = items.finish(reasoning)
      if (why !== undefined && !spoken && calls.length === 0) throw spent(vendor)
      for (const call of calls) yield { type: 'tool', call }
      return
    } else items.take(type, event)
  }
  throw cutShort(vendor)
}

/** Output items by their place in the response. */
class Items {
  readonly #ids: Ids
  readonly #drafts = new Map<number, Draft>()
  #thoughts: Fields[] = []

  constructor(ids: Ids) {
    this.#ids = ids
  }

  take(type: string | undefined, event: Fields): void {
    const place = whole(event['output_index']) ?? this.#drafts.size
    const item = inner(event, 'item')
    const kind = text(item, 'type')
    if (type === 'response.output_item.done' && kind === 'reasoning') this.#think(item)
    if (type === 'response.output_item.added' && kind === 'function_call') this.#begin(place, item)
    const draft = this.#drafts.get(place)
    if (!draft) return
    if (type === 'response.function_call_arguments.delta') draft.json += text(event, 'delta') ?? ''
    if (type === 'response.function_call_arguments.done') draft.json = text(event, 'arguments') ?? draft.json
    if (type === 'response.output_item.done') draft.json = text(item, 'arguments') ?? draft.json
  }

  finish(reasoning: Reasoning): readonly ToolCall[] {
    return [...this.#drafts.values()].map(({ id, name, json, thoughts }) => {
      if (thoughts.length > 0) reasoning.set(id, thoughts)
      return { id, name, ...callArguments(name, json) }
    })
  }

  /** Without its encrypted contents it means nothing to a vendor that stores nothing. */
  #think(item: Fields): void {
    if (text(item, 'encrypted_content') !== undefined) this.#thoughts.push(item)
  }

  #begin(place: number, item: Fields): void {
    const name = text(item, 'name')
    if (name === undefined) return
    const id = text(item, 'call_id') ?? this.#ids.id('tool')
    this.#drafts.set(place, { id, name, thoughts: this.#thoughts, json: text(item, 'arguments') ?? '' })
    this.#thoughts = []
  }
}

function usageOf(response: Fields): Readonly<Record<string, number>> {
  const usage = inner(response, 'usage')
  return counted({
    inputTokens: usage['input_tokens'],
    cachedTokens: inner(usage, 'input_tokens_details')['cached_tokens'],
    outputTokens: usage['output_tokens'],
    reasoningTokens: inner(usage, 'output_tokens_details')['reasoning_tokens'],
  })
}
