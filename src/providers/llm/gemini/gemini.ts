/** Google's Gemini API. */
import { z } from 'zod'
import { ask } from '../../../protocols/vendor/ask.ts'
import type { Explain, Vendor } from '../../../protocols/vendor/refusal.ts'
import { field } from '../../../spec/provider.ts'
import type { ModelSpec } from '../../../spec/speech.ts'
import { toContents, toTools } from './contents.ts'
import { readReply, type Signatures } from './stream.ts'

const settings = z.object({
  key: field(z.string().min(1).max(500), { title: 'API key', secret: true, env: 'GEMINI_API_KEY' }),
  model: field(
    z
      .string()
      .regex(/^[\w.-]{1,200}$/)
      .default('gemini-3.8-flash'),
    { title: 'Model', examples: ['gemini-3.8-flash', 'gemini-2.5-flash'] },
  ),
  thinking: field(z.enum(['default', 'none', 'minimal', 'low', 'medium', 'high']).default('default'), {
    title: 'Thinking',
    description:
      'The less, the sooner the first word. "none" is for Gemini 2.5 Flash, the levels are for Gemini 3 and later.',
  }),
  replyLimit: field(z.int().min(16).max(64_000).optional(), {
    title: 'Tokens per reply at most',
    description: 'Thinking counts.',
    group: 'Details',
  }),
  temperature: field(z.number().min(0).max(2).optional(), {
    title: 'Temperature',
    description: 'Empty: the model’s own.',
    group: 'Details',
  }),
  baseUrl: field(z.url({ protocol: /^https?$/ }).default('https://generativelanguage.googleapis.com/v1beta'), {
    title: 'Base address',
    description: 'With the version at its end.',
    group: 'Details',
  }),
})

type Config = z.output<typeof settings>

export const gemini: ModelSpec<typeof settings> = {
  kind: 'llm',
  name: 'gemini',
  label: 'Google Gemini',
  about: 'Google’s models by the Gemini API.',
  settings,
  checklist: ['aistudio.google.com, Get API key, Create API key.'],
  open(config, host) {
    const vendor: Vendor = { name: 'Gemini', secrets: [config.key], explain: explain(config.model) }
    const url = `${config.baseUrl.replace(/\/+$/, '')}/models/${config.model}:streamGenerateContent?alt=sse`
    host.warm?.(url)
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream', 'x-goog-api-key': config.key }
    // Of this call: a signature goes back with the tool call it came with.
    const signatures: Signatures = new Map()
    return {
      async *reply(history, tools, signal) {
        const offered = tools.length > 0 ? { tools: toTools(tools) } : {}
        const generation = { generationConfig: options(config) }
        const body = JSON.stringify({ ...toContents(history, signatures), ...offered, ...generation })
        const answer = await ask(host, vendor, { url, headers, body, signal })
        yield* readReply(vendor, answer.body, { ids: host.ids, signatures })
      },
      async [Symbol.asyncDispose]() {
        // Every reply is a request of its own: nothing stays open.
      },
    }
  },
}

function options({ thinking, replyLimit, temperature }: Config): object {
  const level = thinking === 'none' ? { thinkingBudget: 0 } : { thinkingLevel: thinking.toUpperCase() }
  return {
    ...(thinking !== 'default' && { thinkingConfig: level }),
    ...(replyLimit !== undefined && { maxOutputTokens: replyLimit }),
    ...(temperature !== undefined && { temperature }),
  }
}

/** A wrong key is "invalid argument" here, and so is a call that became too long. */
function explain(model: string): Explain {
  return ({ status, names, message = '' }) => {
    if (/API key/i.test(message) || names.includes('unauthenticated'))
      return ['vendor.credentials', 'check the API key']
    if (names.includes('permission_denied')) return ['vendor.credentials', 'check what the API key may use']
    if (/token count|exceeds the maximum number of tokens/i.test(message)) {
      return ['vendor.refused', 'the call has become too long for this model: shorten the prompt, or use another model']
    }
    if (names.includes('failed_precondition')) {
      return ['vendor.refused', 'it does not serve this country or account: look at billing in Google AI Studio']
    }
    if (status === 400 || status === 404) {
      return ['settings.invalid', `check the model name "${model}", thinking and the other settings`]
    }
    return undefined
  }
}
