/** The stream of a reply: server-sent chunks in, text, tool calls and usage out. */
import { readEvents } from '../../../lib/http/sse.ts'
import type { Ids } from '../../../lib/ids.ts'
import { parseJson } from '../../../lib/json.ts'
import { redactText } from '../../../lib/redact.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { ModelEvent } from '../../../spec/speech.ts'
import { CallDrafts } from './calls.ts'
import { isRecord } from './record.ts'
import { Thoughts } from './thoughts.ts'

/** Throws `vendor.failed` when the server reports an error, or stops in the middle. */
export async function* readReply(body: AsyncIterable<Uint8Array>, ids: Ids): AsyncGenerator<ModelEvent> {
  const drafts = new CallDrafts()
  const thoughts = new Thoughts()
  let usage: Readonly<Record<string, number>> | undefined
  let finished = false
  for await (const { data } of readEvents(body)) {
    if (data.trim() === '[DONE]') {
      finished = true
      break
    }
    const chunk = parsed(data)
    if (!chunk) continue
    throwIfError(chunk)
    usage = usageOf(chunk) ?? usage
    const choice = Array.isArray(chunk['choices']) ? chunk['choices'][0] : undefined
    if (!isRecord(choice)) continue
    finished ||= Boolean(choice['finish_reason'])
    const delta = isRecord(choice['delta']) ? choice['delta'] : choice['message']
    if (!isRecord(delta)) continue
    const text = thoughts.push(textOf(delta['content']))
    if (text) yield { type: 'text', delta: text }
    if (Array.isArray(delta['tool_calls'])) delta['tool_calls'].forEach((part, position) => drafts.add(part, position))
  }
  if (!finished) throw new OffhookError('vendor.failed', 'the chat server stopped in the middle of a reply')
  const rest = thoughts.end()
  if (rest) yield { type: 'text', delta: rest }
  for (const call of drafts.finish(ids)) yield { type: 'tool', call }
  if (usage) yield { type: 'usage', usage }
}

/** Lines that are no chunk mean nothing: servers send notes of their own. */
function parsed(data: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseJson(data)
    return isRecord(value) ? value : undefined
  } catch {
    // A stream that lacks something essential ends without a finish reason, and is refused for that.
    return undefined
  }
}

function throwIfError(chunk: Readonly<Record<string, unknown>>): void {
  if (!chunk['error']) return
  throw new OffhookError('vendor.failed', `the chat server broke off: ${messageOf(chunk) ?? 'it did not say why'}`)
}

/** What an error object says, in any of the usual shapes. */
export function messageOf(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined
  const error = value['error'] ?? value['message'] ?? value['detail']
  const text = isRecord(error) ? error['message'] : error
  return typeof text === 'string' ? redactText(text.slice(0, 500)) : undefined
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('')
}

/** Groq reports usage in a field of its own. */
function usageOf(chunk: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> | undefined {
  const groq = isRecord(chunk['x_groq']) ? chunk['x_groq']['usage'] : undefined
  const usage = isRecord(chunk['usage']) ? chunk['usage'] : groq
  if (!isRecord(usage)) return undefined
  return Object.fromEntries(
    Object.entries(usage).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  )
}
