/** The stream of a reply: Gemini's chunks in, text, tool calls and usage out. */
import type { Ids } from '../../../lib/ids.ts'
import { inner, isFields, text, whole, type Fields } from '../../../protocols/json-media/fields.ts'
import { cutShort, eventsOf, filtered, spent } from '../../../protocols/vendor/events.ts'
import { refusalOf, refused, type Vendor } from '../../../protocols/vendor/refusal.ts'
import { counted } from '../../../protocols/vendor/usage.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { ModelEvent, ToolCall } from '../../../spec/speech.ts'

/** By our id of a tool call: Gemini's own, if it gave one, and its signature. */
export type Signatures = Map<string, { readonly id: string | undefined; readonly signature: string | undefined }>

/** The stream simply ends: the reason to finish is its only end mark. */
export async function* readReply(
  vendor: Vendor,
  body: AsyncIterable<Uint8Array>,
  { ids, signatures }: { readonly ids: Ids; readonly signatures: Signatures },
): AsyncGenerator<ModelEvent> {
  const calls: ToolCall[] = []
  let usage: Fields = {}
  let finish: string | undefined
  let spoken = false
  for await (const chunk of eventsOf(vendor, body)) {
    if (chunk === '[DONE]') continue
    if (chunk['error']) throw refused(vendor, refusalOf(0, chunk))
    const blocked = text(inner(chunk, 'promptFeedback'), 'blockReason')
    if (blocked !== undefined) throw filtered(vendor, blocked)
    usage = isFields(chunk['usageMetadata']) ? chunk['usageMetadata'] : usage
    const candidate = Array.isArray(chunk['candidates']) ? chunk['candidates'][0] : undefined
    if (!isFields(candidate)) continue
    finish = text(candidate, 'finishReason') ?? finish
    for (const part of partsOf(candidate)) {
      // Summaries of its thinking are no words of the reply.
      const delta = part['thought'] === true ? undefined : text(part, 'text')
      spoken ||= delta !== undefined
      if (delta !== undefined) yield { type: 'text', delta }
      const call = callOf(part, ids, signatures)
      if (call) calls.push(call)
    }
  }
  if (finish === undefined) throw cutShort(vendor)
  yield { type: 'usage', usage: usageOf(usage) }
  throwIfStopped(vendor, finish, spoken || calls.length > 0)
  for (const call of calls) yield { type: 'tool', call }
}

function partsOf(candidate: Fields): readonly Fields[] {
  const parts = inner(candidate, 'content')['parts']
  return Array.isArray(parts) ? parts.filter(isFields) : []
}

function callOf(part: Fields, ids: Ids, signatures: Signatures): ToolCall | undefined {
  const given = inner(part, 'functionCall')
  const name = text(given, 'name')
  if (name === undefined) return undefined
  const own = text(given, 'id')
  const id = own ?? ids.id('tool')
  signatures.set(id, { id: own, signature: text(part, 'thoughtSignature') })
  return { id, name, arguments: inner(given, 'args') }
}

function throwIfStopped(vendor: Vendor, finish: string, answered: boolean): void {
  if (finish === 'STOP') return
  if (finish === 'MAX_TOKENS') {
    if (!answered) throw spent(vendor)
  } else if (/TOOL_CALL|FUNCTION_CALL/.test(finish)) {
    throw new OffhookError(
      'vendor.failed',
      `Gemini made a tool call that cannot be read (${finish}); simpler tools or another model may help`,
    )
  } else throw filtered(vendor, finish)
}

function usageOf(usage: Fields): Readonly<Record<string, number>> {
  const thoughts = whole(usage['thoughtsTokenCount'])
  const said = whole(usage['candidatesTokenCount'])
  return counted({
    inputTokens: usage['promptTokenCount'],
    cachedTokens: usage['cachedContentTokenCount'],
    outputTokens: said === undefined && thoughts === undefined ? undefined : (said ?? 0) + (thoughts ?? 0),
    reasoningTokens: thoughts,
  })
}
