/** The stream of a reply: server-sent chunks in, text, tool calls and usage out. */
import type { Ids } from '../../../lib/ids.ts'
import { inner, isFields, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { cutShort, eventsOf, filtered, spent } from '../../../protocols/vendor/events.ts'
import { refusalOf, refused, type Vendor } from '../../../protocols/vendor/refusal.ts'
import { counted } from '../../../protocols/vendor/usage.ts'
import type { ModelEvent } from '../../../spec/speech.ts'
import { CallDrafts } from './calls.ts'
import { Thoughts } from './thoughts.ts'

/** Throws `vendor.*` when the server reports an error, withholds the reply, or stops in the middle. */
export async function* readReply(
  vendor: Vendor,
  body: AsyncIterable<Uint8Array>,
  ids: Ids,
): AsyncGenerator<ModelEvent> {
  const drafts = new CallDrafts()
  const thoughts = new Thoughts()
  let usage: Readonly<Record<string, number>> | undefined
  let finish: string | undefined
  let spoken = false
  for await (const chunk of eventsOf(vendor, body)) {
    if (chunk === '[DONE]') {
      finish ??= 'stop'
      break
    }
    if (chunk['error']) throw refused(vendor, refusalOf(0, chunk))
    usage = usageOf(chunk) ?? usage
    const choice = Array.isArray(chunk['choices']) ? chunk['choices'][0] : undefined
    if (!isFields(choice)) continue
    finish = text(choice, 'finish_reason') ?? finish
    const delta = isFields(choice['delta']) ? choice['delta'] : inner(choice, 'message')
    // A refusal is the reply, in a field of its own.
    const said = thoughts.push(textOf(delta['content']) + (text(delta, 'refusal') ?? ''))
    spoken ||= said !== ''
    if (said) yield { type: 'text', delta: said }
    if (Array.isArray(delta['tool_calls'])) delta['tool_calls'].forEach((part, position) => drafts.add(part, position))
  }
  if (finish === undefined) throw cutShort(vendor)
  const rest = thoughts.end()
  if (rest) yield { type: 'text', delta: rest }
  if (usage) yield { type: 'usage', usage }
  if (finish === 'content_filter') throw filtered(vendor, finish)
  const calls = drafts.finish(ids)
  if (finish === 'length' && !spoken && !rest && calls.length === 0) throw spent(vendor)
  for (const call of calls) yield { type: 'tool', call }
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part) => (isFields(part) ? (text(part, 'text') ?? '') : '')).join('')
}

/** Groq reports usage in a field of its own. */
function usageOf(chunk: Fields): Readonly<Record<string, number>> | undefined {
  const usage = isFields(chunk['usage']) ? chunk['usage'] : inner(chunk, 'x_groq')['usage']
  if (!isFields(usage)) return undefined
  return counted({
    inputTokens: usage['prompt_tokens'],
    cachedTokens: inner(usage, 'prompt_tokens_details')['cached_tokens'],
    outputTokens: usage['completion_tokens'],
    reasoningTokens: inner(usage, 'completion_tokens_details')['reasoning_tokens'],
  })
}
