/** OpenAI's Chat Completions, simulated; only streamed, as a telephone wants them. */
import { z } from 'zod'
import type { VendorReply } from '../../vendor/request.ts'
import {
  deltas,
  fragments,
  issueOf,
  jsonOf,
  serveModel,
  tokensOf,
  type Asked,
  type ModelOptions,
  type ModelServer,
  type ScriptedAnswer,
} from '../model.ts'
import { bearer, invalid, reasons, refuse, unknownModel } from '../openai.ts'

export function startOpenaiChatLlm(options: ModelOptions): Promise<ModelServer> {
  return serveModel(
    {
      serves: ({ method, path }) => method === 'POST' && path === '/v1/chat/completions',
      key: bearer,
      refuse,
      fault,
      events,
    },
    options,
  )
}

const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().regex(/^[\w-]{1,64}$/),
    description: z.string().optional(),
    parameters: z.looseObject({ type: z.literal('object') }).optional(),
    strict: z.boolean().nullish(),
  }),
})

const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
})

const text = z.union([z.string(), z.array(z.strictObject({ type: z.literal('text'), text: z.string() })).min(1)])

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer', 'user']), content: text, name: z.string().optional() }),
  z.strictObject({
    role: z.literal('assistant'),
    content: text.nullish(),
    tool_calls: z.array(toolCall).min(1).optional(),
    refusal: z.string().nullish(),
  }),
  z.strictObject({ role: z.literal('tool'), tool_call_id: z.string().min(1), content: text }),
])

const request = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  stream: z.literal(true, 'this simulator only streams'),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).optional(),
  tools: z.array(tool).min(1).optional(),
  tool_choice: z.unknown().optional(),
  parallel_tool_calls: z.boolean().optional(),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  max_completion_tokens: z.int().min(1).optional(),
  max_tokens: z.int().min(1).optional(),
  reasoning_effort: z.string().optional(),
})

function fault(asked: Asked): VendorReply | undefined {
  const parsed = request.safeParse(asked)
  if (!parsed.success) {
    const { path, message: said, unknown } = issueOf(parsed.error)
    if (unknown)
      return invalid({ message: `Unknown parameter: '${unknown}'.`, code: 'unknown_parameter', param: unknown })
    return invalid({ message: `Invalid value for '${path}': ${said}`, param: path })
  }
  const { model, messages, temperature, tools, parallel_tool_calls } = parsed.data
  if (model === 'no-such-model') return unknownModel(model)
  if (temperature !== undefined && reasons(model)) {
    return invalid({ message: `Unsupported value: 'temperature' with ${model}.`, code: 'unsupported_value' })
  }
  if (parallel_tool_calls !== undefined && !tools) {
    return invalid({ message: "'parallel_tool_calls' is only allowed when 'tools' are specified." })
  }
  return callsFault(messages)
}

/** One tool message for each call, right after it, and none for a call that was not made. */
function callsFault(messages: z.output<typeof request>['messages']): VendorReply | undefined {
  let open: string[] = []
  for (const one of [...messages, { role: 'end' } as const]) {
    if (one.role === 'tool') {
      if (!open.includes(one.tool_call_id)) {
        return invalid({
          message: "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
          param: 'messages',
        })
      }
      open = open.filter((id) => id !== one.tool_call_id)
      continue
    }
    if (open.length > 0) {
      const ids = open.join(', ')
      return invalid({
        message: `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids}`,
        param: 'messages',
      })
    }
    if (one.role === 'assistant') {
      open = one.tool_calls?.map(({ id }) => id) ?? []
      if (!one.content && open.length === 0) {
        return invalid({ message: "Invalid value for 'content': expected a string, got null.", param: 'messages' })
      }
    }
  }
  return undefined
}

function* events(answer: ScriptedAnswer, asked: Asked): Generator<object | string> {
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_790_000_000, model: asked['model'] }
  const usage = (asked['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage // checked before
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason }],
    ...(usage && { usage: null }),
  })
  const { text: said = '', calls = [], end } = answer
  yield chunk({ role: 'assistant', content: said || calls.length === 0 ? '' : null })
  for (const content of deltas(said)) yield chunk({ content })
  if (end === 'error') {
    yield { error: { message: 'The server had an error.', type: 'server_error', code: null } }
    return
  }
  for (const [index, call] of calls.entries()) {
    const id = `call_${JSON.stringify(asked['messages']).length}_${index}`
    yield chunk({ tool_calls: [{ index, id, type: 'function', function: { name: call.name, arguments: '' } }] })
    for (const part of fragments(jsonOf(call))) yield chunk({ tool_calls: [{ index, function: { arguments: part } }] })
  }
  yield chunk(
    {},
    end === 'limit' ? 'length' : end === 'filter' ? 'content_filter' : calls.length > 0 ? 'tool_calls' : 'stop',
  )
  if (usage) yield { ...base, choices: [], usage: usageOf(answer, asked) }
  yield '[DONE]'
}

function usageOf({ text: said = '', calls = [] }: ScriptedAnswer, asked: Asked): object {
  const prompt_tokens = tokensOf(JSON.stringify(asked['messages']))
  const completion_tokens = tokensOf(said + calls.map(jsonOf).join('')) + 1
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  }
}
