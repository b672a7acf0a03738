/** What a person sets to talk to GPT-Live. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'

const name = z.string().trim().max(200)

const usual = 'wss://api.openai.com/v1/live/sessions'

export const settings = z.object({
  apiKey: field(z.string().trim().max(500).default(''), {
    title: 'API key',
    description:
      'From platform.openai.com, "API keys"; a subscription to ChatGPT is not enough. Empty: the account’s (a connection, or OPENAI_API_KEY).',
    secret: true,
    env: 'OPENAI_API_KEY',
  }),
  model: field(name.min(1).default('gpt-live-1'), { title: 'Model' }),
  prompt: field(z.string().max(50_000).default(''), {
    title: 'Prompt',
    description:
      "How it is to speak, and when to ask the backend; {name} is filled from the call's variables. Rules of the trade belong to the backend.",
    multiline: true,
  }),
  voice: field(name.default('marin'), {
    title: 'Voice',
    examples: ['marin', 'cedar', 'alloy', 'coral', 'sage', 'stone', 'vesper'],
  }),
  format: field(z.enum(['pcmu', 'pcma', 'pcm_16000', 'pcm_24000']).default('pcmu'), {
    title: 'Sound on the wire',
    description: 'pcmu and pcma are the telephone’s own; the others for calls from browsers and HD lines.',
  }),
  backend: field(name.default('gpt-4.1-mini'), {
    title: 'Backend model',
    description: 'Calls the tools: hang up, transfer, send keys. Empty: no backend, and no tools.',
    group: 'Backend',
  }),
  backendPrompt: field(z.string().max(50_000).default(''), {
    title: 'Prompt of the backend',
    description: 'Rules, and when to call which tool; {name} is filled in.',
    multiline: true,
    group: 'Backend',
  }),
  baseUrl: field(z.url({ protocol: /^wss?$/ }).default(usual), {
    title: 'Address',
    description: 'Of the WebSocket.',
    group: 'Server',
    examples: [usual],
  }),
})

export type Config = z.output<typeof settings>
