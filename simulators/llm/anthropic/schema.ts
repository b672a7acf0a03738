/** What Anthropic's Messages API takes, as far as an agent needs it. Unknown fields are refused, as the vendor does. */
import { z } from 'zod'
import { issueOf, type Asked } from '../model.ts'

const cache = z.strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() }).nullish()
const said = z.string().min(1, 'text content blocks must be non-empty')
const textBlock = z.strictObject({ type: z.literal('text'), text: said, cache_control: cache })
const callId = z.string().regex(/^[a-zA-Z0-9_-]+$/)

const block = z.discriminatedUnion('type', [
  textBlock,
  z.strictObject({
    type: z.literal('tool_use'),
    id: callId,
    name: z.string().min(1),
    input: z.looseObject({}),
    cache_control: cache,
  }),
  z.strictObject({
    type: z.literal('tool_result'),
    tool_use_id: callId,
    content: z.union([z.string(), z.array(textBlock)]).optional(),
    is_error: z.boolean().optional(),
    cache_control: cache,
  }),
  z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string().min(1) }),
  z.strictObject({ type: z.literal('redacted_thinking'), data: z.string().min(1) }),
])

type Block = z.output<typeof block>

const message = z.strictObject({
  role: z.enum(['user', 'assistant']),
  content: z.union([z.string().min(1, 'messages must have non-empty content'), z.array(block).min(1)]),
})

const tool = z.strictObject({
  type: z.literal('custom').nullish(),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
  description: z.string().optional(),
  input_schema: z.looseObject({ type: z.literal('object') }),
  cache_control: cache,
})

const request = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1),
  messages: z.array(message).min(1, 'at least one message is required'),
  system: z.union([z.string(), z.array(textBlock)]).optional(),
  stream: z.literal(true, 'this simulator only streams'),
  temperature: z.number().min(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.int().min(0).optional(),
  tools: z.array(tool).optional(),
  tool_choice: z.looseObject({ type: z.enum(['auto', 'any', 'tool', 'none']) }).optional(),
  thinking: z.looseObject({ type: z.string() }).optional(),
  stop_sequences: z.array(z.string()).optional(),
  metadata: z.strictObject({ user_id: z.string().nullish() }).optional(),
  service_tier: z.enum(['auto', 'standard_only']).optional(),
  cache_control: cache,
})

/** What is wrong with a request, in the vendor's words. `signed`: calls that came after thinking, with its signature. */
export function requestFault(
  asked: Asked,
  version: string | undefined,
  signed: ReadonlyMap<string, string>,
): string | undefined {
  if (version === undefined) return 'anthropic-version: header is required'
  if (version !== '2023-06-01' && version !== '2026-10-21')
    return `anthropic-version: "${version}" is not a valid version`
  const parsed = request.safeParse(asked)
  if (!parsed.success) {
    const { path, message: why, unknown } = issueOf(parsed.error)
    if (unknown) return `${path ? `${path}.` : ''}${unknown}: Extra inputs are not permitted`
    return `${path}: ${why}`
  }
  const { temperature, top_p, top_k, messages } = parsed.data
  const sampled = temperature !== undefined || top_p !== undefined || top_k !== undefined
  if (version === '2026-10-21' && sampled) return 'temperature: Extra inputs are not permitted'
  return turnsFault(
    messages.map(({ role, content }) => ({ role, blocks: typeof content === 'string' ? [] : content })),
    signed,
  )
}

interface Said {
  readonly role: 'user' | 'assistant'
  readonly blocks: readonly Block[]
}

function turnsFault(messages: readonly Said[], signed: ReadonlyMap<string, string>): string | undefined {
  if (messages[0]?.role !== 'user') return 'messages: first message must use the "user" role'
  if (messages.at(-1)?.role !== 'user') {
    return 'This model does not support assistant message prefill. The conversation must end with a user message.'
  }
  for (const [at, { role, blocks }] of messages.entries()) {
    const before = messages[at - 1]?.blocks ?? []
    const fault = role === 'user' ? resultsFault(at, before, blocks) : thoughtsFault(at, blocks, signed)
    if (fault) return fault
  }
  return undefined
}

/** Results come first, right after their calls, one for each. */
function resultsFault(at: number, before: readonly Block[], blocks: readonly Block[]): string | undefined {
  const calls = before.flatMap((one) => (one.type === 'tool_use' ? [one.id] : []))
  const first = blocks.findIndex(({ type }) => type !== 'tool_result')
  const leading = blocks.slice(0, first < 0 ? blocks.length : first)
  const results = leading.flatMap((one) => (one.type === 'tool_result' ? [one.tool_use_id] : []))
  const missing = calls.filter((id) => !results.includes(id))
  if (missing.length > 0) {
    return `messages.${at - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`
  }
  const all = blocks.flatMap((one) => (one.type === 'tool_result' ? [one.tool_use_id] : []))
  const orphan = all.find((id) => !calls.includes(id))
  return orphan && `messages.${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${orphan}.`
}

/** What was thought before a call comes back before it, as it was signed. */
function thoughtsFault(at: number, blocks: readonly Block[], signed: ReadonlyMap<string, string>): string | undefined {
  let signature: string | undefined
  for (const one of blocks) {
    if (one.type === 'thinking') signature = one.signature
    const wanted = one.type === 'tool_use' ? signed.get(one.id) : undefined
    if (wanted && signature === undefined) {
      return `messages.${at}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${one.type}\`.`
    }
    if (wanted && signature !== wanted) return `messages.${at}.content.0: Invalid \`signature\` in \`thinking\` block`
  }
  return undefined
}
