/** What a transcription session is told. */
import { z } from 'zod'
import {
  addressField,
  keyField,
  languageField,
  termsField,
  turnsField,
} from '../../../protocols/recogniser/settings.ts'
import { field } from '../../../spec/provider.ts'

export const settings = z.object({
  key: keyField('OPENAI_API_KEY', 'platform.openai.com, API keys.'),
  model: field(z.string().trim().min(1).max(100).default('gpt-transcribe'), {
    title: 'Model',
    examples: ['gpt-transcribe', 'gpt-live-transcribe', 'gpt-realtime-whisper'],
  }),
  language: languageField('en'),
  terms: termsField(100),
  turns: turnsField,
  threshold: field(z.number().min(0).max(1).default(0.5), {
    title: 'Speech, from what level on',
    description: '0 to 1: higher in noise.',
    group: 'Turns',
    when: { field: 'turns', is: ['vendor'] },
  }),
  silence: field(z.int().min(100).max(5000).default(500), {
    title: 'Silence that ends a turn, ms',
    group: 'Turns',
    when: { field: 'turns', is: ['vendor'] },
  }),
  noise: field(z.enum(['near_field', 'far_field', 'off']).default('near_field'), {
    title: 'Noise reduction',
    description: 'near_field: a receiver at the mouth; far_field: a loudspeaker telephone.',
    group: 'Sound',
  }),
  rate: field(z.union([z.literal(8000), z.literal(24_000)]).default(8000), {
    title: 'Sampling rate, Hz',
    description: '8000 (as µ-law) is all that a telephone carries; 24000 for calls from browsers and HD lines.',
    group: 'Sound',
  }),
  baseUrl: addressField('wss://api.openai.com/v1', ['ws://localhost:8000/v1']),
})

export type Config = z.output<typeof settings>

/** These hear without pause and take no detector of theirs. */
const continuous = ['gpt-live-transcribe', 'gpt-realtime-whisper']

export function turnsOf({ turns, model }: Config): 'engine' | 'vendor' {
  return continuous.some((name) => model.startsWith(name)) ? 'engine' : turns
}

export function formatOf({ rate }: Config) {
  return rate === 8000 ? { type: 'audio/pcmu' } : { type: 'audio/pcm', rate }
}

export function sessionOf(config: Config): object {
  const { model, language, noise, threshold, silence } = config
  const vad = { type: 'server_vad', threshold, prefix_padding_ms: 300, silence_duration_ms: silence }
  return {
    type: 'transcription',
    audio: {
      input: {
        format: formatOf(config),
        noise_reduction: noise === 'off' ? null : { type: noise },
        transcription: { model, language: language.split('-')[0], ...expected(config) },
        turn_detection: turnsOf(config) === 'vendor' ? vad : null,
      },
    },
  }
}

/** Newer models take words to expect as such, older ones as a prompt, one of them not at all. */
function expected({ model, terms }: Config): object {
  if (terms.length === 0 || model.startsWith('gpt-realtime-whisper')) return {}
  if (model === 'gpt-transcribe' || model === 'gpt-live-transcribe') return { keywords: terms }
  return { prompt: terms.join(', ') }
}
