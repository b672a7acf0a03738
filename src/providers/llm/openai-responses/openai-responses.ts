/** OpenAI's Responses API. */
import { z } from 'zod'
import { ask } from '../../../protocols/vendor/ask.ts'
import { explainOpenAi } from '../../../protocols/vendor/openai.ts'
import type { Vendor } from '../../../protocols/vendor/refusal.ts'
import { field } from '../../../spec/provider.ts'
import type { ModelSpec } from '../../../spec/speech.ts'
import { toFunctions, toInput } from './input.ts'
import { readReply, type Reasoning } from './stream.ts'

const settings = z.object({
  key: field(z.string().min(1).max(500), { title: 'API key', secret: true, env: 'OPENAI_API_KEY' }),
  model: field(z.string().min(1).max(200).default('gpt-4.1-mini'), {
    title: 'Model',
    examples: ['gpt-4.1-mini', 'gpt-5-mini'],
  }),
  effort: field(z.enum(['default', 'none', 'minimal', 'low', 'medium', 'high']).default('default'), {
    title: 'Reasoning effort',
    description:
      'The less, the sooner the first word. "default": as the model has it; others are refused by models that do not reason.',
  }),
  replyLimit: field(z.int().min(16).max(100_000).optional(), {
    title: 'Tokens per reply at most',
    description: 'Reasoning counts.',
    group: 'Details',
  }),
  temperature: field(z.number().min(0).max(2).optional(), {
    title: 'Temperature',
    description: 'Empty: the model’s own. Reasoning models refuse it.',
    group: 'Details',
  }),
  priority: field(z.boolean().default(false), {
    title: 'Priority processing',
    description: 'Faster at a higher price, where the account has it.',
    group: 'Details',
  }),
  baseUrl: field(z.url({ protocol: /^https?$/ }).default('https://api.openai.com/v1'), {
    title: 'Base address',
    description: 'Usually ends in /v1.',
    group: 'Details',
  }),
})

type Config = z.output<typeof settings>

export const openaiResponses: ModelSpec<typeof settings> = {
  kind: 'llm',
  name: 'openai-responses',
  label: 'OpenAI Responses',
  about: 'OpenAI’s models by its Responses API; reasoning models keep their train of thought between tool calls.',
  settings,
  checklist: ['platform.openai.com, API keys, Create new secret key.'],
  open(config, host) {
    const vendor: Vendor = {
      name: 'OpenAI',
      secrets: [config.key],
      explain: explainOpenAi(`the model name "${config.model}" and the other settings`),
    }
    const url = `${config.baseUrl.replace(/\/+$/, '')}/responses`
    host.warm?.(url)
    const headers = {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${config.key}`,
    }
    // Of this call: thoughts go back with the tool calls they led to.
    const reasoning: Reasoning = new Map()
    return {
      async *reply(history, tools, signal) {
        const functions = tools.length > 0 ? { tools: toFunctions(tools), parallel_tool_calls: true } : {}
        const body = JSON.stringify({ ...options(config), ...toInput(history, reasoning), ...functions })
        const answer = await ask(host, vendor, { url, headers, body, signal })
        yield* readReply(vendor, answer.body, { ids: host.ids, reasoning })
      },
      async [Symbol.asyncDispose]() {
        // Every reply is a request of its own: nothing stays open.
      },
    }
  },
}

function options({ model, effort, replyLimit, temperature, priority }: Config): object {
  return {
    model,
    stream: true,
    store: false,
    ...(effort !== 'default' && { reasoning: { effort } }),
    ...(replyLimit !== undefined && { max_output_tokens: replyLimit }),
    ...(temperature !== undefined && { temperature }),
    ...(priority && { service_tier: 'priority' }),
  }
}
