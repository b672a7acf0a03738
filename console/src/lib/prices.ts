/** Prices and what they are for, in words. */
import { queryOptions } from '@tanstack/react-query'
import { api, read, type Schemas } from './api.ts'
import { count, money } from './format.ts'

export type Price = Schemas['Price']
export type Costs = Schemas['CallInFull']['costs']
export type CostPart = Costs['parts'][number]

export const pricesQuery = queryOptions({
  queryKey: ['prices'],
  queryFn: async () => (await read(api.GET('/v1/prices'))).items,
})

export const partLabels: Readonly<Record<CostPart['part'], string>> = {
  carrier: 'Carrier',
  stt: 'Speech to text',
  llm: 'Model',
  tts: 'Voice',
  agent: 'Agent',
}

/** With how many of them a price is for. */
export const unitLabels: Readonly<Record<Price['unit'], string>> = {
  'input-tokens': '1M input tokens',
  'cached-tokens': '1M cached input tokens',
  'output-tokens': '1M output tokens',
  'input-audio-tokens': '1M audio input tokens',
  'output-audio-tokens': '1M audio output tokens',
  'transcript-tokens': '1M transcript tokens',
  characters: '1k characters',
  'audio-minutes': 'minute of audio',
  'session-minutes': 'minute of session',
}

const used: Readonly<Record<string, string>> = {
  inputTokens: 'tokens in',
  cachedTokens: 'of them cached',
  inputAudioTokens: 'of them sound',
  outputTokens: 'tokens out',
  outputAudioTokens: 'of them sound',
  reasoningTokens: 'of them thought',
  transcriptTokens: 'tokens of transcript',
  characters: 'characters',
}

/** `812 tokens in, 640 of them cached, 96 tokens out`. */
export function usageWords(usage: Readonly<Record<string, number>>): string {
  return inOrder(usage)
    .map(([name, amount]) => (name.endsWith('Ms') ? minutes(name, amount) : `${count(amount)} ${used[name] ?? name}`))
    .join(', ')
}

function inOrder(usage: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  const place = (name: string) => (name in used ? Object.keys(used).indexOf(name) : Infinity)
  return Object.entries(usage).toSorted(([a], [b]) => place(a) - place(b) || 0)
}

function minutes(name: string, ms: number): string {
  const what = name === 'sessionMs' ? 'of session' : 'of audio'
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s ${what}` : `${(ms / 60_000).toFixed(1)} min ${what}`
}

/** What a part cost, or what nobody knows of it. */
export function costWords({ part, cost, unknown }: CostPart): string {
  if (cost !== null) return cost.length === 0 ? 'Nothing' : cost.map(money).join(' + ')
  if (part === 'carrier') return 'Unknown: the carrier has not said'
  return `Unknown: no price per ${unknown.map((unit) => (unit in unitLabels ? unitLabels[unit as Price['unit']] : unit)).join(', ')}` // looked up just before
}

/** The whole in one line; currencies apart, and never less than it says. */
export function totalWords({ known, complete }: Costs): string {
  const sums = known.map(money)
  if (complete) return sums.length === 0 ? 'Nothing' : sums.join(' + ')
  return [...sums, 'unknown'].join(' + ')
}
