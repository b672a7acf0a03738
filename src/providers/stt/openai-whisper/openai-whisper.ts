/** Transcription of whole utterances over HTTP, at OpenAI and wherever its path is spoken. */
import { z } from 'zod'
import { parseJson } from '../../../lib/json.ts'
import { writeWav } from '../../../media/wav.ts'
import { isFields } from '../../../protocols/json-media/fields.ts'
import { languageField, termsField } from '../../../protocols/recogniser/settings.ts'
import { ask } from '../../../protocols/vendor/ask.ts'
import { OffhookError } from '../../../spec/errors.ts'
import { field } from '../../../spec/provider.ts'
import type { PartHost, SegmentRecogniserSpec } from '../../../spec/speech.ts'
import { formOf } from './form.ts'
import { looksInvented, loudness, shortest } from './silence.ts'

const settings = z.object({
  baseUrl: field(z.url({ protocol: /^https?$/ }).default('https://api.openai.com/v1'), {
    title: 'Base address',
    description: 'Usually ends in /v1.',
    examples: ['http://localhost:8000/v1', 'https://api.groq.com/openai/v1'],
  }),
  model: field(z.string().trim().min(1).max(200).default('gpt-transcribe'), {
    title: 'Model',
    examples: ['gpt-transcribe', 'whisper-1', 'whisper-large-v3-turbo'],
  }),
  key: field(z.string().trim().max(500).default(''), {
    title: 'API key',
    description: 'Empty for servers that need none.',
    secret: true,
    env: 'OPENAI_API_KEY',
  }),
  language: languageField('en'),
  terms: termsField(100),
  quiet: field(z.number().min(-90).max(0).default(-45), {
    title: 'Quiet, dBFS',
    description: 'Of sound that never gets louder, words that models make up of silence are not believed.',
    group: 'Sound',
  }),
  rate: field(z.union([z.literal(8000), z.literal(16_000)]).default(16_000), {
    title: 'Sampling rate, Hz',
    description: 'The models were made for 16000; 8000 sends half as much.',
    group: 'Sound',
  }),
})

type Config = z.output<typeof settings>

export const openaiWhisper: SegmentRecogniserSpec<typeof settings> = {
  kind: 'stt',
  name: 'openai-whisper',
  label: 'OpenAI transcription by file',
  about: 'Whole utterances to /audio/transcriptions: OpenAI, Groq, faster-whisper, whisper.cpp, vLLM and others.',
  settings,
  checklist: [
    'OpenAI: platform.openai.com, API keys, Create new secret key.',
    'A server of your own: its address, no key.',
  ],
  open(config, host) {
    host.warm?.(config.baseUrl)
    let before = ''
    return {
      rate: config.rate,
      async recognise(pcm, signal) {
        if (pcm.length < (config.rate * shortest) / 1000) return ''
        const said = (await transcribe(config, host, { pcm, before }, signal)).trim()
        if (looksInvented(said) && loudness(pcm, config.rate) < config.quiet) return ''
        before = said
        return said
      },
      async [Symbol.asyncDispose]() {
        // Every utterance is a request of its own: nothing stays open.
      },
    }
  },
}

interface Utterance {
  readonly pcm: Int16Array
  /** What was said before: context for the model. */
  readonly before: string
}

/** Characters of context: a model reads no more than the last 224 tokens of it. */
const context = 400

async function transcribe(
  config: Config,
  host: PartHost,
  { pcm, before }: Utterance,
  signal: AbortSignal,
): Promise<string> {
  const { model, language, key, rate, terms } = config
  const boundary = host.ids.id('form')
  const prompt = [terms.join(', '), before.slice(-context)].filter(Boolean).join('\n')
  const fields = { model, language: language.split('-')[0]!, response_format: 'json', ...(prompt && { prompt }) }
  const bytes = writeWav({ rate, channels: [pcm] })
  const { body } = await ask(host, vendorOf(config), {
    url: `${config.baseUrl.replace(/\/+$/, '')}/audio/transcriptions`,
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      ...(key && { authorization: `Bearer ${key}` }),
    },
    body: formOf(boundary, fields, { field: 'file', name: 'turn.wav', type: 'audio/wav', bytes }),
    signal,
  })
  return textOf(await whole(body))
}

function vendorOf({ baseUrl, key }: Config) {
  return { name: `the transcription server ${new URL(baseUrl).host}`, secrets: key ? [key] : [] }
}

const most = 1 << 20

async function whole(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size > most) throw new OffhookError('vendor.failed', `a transcript of more than ${most} bytes was refused`)
  }
  return Buffer.concat(chunks)
}

function textOf(bytes: Uint8Array): string {
  const answer = parsed(bytes)
  if (isFields(answer) && typeof answer['text'] === 'string') return answer['text']
  throw new OffhookError('vendor.failed', 'the transcription server answered without a text: is the address right?')
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes)
  } catch {
    // Told by the caller: it is no transcript.
    return undefined
  }
}
