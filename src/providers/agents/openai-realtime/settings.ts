/** What a person sets to talk to an OpenAI Realtime model, or to a server that speaks like one. */
import { z } from 'zod'
import { field } from '../../../spec/provider.ts'

const name = z.string().trim().max(200)

const usual = 'wss://api.openai.com/v1/realtime'

export const settings = z.object({
  apiKey: field(z.string().trim().max(500).default(''), {
    title: 'API key',
    description:
      'From platform.openai.com, "API keys". Other servers have keys of their own. Empty: the account’s (a connection, or OPENAI_API_KEY).',
    secret: true,
    env: 'OPENAI_API_KEY',
  }),
  model: field(name.min(1).default('gpt-realtime-2.1'), {
    title: 'Model',
    description: 'On Azure: the name of the deployment.',
    examples: ['gpt-realtime-2.1', 'gpt-realtime-2.1-mini', 'gpt-realtime-2'],
  }),
  prompt: field(z.string().max(50_000).default(''), {
    title: 'Prompt',
    description: "What the model is told about its task; {name} is filled from the call's variables.",
    multiline: true,
  }),
  voice: field(name.default('marin'), {
    title: 'Voice',
    description: 'Empty: the usual one. marin and cedar are not known to the beta generation.',
    examples: ['marin', 'cedar', 'alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse'],
  }),
  speed: field(z.number().min(0.25).max(1.5).default(1), { title: 'Speed', group: 'Voice and hearing' }),
  language: field(name.default(''), {
    title: 'Language of the caller',
    description: 'A tag such as en, for the transcript. Empty: found out.',
    group: 'Voice and hearing',
  }),
  transcription: field(name.default(''), {
    title: 'Transcription model',
    description: "Writes down the caller's words. Empty: the usual one; none: no transcript of the caller.",
    group: 'Voice and hearing',
    examples: ['gpt-transcribe', 'gpt-4o-mini-transcribe', 'whisper-1', 'none'],
  }),
  noiseReduction: field(z.enum(['none', 'near_field', 'far_field']).default('none'), {
    title: 'Noise reduction',
    description: 'near_field for handsets and headsets, far_field for rooms.',
    group: 'Voice and hearing',
  }),
  format: field(z.enum(['pcmu', 'pcma', 'pcm']).default('pcmu'), {
    title: 'Sound on the wire',
    description: 'pcmu and pcma are the telephone’s own, 8 kHz; pcm is 24 kHz, for calls from browsers and HD lines.',
    group: 'Voice and hearing',
  }),
  reasoning: field(z.enum(['usual', 'minimal', 'low', 'medium', 'high', 'xhigh']).default('usual'), {
    title: 'Reasoning effort',
    description: 'Only for models that reason (gpt-realtime-2 and later); more is slower.',
    group: 'Voice and hearing',
  }),
  turns: field(z.enum(['server_vad', 'semantic_vad', 'engine']).default('server_vad'), {
    title: 'Who ends a turn',
    description: 'server_vad: the model’s server by silence. semantic_vad: by what was said. engine: Offhook.',
    group: 'Turn detection',
  }),
  threshold: field(z.number().min(0).max(1).default(0.5), {
    title: 'Threshold',
    description: 'How loud is speech, 0 to 1: higher for noisy lines.',
    group: 'Turn detection',
    when: { field: 'turns', is: ['server_vad'] },
  }),
  silence: field(z.number().int().min(100).max(5000).default(500), {
    title: 'Silence that ends a turn (ms)',
    group: 'Turn detection',
    when: { field: 'turns', is: ['server_vad'] },
  }),
  eagerness: field(z.enum(['auto', 'low', 'medium', 'high']).default('auto'), {
    title: 'Eagerness',
    description: 'How soon it answers: low waits up to 8 s, high 2 s.',
    group: 'Turn detection',
    when: { field: 'turns', is: ['semantic_vad'] },
  }),
  baseUrl: field(z.url({ protocol: /^wss?$/ }).default(usual), {
    title: 'Address',
    description: 'Of the WebSocket. The model is added as a parameter unless it names one (model or deployment).',
    group: 'Server',
    examples: [
      usual,
      'wss://my-resource.openai.azure.com/openai/v1/realtime',
      'wss://api.x.ai/v1/realtime',
      'ws://localhost:8080/v1/realtime',
    ],
  }),
  authentication: field(z.enum(['bearer', 'api-key', 'basic', 'none']).default('bearer'), {
    title: 'How the key is sent',
    description:
      'bearer: OpenAI and most. api-key: Azure. basic: a key that is base64 already. none: servers of your own.',
    group: 'Server',
  }),
  generation: field(z.enum(['ga', 'beta']).default('ga'), {
    title: 'Generation of the protocol',
    description: 'OpenAI speaks GA only; some compatible servers still speak the beta.',
    group: 'Server',
  }),
  truncates: field(z.boolean().default(true), {
    title: 'The server can forget what was not heard',
    description: 'Off for servers without conversation.item.truncate, such as xAI’s.',
    group: 'Server',
  }),
})

export type Config = z.output<typeof settings>
