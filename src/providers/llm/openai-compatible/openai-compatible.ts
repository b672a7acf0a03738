/** Any chat server that speaks OpenAI's Chat Completions. */
import { z } from 'zod'
import { ask } from '../../../protocols/vendor/ask.ts'
import { explainOpenAi } from '../../../protocols/vendor/openai.ts'
import type { Vendor } from '../../../protocols/vendor/refusal.ts'
import { field } from '../../../spec/provider.ts'
import type { ModelSpec } from '../../../spec/speech.ts'
import { readReply } from './chunks.ts'
import { toFunctions, toMessages } from './messages.ts'

const settings = z.object({
  url: field(z.url({ protocol: /^https?$/ }).default('https://api.openai.com/v1'), {
    title: 'Base address',
    description: 'Usually ends in /v1.',
    examples: ['http://localhost:11434/v1', 'https://api.openai.com/v1', 'https://api.groq.com/openai/v1'],
  }),
  model: field(z.string().min(1).max(200), { title: 'Model', examples: ['gpt-4.1-mini', 'llama3.2'] }),
  key: field(z.string().max(500).default(''), {
    title: 'API key',
    description: 'Empty for servers that need none.',
    secret: true,
    env: 'OPENAI_API_KEY',
  }),
  temperature: field(z.number().min(0).max(2).optional(), {
    title: 'Temperature',
    description: 'Empty: the model’s own. Reasoning models refuse it.',
  }),
})

type Config = z.output<typeof settings>

export const openaiCompatible: ModelSpec<typeof settings> = {
  kind: 'llm',
  name: 'openai-compatible',
  label: 'OpenAI-compatible chat',
  about: 'Any server with /chat/completions: OpenAI, Groq, Mistral, DeepSeek, Ollama, vLLM, llama.cpp and others.',
  settings,
  checklist: [
    'OpenAI: platform.openai.com, API keys, Create new secret key.',
    'Ollama: run "ollama serve", pull a model, use http://localhost:11434/v1 and no key.',
  ],
  open(config, host) {
    const vendor = vendorOf(config)
    const url = addressOf(config)
    host.warm?.(url)
    const headers = {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(config.key && { authorization: `Bearer ${config.key}` }),
    }
    return {
      async *reply(history, tools, signal) {
        const body = JSON.stringify({
          model: config.model,
          messages: toMessages(history),
          stream: true,
          stream_options: { include_usage: true },
          ...(tools.length > 0 && { tools: toFunctions(tools) }),
          ...(config.temperature !== undefined && { temperature: config.temperature }),
        })
        const answer = await ask(host, vendor, { url, headers, body, signal })
        yield* readReply(vendor, answer.body, host.ids)
      },
      async [Symbol.asyncDispose]() {
        // Every reply is a request of its own: nothing stays open.
      },
    }
  },
}

function addressOf({ url }: Config): string {
  return `${url.replace(/\/+$/, '').replace(/\/chat\/completions$/, '')}/chat/completions`
}

function vendorOf({ url, model, key }: Config): Vendor {
  return {
    name: `the chat server ${new URL(url).host}`,
    secrets: [key],
    explain: explainOpenAi(`the address and the model name "${model}"`),
  }
}
