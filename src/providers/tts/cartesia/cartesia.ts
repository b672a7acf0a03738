/** Cartesia's Sonic over its WebSocket: a context per sentence. */
import { z } from 'zod'
import { text, whole, type Fields } from '../../../protocols/json-media/fields.ts'
import { addressField, keyField, languageField, withQuery } from '../../../protocols/recogniser/settings.ts'
import { speakerSocket, type Heard } from '../../../protocols/speaker/socket.ts'
import { refusalOf, type Refusal, type Verdict } from '../../../protocols/vendor/refusal.ts'
import { field } from '../../../spec/provider.ts'
import type { SocketSpeakerSpec } from '../../../spec/speech.ts'

/** Its API wants a date; this one takes a voice as an object, as all before it. */
const version = '2026-03-01'

const settings = z.object({
  key: keyField('CARTESIA_API_KEY', 'From play.cartesia.ai, API Keys.'),
  voice: field(
    z
      .string()
      .regex(/^[\w-]{1,100}$/, 'is the id of a voice')
      .default('a0e99841-438c-4a64-b679-ae501e7d6091'),
    { title: 'Voice', description: 'The id: Voices, Copy ID.' },
  ),
  model: field(z.string().min(1).max(100).default('sonic-3.5'), {
    title: 'Model',
    examples: ['sonic-3.5', 'sonic-3', 'sonic-latest'],
  }),
  language: languageField('en'),
  rate: field(z.union([z.literal(8000), z.literal(16_000), z.literal(24_000)]).default(8000), {
    title: 'Sampling rate, Hz',
    description: '8000 is all that a telephone carries; more for calls from browsers.',
    group: 'Sound',
  }),
  speed: field(z.number().min(0.6).max(1.5).optional(), { title: 'Speed', group: 'Sound' }),
  volume: field(z.number().min(0.5).max(2).optional(), { title: 'Volume', group: 'Sound' }),
  emotion: field(z.string().min(1).max(50).optional(), {
    title: 'Emotion',
    description: 'For sonic-3 and later.',
    examples: ['neutral', 'calm', 'content'],
    group: 'Sound',
  }),
  baseUrl: addressField('wss://api.cartesia.ai'),
})

type Config = z.output<typeof settings>

export const cartesiaSpeaker: SocketSpeakerSpec<typeof settings> = {
  kind: 'tts',
  name: 'cartesia',
  label: 'Cartesia',
  about:
    'Sonic voices over Cartesia’s WebSocket: one connection for the whole call, and what a caller interrupts is called off.',
  settings,
  checklist: ['play.cartesia.ai, API Keys: New.', 'Voices: copy the id of one.'],
  socket: speakerSocket<Config>({
    rate: ({ rate }) => rate,
    // Accounts pay for what is made at once.
    atOnce: 2,
    lingers: false,
    secrets: ({ key }) => [key],
    target: ({ baseUrl, key }) => ({
      url: withQuery(`${baseUrl}/tts/websocket`, { cartesia_version: version }),
      headers: { 'x-api-key': key },
    }),
    speak: (config, context, said) => [{ context_id: context, transcript: said, continue: false, ...manner(config) }],
    cancel: (_config, context) => [{ context_id: context, cancel: true }],
    heard,
    explain,
  }),
}

function manner({ model, voice, language, rate, speed, volume, emotion }: Config): object {
  const own = { speed, volume, emotion }
  return {
    model_id: model,
    voice: { mode: 'id', id: voice },
    language,
    output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: rate },
    max_buffer_delay_ms: 0,
    ...(Object.values(own).some((value) => value !== undefined) && { generation_config: own }),
  }
}

function heard(_config: Config, message: Fields): readonly Heard[] {
  const context = text(message, 'context_id')
  switch (message['type']) {
    case 'chunk':
      return context === undefined ? [] : [{ type: 'sound', context, base64: text(message, 'data') ?? '' }]
    case 'done':
      return context === undefined ? [] : [{ type: 'spoken', context }]
    case 'error':
      return [{ type: 'refused', context, refusal: refusalOf(whole(message['status_code']) ?? 0, message) }]
    default:
      return []
  }
}

function explain({ status, names, message = '' }: Refusal): Verdict | undefined {
  if (status === 402 || names.includes('quota_exceeded') || /credit/i.test(message))
    return ['vendor.refused', 'its credits are used up; buy more there']
  if (names.includes('concurrency_limited') || /concurrency/i.test(message))
    return ['vendor.rate-limited', 'more at once than its plan allows; wait, or take a larger plan']
  if (status === 400 || status === 404 || status === 422)
    return ['settings.invalid', 'check the voice, the model, the language and the other settings']
  return undefined
}
