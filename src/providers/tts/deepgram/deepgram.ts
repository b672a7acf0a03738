/** Deepgram: aura voices on /v1/speak, flux voices on /v2/speak. */
import { z } from 'zod'
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { addressField, keyField, withQuery } from '../../../protocols/recogniser/settings.ts'
import { speakerSocket, type Heard } from '../../../protocols/speaker/socket.ts'
import type { Refusal, Verdict } from '../../../protocols/vendor/refusal.ts'
import { field } from '../../../spec/provider.ts'
import type { SocketSpeakerSpec } from '../../../spec/speech.ts'

const settings = z.object({
  key: keyField('DEEPGRAM_API_KEY', 'From console.deepgram.com, API Keys.'),
  model: field(
    z
      .string()
      .regex(/^(?:aura|flux)-[\w-]{1,80}$/, 'begins with aura- or flux-')
      .default('aura-2-thalia-en'),
    {
      title: 'Voice',
      description: 'A model is a voice here: aura-… or flux-….',
      examples: ['aura-2-thalia-en', 'aura-2-apollo-en', 'flux-haley-en'],
    },
  ),
  rate: field(z.union([z.literal(8000), z.literal(16_000), z.literal(24_000)]).default(8000), {
    title: 'Sampling rate, Hz',
    description: '8000 is all that a telephone carries; more for calls from browsers.',
    group: 'Sound',
  }),
  speed: field(z.number().min(0.7).max(1.5).optional(), { title: 'Speed', group: 'Sound' }),
  baseUrl: addressField('wss://api.deepgram.com', ['wss://api.eu.deepgram.com']),
})

type Config = z.output<typeof settings>

export const deepgramSpeaker: SocketSpeakerSpec<typeof settings> = {
  kind: 'tts',
  name: 'deepgram',
  label: 'Deepgram',
  about:
    'Aura and Flux voices over Deepgram’s WebSocket: one connection for the whole call, and what a caller interrupts is called off.',
  settings,
  checklist: ['console.deepgram.com: API keys, Create a new API key; the role Member is enough.'],
  socket: speakerSocket<Config>({
    rate: ({ rate }) => rate,
    atOnce: 1,
    lingers: true,
    ready: (config) => !isFlux(config),
    secrets: ({ key }) => [key],
    target: (config) => ({
      url: withQuery(`${config.baseUrl}/${isFlux(config) ? 'v2' : 'v1'}/speak`, {
        model: config.model,
        encoding: 'linear16',
        sample_rate: config.rate,
        speed: config.speed,
      }),
      headers: { authorization: `Token ${config.key}` },
    }),
    speak: (_config, _context, said) => [
      ...pieces(said).map((one) => ({ type: 'Speak', text: one })),
      { type: 'Flush' },
    ],
    cancel: (config) => [{ type: isFlux(config) ? 'Interrupt' : 'Clear' }],
    heard,
    explain,
    explainClose,
    finish: () => [{ type: 'Close' }],
  }),
}

function isFlux({ model }: Config): boolean {
  return model.startsWith('flux-')
}

/** At most 2,000 characters are taken at once. */
function pieces(said: string): readonly string[] {
  return said.match(/[^]{1,1900}(?:\s|$)|[^]{1,1900}/gu) ?? []
}

function heard(config: Config, message: Fields): readonly Heard[] {
  switch (message['type']) {
    case 'Connected':
      return isFlux(config) ? [{ type: 'ready' }] : []
    case 'Flushed':
      // Of a flux voice this says only that all text is there.
      return isFlux(config) ? [] : [{ type: 'spoken' }]
    case 'SpeechMetadata':
      return [{ type: 'spoken' }]
    case 'Cleared':
    case 'SpeechInterrupted':
      return [{ type: 'cleared' }]
    case 'Warning':
      return isLoss(message) ? [{ type: 'refused', refusal: refusal(message) }] : []
    case 'Error':
      return [{ type: 'refused', refusal: refusal(message) }]
    default:
      return []
  }
}

/** Twenty sentences a minute are made; of the others nothing comes but a warning. */
function isLoss(message: Fields): boolean {
  return /flush/i.test(`${text(message, 'code')} ${text(message, 'description')}`)
}

function refusal(message: Fields): Refusal {
  const said = text(message, 'description') ?? text(message, 'err_msg') ?? text(message, 'message')
  const name = text(message, 'code') ?? text(message, 'err_code')
  return { status: 0, message: said, names: name === undefined ? [] : [name.toLowerCase()] }
}

/** The code stands in the reason, where there is one. */
function explainClose(_code: number, reason: string) {
  const name = /\b(?:NET|DATA|MESSAGE|BIG)-\d{4}\b/.exec(reason)?.[0]
  if (name === undefined) return undefined
  const [code, advice] = explain({ status: 0, message: undefined, names: [name.toLowerCase()] }) ?? trouble
  return { code, message: `it closed the connection (${name}): ${advice}` }
}

const trouble: Verdict = ['vendor.failed', 'it has trouble of its own, or nothing was said for too long; try again']

function explain({ names, message = '' }: Refusal): Verdict | undefined {
  const named = (pattern: RegExp) => names.some((name) => pattern.test(name))
  if (named(/flush/) || /flush/i.test(message))
    return [
      'vendor.rate-limited',
      'it makes twenty sentences a minute on one connection; a flux voice has no such limit',
    ]
  if (named(/auth|permission/)) return ['vendor.credentials', 'check the API key and what it may use']
  if (named(/^data-|^message-|^big-|invalid/)) return ['settings.invalid', 'check the voice and the other settings']
  if (named(/asr_payment|insufficient/)) return ['vendor.refused', 'its credits are used up; buy more there']
  return undefined
}
