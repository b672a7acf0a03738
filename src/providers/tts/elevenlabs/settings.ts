/** Settings of ElevenLabs' voices, however they are asked, and what its errors mean. */
import { z } from 'zod'
import { keyField, withQuery } from '../../../protocols/recogniser/settings.ts'
import type { Explain } from '../../../protocols/vendor/refusal.ts'
import { field } from '../../../spec/provider.ts'

const fraction = z.number().min(0).max(1).optional()

const fields = {
  key: keyField('ELEVENLABS_API_KEY', 'From elevenlabs.io, Developers, API keys; "Text to Speech" is all it needs.'),
  voice: field(
    z
      .string()
      .regex(/^[\w-]{1,100}$/, 'is the id of a voice, not its name')
      .default('21m00Tcm4TlvDq8ikWAM'),
    { title: 'Voice', description: 'The id: Voices, the three dots, Copy voice ID.' },
  ),
  model: field(
    z
      .string()
      .regex(/^[\w.-]{1,100}$/)
      .default('eleven_flash_v2_5'),
    {
      title: 'Model',
      description: 'The flash models are the quick ones.',
      examples: ['eleven_flash_v2_5', 'eleven_turbo_v2_5', 'eleven_multilingual_v2'],
    },
  ),
  language: field(
    z
      .string()
      .regex(/^[a-z]{2}$/, 'is two letters, such as en')
      .optional(),
    {
      title: 'Language',
      description: 'Empty: as the text is. Two letters; for the flash and turbo models.',
    },
  ),
  rate: field(z.union([z.literal(8000), z.literal(16_000), z.literal(24_000)]).default(8000), {
    title: 'Sampling rate, Hz',
    description: '8000 is all that a telephone carries; more for calls from browsers.',
    group: 'Sound',
  }),
  speed: field(z.number().min(0.7).max(1.2).optional(), { title: 'Speed', group: 'Sound' }),
  stability: field(fraction, {
    title: 'Stability',
    description: 'Lower: livelier. Higher: more even.',
    group: 'Sound',
  }),
  similarity: field(fraction, { title: 'Similarity', group: 'Sound' }),
}

function address(scheme: 'wss' | 'https') {
  const type = z.url({ protocol: scheme === 'wss' ? /^wss?$/ : /^https?$/ }).transform((url) => url.replace(/\/+$/, ''))
  return field(type.default(`${scheme}://api.elevenlabs.io`), {
    title: 'Base address',
    description: 'Another region, such as api.us.elevenlabs.io or api.eu.residency.elevenlabs.io.',
    group: 'Address',
    examples: [`${scheme}://api.us.elevenlabs.io`],
  })
}

export const socketSettings = z.object({ ...fields, baseUrl: address('wss') })
export const httpSettings = z.object({ ...fields, baseUrl: address('https') })

export type Config = z.output<typeof socketSettings>

export function addressOf(config: Config, way: string, query: Parameters<typeof withQuery>[1]): string {
  const { baseUrl, voice, rate } = config
  return withQuery(`${baseUrl}/v1/text-to-speech/${voice}/${way}`, { output_format: `pcm_${rate}`, ...query })
}

/** Absent where all of it is as the voice has it. */
export function voiceSettings({ speed, stability, similarity }: Config): object {
  const own = { speed, stability, similarity_boost: similarity }
  return Object.values(own).every((value) => value === undefined) ? {} : { voice_settings: own }
}

export const explain: Explain = ({ status, names, message = '' }) => {
  const said = (pattern: RegExp) => names.some((name) => pattern.test(name)) || pattern.test(message.toLowerCase())
  if (said(/quota_exceeded|quota exceeded|insufficient_credits/))
    return ['vendor.refused', 'its credits are used up; buy more there']
  if (said(/too_many_concurrent|concurrent_limit|max_active_conversations|rate_limit|system_busy/))
    return ['vendor.rate-limited', 'more at once than its plan allows; wait, or take a larger plan']
  if (said(/invalid_api_key|invalid api key|missing_permissions|unauthorized|authentication/))
    return ['vendor.credentials', 'check the API key and its permissions']
  if (said(/voice_not_found|voice_id|model_not_found|model_id|output_format/) || status === 404 || status === 422)
    return ['settings.invalid', 'check the voice, the model and the sampling rate']
  return undefined
}
