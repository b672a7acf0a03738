/** What a call cost: what its carrier said, and what its agent used at the prices in force. What nobody knows is unknown, never 0. */
import { priceUnits, type ListPrice, type Price, type PriceUnit, type Used, type UsedBy } from '../spec/usage.ts'
import type { CallRecord } from '../store/contract.ts'

export interface Money {
  readonly amount: number
  readonly currency: string
}

export interface CostPart {
  readonly part: 'carrier' | UsedBy['part']
  readonly provider: string
  readonly model?: string
  readonly usage: Readonly<Record<string, number>>
  /** One per currency; absent while any of it is unknown. */
  readonly cost?: readonly Money[]
  /** Units used that have no price; of a carrier: that it has not said, or will not. */
  readonly unknown: readonly string[]
}

export interface Costs {
  readonly parts: readonly CostPart[]
  /** What is known, one per currency. */
  readonly known: readonly Money[]
  /** Nothing is unknown. */
  readonly complete: boolean
}

export function costsOf(record: Pick<CallRecord, 'carrier' | 'cost' | 'usage'>, prices: readonly Price[]): Costs {
  const parts = [carrierPart(record), ...(record.usage ?? []).map((used) => partOf(used, prices))]
  return {
    parts,
    known: sum(parts.flatMap(({ cost = [] }) => cost)),
    complete: parts.every(({ unknown }) => unknown.length === 0),
  }
}

/** The organization's own prices before those that vendors publish. */
export function pricesInForce(own: readonly Price[], published: readonly ListPrice[]): readonly (Price | ListPrice)[] {
  const chosen = new Set(own.map(lineOf))
  return [...own, ...published.filter((price) => !chosen.has(lineOf(price)))]
}

/** What two prices must not share in one list. */
export function lineOf({ part, provider, model, unit }: Price): string {
  return JSON.stringify([part, provider, model, unit])
}

function carrierPart({ carrier, cost }: Pick<CallRecord, 'carrier' | 'cost'>): CostPart {
  const about = { part: 'carrier', provider: carrier, usage: {} } as const
  return cost ? { ...about, cost: [cost], unknown: [] } : { ...about, unknown: ['call'] }
}

function partOf({ part, provider, model, usage }: Used, prices: readonly Price[]): CostPart {
  const theirs = prices.filter((price) => price.part === part && price.provider === provider && fits(price, model))
  const costs: Money[] = []
  const unknown: string[] = []
  for (const [unit, amount] of billed(usage)) {
    const price = priceOf(theirs, unit)
    if (price) costs.push({ amount: (amount / priceUnits[price.unit].per) * price.amount, currency: price.currency })
    else unknown.push(unit)
  }
  const about = { part, provider, ...(model === undefined ? {} : { model }), usage }
  return unknown.length === 0 ? { ...about, cost: sum(costs), unknown } : { ...about, unknown }
}

/** The closest price of a unit. */
function priceOf(prices: readonly Price[], unit: string): Price | undefined {
  const found = prices.filter((price) => price.unit === unit).toSorted((a, b) => closeness(b) - closeness(a))[0]
  // Who has no price for what was cached charges it like the rest.
  return found ?? (unit === 'cached-tokens' ? priceOf(prices, 'input-tokens') : undefined)
}

function fits({ model: pattern }: Price, model = ''): boolean {
  return pattern === '' || pattern === model || (pattern.endsWith('*') && model.startsWith(pattern.slice(0, -1)))
}

/** A name in full before the beginning of one, however long. */
function closeness({ model }: Price): number {
  return model.endsWith('*') || model === '' ? model.length : 1_000 + model.length
}

/** Amounts by unit; what is no unit of ours stands under its own name, and so is unknown. */
function billed(usage: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  const { inputTokens = 0, inputAudioTokens = 0, cachedTokens = 0, outputTokens = 0, outputAudioTokens = 0 } = usage
  const text = Math.max(0, inputTokens - inputAudioTokens)
  // Vendors do not say whether it was words or sound that they had kept: the text first, which is the dearer reading.
  const cachedSound = Math.max(0, cachedTokens - text)
  const { transcriptTokens = 0, characters = 0, audioMs = 0, sessionMs = 0 } = usage
  const amounts: readonly (readonly [PriceUnit, number])[] = [
    ['input-tokens', Math.max(0, text - cachedTokens)],
    ['cached-tokens', cachedTokens],
    ['output-tokens', Math.max(0, outputTokens - outputAudioTokens)],
    ['input-audio-tokens', Math.max(0, inputAudioTokens - cachedSound)],
    ['output-audio-tokens', outputAudioTokens],
    ['transcript-tokens', transcriptTokens],
    ['characters', characters],
    ['audio-minutes', audioMs / 60_000],
    ['session-minutes', sessionMs / 60_000],
  ]
  const others = Object.entries(usage).filter(([name]) => !ours.has(name))
  return [...amounts, ...others].filter(([, amount]) => amount > 0)
}

/** `reasoningTokens` are among the output. */
const ours: ReadonlySet<string> = new Set([
  ...['inputTokens', 'inputAudioTokens', 'cachedTokens', 'outputTokens', 'outputAudioTokens', 'reasoningTokens'],
  ...['transcriptTokens', 'characters', 'audioMs', 'sessionMs'],
])

function sum(costs: readonly Money[]): readonly Money[] {
  const totals = new Map<string, number>()
  for (const { amount, currency } of costs) totals.set(currency, (totals.get(currency) ?? 0) + amount)
  return [...totals].map(([currency, amount]) => ({ currency, amount: rounded(amount) }))
}

/** To a billionth: sums of binary fractions are not shown as such. */
const rounded = (amount: number): number => Math.round(amount * 1e9) / 1e9
