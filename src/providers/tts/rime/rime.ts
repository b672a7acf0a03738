/** Rime over its JSON WebSocket. */
import { z } from 'zod'
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { addressField, keyField, withQuery } from '../../../protocols/recogniser/settings.ts'
import { speakerSocket, type Heard } from '../../../protocols/speaker/socket.ts'
import { refusalOf, type Refusal, type Verdict } from '../../../protocols/vendor/refusal.ts'
import { field } from '../../../spec/provider.ts'
import type { SocketSpeakerSpec } from '../../../spec/speech.ts'

const settings = z.object({
  key: keyField('RIME_API_KEY', 'From rime.ai, Dashboard, API Tokens.'),
  voice: field(z.string().min(1).max(100).default('astra'), { title: 'Voice', examples: ['astra', 'luna', 'celeste'] }),
  model: field(z.string().min(1).max(100).default('coda'), {
    title: 'Model',
    description: 'Voice, model and language must belong together: Rime takes what does not, and speaks it wrongly.',
    examples: ['coda', 'arcana', 'mistv3', 'mistv2'],
  }),
  language: field(
    z
      .string()
      .regex(/^[a-z]{2,3}$/, 'is a tag such as eng')
      .optional(),
    {
      title: 'Language',
      description: 'Empty: English.',
      examples: ['eng', 'spa', 'deu'],
    },
  ),
  rate: field(z.union([z.literal(8000), z.literal(16_000), z.literal(24_000)]).default(8000), {
    title: 'Sampling rate, Hz',
    description: '8000 is all that a telephone carries; more for calls from browsers.',
    group: 'Sound',
  }),
  baseUrl: addressField('wss://users-ws.rime.ai', ['wss://users-east-ws.rime.ai']),
})

type Config = z.output<typeof settings>

export const rimeSpeaker: SocketSpeakerSpec<typeof settings> = {
  kind: 'tts',
  name: 'rime',
  label: 'Rime',
  about: 'Voices over Rime’s WebSocket: one connection for the whole call.',
  settings,
  checklist: ['rime.ai, Dashboard, API Tokens: create one.'],
  socket: speakerSocket<Config>({
    rate: ({ rate }) => rate,
    // Texts that come while one is made are joined to a single one.
    atOnce: 1,
    lingers: true,
    // Some thirty seconds without a request close the socket.
    idleAfter: 15_000,
    secrets: ({ key }) => [key],
    target: ({ baseUrl, key, voice, model, language, rate }) => ({
      url: withQuery(`${baseUrl}/ws3`, {
        speaker: voice,
        modelId: model,
        lang: language,
        audioFormat: 'pcm',
        samplingRate: rate,
        // Our sentences are whole: where they end is not for it to guess.
        segment: 'never',
      }),
      headers: { authorization: `Bearer ${key}` },
    }),
    speak: (_config, context, said) => [{ text: said, contextId: context }, { operation: 'flush' }],
    // It drops what is not flushed yet; what is being made comes to its end, unheard.
    cancel: () => [{ operation: 'clear' }],
    heard,
    explain,
    idle: () => [{ operation: 'clear' }],
    // "eos" would have the rest made first.
    finish: () => [{ operation: 'clear' }],
  }),
}

function heard(_config: Config, message: Fields): readonly Heard[] {
  const context = text(message, 'contextId')
  switch (message['type']) {
    case 'chunk':
      return [{ type: 'sound', context, base64: text(message, 'data') ?? '' }]
    case 'done':
      return [{ type: 'spoken', context }]
    case 'error':
      return [{ type: 'refused', context, refusal: refusalOf(0, { message: message['message'] }) }]
    default:
      return []
  }
}

function explain({ message = '' }: Refusal): Verdict | undefined {
  if (/unauthori|token|api key/i.test(message)) return ['vendor.credentials', 'check the API key']
  if (/rate limit|too many|concurren/i.test(message))
    return ['vendor.rate-limited', 'more at once than its plan allows; wait, or take a larger plan']
  if (/speaker|model|lang|sampling|format|invalid/i.test(message))
    return ['settings.invalid', 'check the voice, the model, the language and the sampling rate']
  return undefined
}
