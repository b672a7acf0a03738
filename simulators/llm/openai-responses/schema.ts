/** What OpenAI's Responses API takes, as far as an agent needs it. Unknown fields are refused, as the vendor does. */
import { z } from 'zod'
import type { VendorReply } from '../../vendor/request.ts'
import { issueOf, type Asked } from '../model.ts'
import { invalid, reasons, unknownModel } from '../openai.ts'

const id = z.string().min(1).optional()
const status = z.enum(['in_progress', 'completed', 'incomplete']).optional()
const callId = z.string().min(1).max(64)

const content = z.union([
  z.string(),
  z.array(
    z
      .strictObject({ type: z.enum(['input_text', 'output_text']), text: z.string(), annotations: z.unknown() })
      .partial({ annotations: true }),
  ),
])

const item = z.union([
  z.strictObject({
    type: z.literal('message').optional(),
    id,
    status,
    role: z.enum(['user', 'assistant', 'system', 'developer']),
    content,
  }),
  z.strictObject({
    type: z.literal('function_call'),
    id,
    status,
    call_id: callId,
    name: z.string().min(1),
    arguments: z.string(),
  }),
  z.strictObject({ type: z.literal('function_call_output'), id, status, call_id: callId, output: z.string() }),
  z.strictObject({
    type: z.literal('reasoning'),
    id: z.string().min(1),
    status: status.nullable(),
    summary: z.array(z.unknown()),
    content: z.array(z.unknown()).optional(),
    encrypted_content: z.string().nullish(),
  }),
])

type Item = z.output<typeof item>

const tool = z.strictObject({
  type: z.literal('function'),
  name: z.string().regex(/^[\w-]{1,64}$/),
  description: z.string().nullish(),
  parameters: z.looseObject({ type: z.literal('object') }).nullable(),
  strict: z.boolean().nullable(),
})

const request = z.strictObject({
  model: z.string().min(1),
  input: z.union([z.string().min(1), z.array(item).min(1)]),
  instructions: z.string().nullish(),
  stream: z.literal(true, 'this simulator only streams'),
  store: z.boolean().nullish(),
  tools: z.array(tool).optional(),
  tool_choice: z.unknown().optional(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      summary: z.string().nullish(),
    })
    .nullish(),
  include: z.array(z.string()).nullish(),
  max_output_tokens: z.int().min(16).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'scale', 'priority']).nullish(),
  previous_response_id: z.string().nullish(),
  prompt_cache_key: z.string().optional(),
  text: z.looseObject({}).optional(),
})

export function fault(asked: Asked, thoughts: ReadonlySet<string>): VendorReply | undefined {
  const parsed = request.safeParse(asked)
  if (!parsed.success) {
    const { path, message, unknown } = issueOf(parsed.error)
    const param = unknown ?? path
    const code = unknown ? 'unknown_parameter' : 'invalid_value'
    return invalid({
      message: unknown ? `Unknown parameter: '${unknown}'.` : `Invalid '${path}': ${message}`,
      param,
      code,
    })
  }
  const { model, temperature, reasoning, input } = parsed.data
  if (model === 'no-such-model') return unknownModel(model)
  const unsupported = temperature != null && reasons(model) ? 'temperature' : undefined
  const wrong = unsupported ?? (reasoning?.effort != null && !reasons(model) ? 'reasoning.effort' : undefined)
  if (wrong) {
    const message = `Unsupported parameter: '${wrong}' is not supported with this model.`
    return invalid({ message, param: wrong, code: 'unsupported_parameter' })
  }
  return typeof input === 'string' ? undefined : itemsFault(input, thoughts)
}

/** Calls and outputs stand in pairs; reasoning that was not stored is of use only as it was given. */
function itemsFault(items: readonly Item[], thoughts: ReadonlySet<string>): VendorReply | undefined {
  const idsOf = (type: 'function_call' | 'function_call_output') =>
    items.flatMap((one) => (one.type === type && 'call_id' in one ? [one.call_id] : []))
  const calls = idsOf('function_call')
  const outputs = idsOf('function_call_output')
  const unanswered = calls.find((call) => !outputs.includes(call))
  if (unanswered) return invalid({ message: `No tool output found for function call ${unanswered}.`, param: 'input' })
  const orphan = outputs.find((call) => !calls.includes(call))
  if (orphan) {
    return invalid({ message: `No tool call found for function call output with call_id ${orphan}.`, param: 'input' })
  }
  for (const one of items) {
    if (one.type !== 'reasoning') continue
    if (!one.encrypted_content) {
      const message = `Item with id '${one.id}' not found. Items are not persisted when \`store\` is set to false.`
      return invalid({ message, param: 'input' })
    }
    if (!thoughts.has(one.encrypted_content)) {
      const message = `The encrypted content for item ${one.id} could not be verified.`
      return invalid({ message, param: 'input', code: 'invalid_encrypted_content' })
    }
  }
  return undefined
}
