/** How a session is opened and set up, in either generation of the protocol; and what the server made of it. */
import { fill } from '../../../lib/fill.ts'
import type { PlainFormat } from '../../../media/codecs/base64.ts'
import { inner, isFields, text, type Fields } from '../../../protocols/json-media/fields.ts'
import type { Brief } from '../../../spec/agent.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { SocketTarget, Turn } from '../../../spec/speech.ts'
import type { Config } from './settings.ts'

/** Throws `settings.missing` without a key, unless none is sent. */
export function targetOf({ baseUrl, model, apiKey, authentication, generation }: Config): SocketTarget {
  if (!apiKey && authentication !== 'none') {
    const advice =
      'enter it at the agent, or set OPENAI_API_KEY; for a server without keys, set "How the key is sent" to none'
    throw new OffhookError('settings.missing', `OpenAI Realtime has no API key: ${advice}`)
  }
  const url = new URL(baseUrl)
  if (!url.searchParams.has('model') && !url.searchParams.has('deployment')) url.searchParams.set('model', model)
  return {
    url: url.href,
    headers: {
      ...keyHeader(authentication, apiKey),
      // GA servers refuse this one; older ones want it.
      ...(generation === 'beta' && { 'openai-beta': 'realtime=v1' }),
    },
  }
}

function keyHeader(style: Config['authentication'], key: string): Readonly<Record<string, string>> {
  switch (style) {
    case 'bearer':
      return { authorization: `Bearer ${key}` }
    case 'basic':
      return { authorization: `Basic ${key}` }
    case 'api-key':
      return { 'api-key': key }
    case 'none':
      return {}
    default:
      return style satisfies never
  }
}

const formats = {
  pcmu: { encoding: 'pcmu', rate: 8000 },
  pcma: { encoding: 'pcma', rate: 8000 },
  pcm: { encoding: 'l16le', rate: 24_000 },
} as const satisfies Record<Config['format'], PlainFormat>

const gaFormats = {
  pcmu: { type: 'audio/pcmu' },
  pcma: { type: 'audio/pcma' },
  pcm: { type: 'audio/pcm', rate: 24_000 },
} as const

const betaFormats = { pcmu: 'g711_ulaw', pcma: 'g711_alaw', pcm: 'pcm16' } as const

export function formatOf({ format }: Config): PlainFormat {
  return formats[format]
}

export function sessionUpdate(config: Config, brief: Brief): object {
  const instructions = fill(config.prompt, brief.variables)
  const tools = brief.tools.map((tool) => ({ type: 'function', ...tool }))
  const common = { ...(instructions && { instructions }), tools, tool_choice: 'auto' }
  return config.generation === 'ga' ? gaSession(config, common) : betaSession(config, common)
}

/** What was said before this session. Calls of another session mean nothing to it: their results are told in words. */
export function itemOf(turn: Turn, { generation }: Config): object {
  const written = (role: string, type: string, words: string) => ({
    type: 'message',
    role,
    content: [{ type, text: words }],
  })
  switch (turn.role) {
    case 'caller':
      return written('user', 'input_text', turn.text)
    case 'agent':
      return written('assistant', generation === 'ga' ? 'output_text' : 'text', turn.text)
    case 'tool':
      return written('system', 'input_text', `${turn.name} returned: ${turn.result}`)
    case 'system':
      return written('system', 'input_text', turn.text)
    default:
      return turn satisfies never
  }
}

function gaSession(config: Config, common: object): object {
  const format = gaFormats[config.format]
  const input = {
    format,
    transcription: transcriptionOf(config, 'gpt-transcribe'),
    noise_reduction: noiseOf(config),
    turn_detection: detectionOf(config),
  }
  const output = { format, ...(config.voice && { voice: config.voice }), speed: config.speed }
  const reasoning = config.reasoning === 'usual' ? {} : { reasoning: { effort: config.reasoning } }
  return { type: 'realtime', output_modalities: ['audio'], ...common, audio: { input, output }, ...reasoning }
}

function betaSession(config: Config, common: object): object {
  return {
    modalities: ['text', 'audio'],
    ...common,
    ...(config.voice && { voice: config.voice }),
    input_audio_format: betaFormats[config.format],
    output_audio_format: betaFormats[config.format],
    input_audio_transcription: transcriptionOf(config, 'whisper-1'),
    input_audio_noise_reduction: noiseOf(config),
    turn_detection: detectionOf(config),
    speed: config.speed,
  }
}

function transcriptionOf({ transcription, language }: Config, usual: string): object | null {
  if (transcription === 'none') return null
  return { model: transcription || usual, ...(language && { language }) }
}

function noiseOf({ noiseReduction }: Config): object | null {
  return noiseReduction === 'none' ? null : { type: noiseReduction }
}

/** We interrupt ourselves: a greeting may be one that is not to be interrupted, and a "mm-hm" is no interruption. */
function detectionOf({ turns, threshold, silence, eagerness }: Config): object | null {
  const acts = { create_response: true, interrupt_response: false }
  switch (turns) {
    case 'server_vad':
      return { type: turns, threshold, prefix_padding_ms: 300, silence_duration_ms: silence, ...acts }
    case 'semantic_vad':
      return { type: turns, eagerness, ...acts }
    case 'engine':
      return null
    default:
      return turns satisfies never
  }
}

/** The sound that a session has settled on, in one direction. `unknown`: one that we do not speak; undefined: it does not say. */
export function settledFormat(session: Fields, direction: 'input' | 'output'): PlainFormat | 'unknown' | undefined {
  const ga = inner(inner(session, 'audio'), direction)['format']
  if (isFields(ga)) return named(text(ga, 'type'), ga['rate'])
  const written = typeof ga === 'string' ? ga : text(session, `${direction}_audio_format`)
  return written === undefined ? undefined : named(written, undefined)
}

function named(type: string | undefined, rate: unknown): PlainFormat | 'unknown' {
  if (type === 'audio/pcmu' || type === 'g711_ulaw') return formats.pcmu
  if (type === 'audio/pcma' || type === 'g711_alaw') return formats.pcma
  if (type !== 'audio/pcm' && type !== 'pcm16') return 'unknown'
  return typeof rate === 'number' && rate >= 8000 && rate <= 48_000 ? { encoding: 'l16le', rate } : formats.pcm
}
