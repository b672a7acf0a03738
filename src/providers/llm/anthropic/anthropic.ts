/** Anthropic's Messages API. */
import { z } from 'zod'
import { ask } from '../../../protocols/vendor/ask.ts'
import type { Explain, Vendor } from '../../../protocols/vendor/refusal.ts'
import { field } from '../../../spec/provider.ts'
import type { ModelSpec } from '../../../spec/speech.ts'
import { toMessages, toTools } from './messages.ts'
import { readReply, type Thinking } from './stream.ts'

/** The newer version refuses sampling options altogether. */
const version = '2023-06-01'

const settings = z.object({
  key: field(z.string().min(1).max(500), { title: 'API key', secret: true, env: 'ANTHROPIC_API_KEY' }),
  model: field(z.string().min(1).max(200).default('claude-haiku-5-5'), {
    title: 'Model',
    description: 'On the telephone the quick ones: Haiku.',
    examples: ['claude-haiku-5-5', 'claude-sonnet-5-5'],
  }),
  replyLimit: field(z.int().min(16).max(64_000).default(1024), {
    title: 'Tokens per reply at most',
    description: 'Anthropic insists on a limit.',
    group: 'Details',
  }),
  temperature: field(z.number().min(0).max(1).optional(), {
    title: 'Temperature',
    description: 'Empty: the model’s own. Newer models refuse it.',
    group: 'Details',
  }),
  cache: field(z.boolean().default(true), {
    title: 'Cache the prompt',
    description:
      'Prompt and tools are read once and kept for some minutes: sooner first words, lower cost from the second turn on.',
    group: 'Details',
  }),
  baseUrl: field(z.url({ protocol: /^https?$/ }).default('https://api.anthropic.com'), {
    title: 'Base address',
    group: 'Details',
  }),
})

type Config = z.output<typeof settings>

export const anthropic: ModelSpec<typeof settings> = {
  kind: 'llm',
  name: 'anthropic',
  label: 'Anthropic',
  about: 'Claude by Anthropic’s Messages API.',
  settings,
  checklist: ['platform.claude.com, API keys, Create key.'],
  open(config, host) {
    const vendor: Vendor = { name: 'Anthropic', secrets: [config.key], explain: explain(config.model) }
    const url = `${config.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1/messages`
    host.warm?.(url)
    const headers = {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'anthropic-version': version,
      'x-api-key': config.key,
    }
    // Of this call: thoughts go back with the tool calls they led to.
    const thinking: Thinking = new Map()
    return {
      async *reply(history, tools, signal) {
        const offered = tools.length > 0 ? { tools: toTools(tools) } : {}
        const body = JSON.stringify({ ...options(config), ...toMessages(history, thinking, config.cache), ...offered })
        const answer = await ask(host, vendor, { url, headers, body, signal })
        yield* readReply(vendor, answer.body, { ids: host.ids, thinking })
      },
      async [Symbol.asyncDispose]() {
        // Every reply is a request of its own: nothing stays open.
      },
    }
  },
}

function options({ model, replyLimit, temperature }: Config): object {
  return { model, max_tokens: replyLimit, stream: true, ...(temperature !== undefined && { temperature }) }
}

function explain(model: string): Explain {
  return ({ status, names, message = '' }) => {
    const named = (name: string) => names.includes(name)
    if (/prompt is too long|context window/i.test(message) || named('request_too_large') || status === 413) {
      return ['vendor.refused', 'the call has become too long for this model: shorten the prompt, or use another model']
    }
    if (named('billing_error') || /credit balance/i.test(message)) {
      return ['vendor.refused', 'its account has no money left; top it up there']
    }
    if (named('authentication_error') || named('permission_error')) {
      return ['vendor.credentials', 'check the API key and what it may use']
    }
    if (named('rate_limit_error')) return ['vendor.rate-limited', 'its rate limit is used up; wait, or raise it there']
    if (named('overloaded_error')) return ['vendor.failed', 'it is overloaded; try again later']
    if (named('not_found_error') || named('invalid_request_error')) {
      return ['settings.invalid', `check the model name "${model}" and the other settings`]
    }
    return undefined
  }
}
