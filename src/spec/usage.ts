/** What the parts of an agent used, and what that costs: the words that providers, the journal and price lists share. */

/** Which part of an agent, done by whom, with which of their models. `agent`: one that hears and speaks as a whole. */
export interface UsedBy {
  readonly part: 'stt' | 'llm' | 'tts' | 'agent'
  readonly provider: string
  readonly model?: string
}

/** Amounts in the words of `PartUsage`; those that nobody knows are kept under their vendor's name. */
export interface Used extends UsedBy {
  readonly usage: Readonly<Record<string, number>>
}

/** What vendors charge for. Text only, where `…-audio-tokens` stand beside; `cached-tokens` without a price are charged as `input-tokens`. */
export const priceUnits = {
  'input-tokens': { label: 'Input tokens', per: 1_000_000, size: '1M' },
  'cached-tokens': { label: 'Cached input tokens', per: 1_000_000, size: '1M' },
  'output-tokens': { label: 'Output tokens', per: 1_000_000, size: '1M' },
  'input-audio-tokens': { label: 'Audio input tokens', per: 1_000_000, size: '1M' },
  'output-audio-tokens': { label: 'Audio output tokens', per: 1_000_000, size: '1M' },
  'transcript-tokens': { label: 'Transcript tokens', per: 1_000_000, size: '1M' },
  characters: { label: 'Characters', per: 1_000, size: '1k' },
  'audio-minutes': { label: 'Minutes of audio', per: 1, size: 'minute' },
  'session-minutes': { label: 'Minutes of session', per: 1, size: 'minute' },
} as const

export type PriceUnit = keyof typeof priceUnits

/** One line of a price list. */
export interface Price {
  readonly part: UsedBy['part']
  readonly provider: string
  /** A name, the beginning of names (`gpt-4.1*`), or '' for every model. The closest one counts. */
  readonly model: string
  readonly unit: PriceUnit
  /** For as many as the unit's `per` says. */
  readonly amount: number
  /** ISO 4217. */
  readonly currency: string
}

/** A price as its vendor published it. */
export interface ListPrice extends Price {
  /** The month it was looked up: `2025-10`. */
  readonly asOf: string
}
