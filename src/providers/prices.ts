/**
 * What vendors asked at the time given, as they published it for accounts without a contract: somewhere to begin, not a bill.
 * Check yours; prices of your own (settings, `prices`) win line by line. What is not here is shown as unknown.
 */
import type { ListPrice, PriceUnit, UsedBy } from '../spec/usage.ts'

/** Model and, by unit, US dollars. */
type Line = readonly [model: string, amounts: { readonly [unit in PriceUnit]?: number }]

const autumn = '2025-10'

function list(part: UsedBy['part'], provider: string, lines: readonly Line[], asOf = autumn): readonly ListPrice[] {
  return lines.flatMap(([model, amounts]) =>
    Object.entries(amounts).map(([unit, amount]) => ({
      ...{ part, provider, model, unit: unit as PriceUnit, amount, currency: 'USD', asOf }, // keys of `amounts` are units
    })),
  )
}

const text = (input: number, cached: number, output: number): Line[1] => ({
  ...{ 'input-tokens': input, 'cached-tokens': cached, 'output-tokens': output },
})

/** OpenAI's models cost the same by whichever of its doors. */
const gpt: readonly Line[] = [
  ['gpt-4.1', text(2, 0.5, 8)],
  ['gpt-4.1-mini', text(0.4, 0.1, 1.6)],
  ['gpt-4.1-nano', text(0.1, 0.025, 0.4)],
  ['gpt-4o', text(2.5, 1.25, 10)],
  ['gpt-4o-mini', text(0.15, 0.075, 0.6)],
  ['gpt-5', text(1.25, 0.125, 10)],
  ['gpt-5-mini', text(0.25, 0.025, 2)],
  ['gpt-5-nano', text(0.05, 0.005, 0.4)],
]

/** Charged by tokens: how long it was costs nothing more. */
const heardTokens = (input: number, output: number): Line[1] => ({
  ...{ 'input-tokens': input, 'output-tokens': output, 'audio-minutes': 0 },
})

const realtime = (words: Line[1], input: number, output: number): Line[1] => ({
  ...words,
  ...{ 'input-audio-tokens': input, 'output-audio-tokens': output },
})

const eleven: readonly Line[] = [
  ['eleven_flash_v2*', { characters: 0.05 }],
  ['eleven_turbo_v2*', { characters: 0.05 }],
  ['eleven_multilingual_v2', { characters: 0.1 }],
]

export const listPrices: readonly ListPrice[] = [
  ...list('stt', 'deepgram', [['nova-3*', { 'audio-minutes': 0.0077 }]]),
  ...list('stt', 'openai', [
    ['gpt-4o-transcribe', heardTokens(6, 10)],
    ['gpt-4o-mini-transcribe', heardTokens(3, 5)],
    ['whisper-1', { 'audio-minutes': 0.006 }],
  ]),
  ...list('stt', 'openai-whisper', [
    ['gpt-4o-transcribe', { 'audio-minutes': 0.006 }],
    ['gpt-4o-mini-transcribe', { 'audio-minutes': 0.003 }],
    ['whisper-1', { 'audio-minutes': 0.006 }],
  ]),
  ...list('stt', 'assemblyai', [['universal-streaming*', { 'audio-minutes': 0.0025 }]]),
  ...list('stt', 'soniox', [['stt-rt*', { 'audio-minutes': 0.002 }]]),
  ...list('llm', 'openai-responses', gpt),
  ...list('llm', 'openai-compatible', gpt),
  ...list('llm', 'anthropic', [
    ['claude-haiku-4-5*', text(1, 0.1, 5)],
    ['claude-sonnet-4*', text(3, 0.3, 15)],
  ]),
  ...list('llm', 'gemini', [
    ['gemini-2.5-flash', text(0.3, 0.03, 2.5)],
    ['gemini-2.5-flash-lite', text(0.1, 0.01, 0.4)],
  ]),
  ...list('tts', 'elevenlabs', eleven),
  ...list('tts', 'elevenlabs-http', eleven),
  ...list('tts', 'deepgram', [
    ['aura-2*', { characters: 0.03 }],
    ['aura-*', { characters: 0.015 }],
  ]),
  ...list('tts', 'openai', [
    ['tts-1', { characters: 0.015 }],
    ['tts-1-hd', { characters: 0.03 }],
  ]),
  ...list('agent', 'openai-realtime', [
    ['gpt-realtime', realtime(text(4, 0.4, 16), 32, 64)],
    ['gpt-realtime-mini', realtime(text(0.6, 0.06, 2.4), 10, 20)],
  ]),
  ...list('agent', 'openai-live', [['gpt-live-1', { 'session-minutes': 0.05 }]], '2026-09'),
  // These run in this house.
  ...list('stt', 'local', [['', { 'audio-minutes': 0 }]]),
  ...list('llm', 'scripted', [['', text(0, 0, 0)]]),
  ...list('tts', 'local', [['', { characters: 0 }]]),
]
