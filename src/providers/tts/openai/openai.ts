/** OpenAI's speech, and that of the servers that speak like it. */
import { z } from 'zod'
import { soundOf } from '../../../protocols/speaker/sound.ts'
import { ask } from '../../../protocols/vendor/ask.ts'
import { explainOpenAi } from '../../../protocols/vendor/openai.ts'
import type { Vendor } from '../../../protocols/vendor/refusal.ts'
import { OffhookError } from '../../../spec/errors.ts'
import { field } from '../../../spec/provider.ts'
import type { RequestSpeakerSpec } from '../../../spec/speech.ts'

const settings = z.object({
  key: field(z.string().max(500).default(''), {
    title: 'API key',
    description: 'Empty for servers that need none.',
    secret: true,
    env: 'OPENAI_API_KEY',
  }),
  voice: field(z.string().min(1).max(100).default('marin'), {
    title: 'Voice',
    examples: [
      'marin',
      'cedar',
      'alloy',
      'ash',
      'ballad',
      'coral',
      'echo',
      'fable',
      'nova',
      'onyx',
      'sage',
      'shimmer',
      'verse',
    ],
  }),
  model: field(z.string().min(1).max(100).default('gpt-4o-mini-tts'), {
    title: 'Model',
    examples: ['gpt-4o-mini-tts', 'tts-1', 'kokoro'],
  }),
  instructions: field(z.string().max(2000).default(''), {
    title: 'Manner',
    description: 'How to speak, in words: "calm and friendly". Not for tts-1.',
    multiline: true,
  }),
  speed: field(z.number().min(0.25).max(4).optional(), { title: 'Speed', group: 'Sound' }),
  rate: field(z.int().min(8000).max(48_000).default(24_000), {
    title: 'Sampling rate, Hz',
    description: 'Of what comes: OpenAI’s is 24000; servers of your own may have another. It cannot be chosen.',
    group: 'Sound',
  }),
  baseUrl: field(
    z
      .url({ protocol: /^https?$/ })
      .transform((url) => url.replace(/\/+$/, ''))
      .default('https://api.openai.com/v1'),
    {
      title: 'Base address',
      description: 'Usually ends in /v1.',
      group: 'Address',
      examples: ['http://localhost:8880/v1'],
    },
  ),
})

/** More is refused. */
const longest = 4096

export const openaiSpeaker: RequestSpeakerSpec<typeof settings> = {
  kind: 'tts',
  name: 'openai',
  label: 'OpenAI',
  about: 'OpenAI’s voices, and any server with /audio/speech: Kokoro-FastAPI, Speaches, LocalAI and others.',
  settings,
  checklist: ['OpenAI: platform.openai.com, API keys, Create new secret key.'],
  open(config, host) {
    const { key, voice, model, instructions, speed, rate, baseUrl } = config
    const name = baseUrl === 'https://api.openai.com/v1' ? 'OpenAI' : `the speech server ${new URL(baseUrl).host}`
    const settings = `the voice "${voice}", the model "${model}" and the address`
    const vendor: Vendor = { name, secrets: [key], explain: explainOpenAi(settings) }
    const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) }
    const manner = { model, voice, ...(instructions && { instructions }), ...(speed !== undefined && { speed }) }
    host.warm?.(baseUrl)
    return {
      rate,
      async *speak(text, signal) {
        if (text.trim() === '') return
        if (text.length > longest)
          throw new OffhookError(
            'vendor.refused',
            `${name} speaks at most ${longest} characters at once, not ${text.length}`,
          )
        const body = JSON.stringify({ ...manner, input: text, response_format: 'pcm', stream_format: 'audio' })
        const answer = await ask(host, vendor, { url: `${baseUrl}/audio/speech`, headers, body, signal })
        yield* soundOf(name, answer, rate)
      },
      async [Symbol.asyncDispose]() {
        // Every sentence is a request of its own: nothing stays open.
      },
    }
  },
}
