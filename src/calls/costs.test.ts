import { expect, test } from 'vitest'
import type { ListPrice, Price, Used } from '../spec/usage.ts'
import { costsOf, pricesInForce } from './costs.ts'

const price = (unit: Price['unit'], amount: number, more: Partial<Price> = {}): Price => ({
  ...{ part: 'llm', provider: 'a', model: '', currency: 'USD', unit, amount },
  ...more,
})
const used = (usage: Used['usage'], more: Partial<Used> = {}): Used => ({ part: 'llm', provider: 'a', usage, ...more })
const carrier = { carrier: 'c', cost: { amount: 0.01, currency: 'USD' } }

test('parts are charged by unit, each shown, and summed', () => {
  const usage = [
    used({ inputTokens: 1_000_000, cachedTokens: 400_000, outputTokens: 100_000, reasoningTokens: 50_000 }),
    used({ characters: 2_000 }, { part: 'tts', provider: 'b' }),
    used({ audioMs: 90_000 }, { part: 'stt', provider: 'b' }),
  ]
  const prices = [
    ...[price('input-tokens', 2), price('cached-tokens', 0.5), price('output-tokens', 8)],
    price('characters', 0.05, { part: 'tts', provider: 'b' }),
    price('audio-minutes', 0.006, { part: 'stt', provider: 'b' }),
  ]
  const costs = costsOf({ ...carrier, usage }, prices)
  expect(costs.parts.map(({ part, cost }) => [part, cost?.[0]?.amount])).toEqual([
    ['carrier', 0.01],
    ['llm', 2.2],
    ['tts', 0.1],
    ['stt', 0.009],
  ])
  expect(costs).toMatchObject({ known: [{ amount: 2.319, currency: 'USD' }], complete: true })
})

test('a unit without a price makes its part unknown, not free, and the sum says that it is not all', () => {
  const usage = [used({ inputTokens: 10, outputTokens: 10 }), used({ credits: 3 }, { provider: 'z' })]
  const costs = costsOf({ ...carrier, usage }, [price('input-tokens', 2)])
  expect(costs.parts.slice(1).map(({ cost, unknown }) => [cost, unknown])).toEqual([
    [undefined, ['output-tokens']],
    [undefined, ['credits']],
  ])
  expect(costs).toMatchObject({ known: [{ amount: 0.01 }], complete: false })
})

test('a carrier that has not said is unknown', () => {
  expect(costsOf({ carrier: 'c' }, [])).toEqual({
    ...{ parts: [{ part: 'carrier', provider: 'c', usage: {}, unknown: ['call'] }], known: [], complete: false },
  })
})

test('currencies are kept apart', () => {
  const usage = [used({ characters: 1_000 })]
  const { known } = costsOf({ ...carrier, usage }, [price('characters', 2, { currency: 'EUR' })])
  expect(known).toEqual([
    { amount: 0.01, currency: 'USD' },
    { amount: 2, currency: 'EUR' },
  ])
})

test('the closest model counts: in full, then by the longest beginning, then any', () => {
  const prices = [
    price('characters', 1),
    price('characters', 2, { model: 'gpt-4*' }),
    price('characters', 3, { model: 'gpt-4.1*' }),
    price('characters', 4, { model: 'gpt-4.1' }),
  ]
  const amountFor = (model?: string) =>
    costsOf({ ...carrier, usage: [used({ characters: 1_000 }, model === undefined ? {} : { model })] }, prices).parts[1]
      ?.cost?.[0]?.amount
  expect([amountFor(), amountFor('gpt-4o'), amountFor('gpt-4.1-mini'), amountFor('gpt-4.1')]).toEqual([1, 2, 3, 4])
})

test('what was cached costs as the rest where nobody has a price for it; sound is no text', () => {
  const prices = [price('input-tokens', 1), price('input-audio-tokens', 10)]
  const million = 1_000_000
  const cost = (usage: Used['usage']) => costsOf({ ...carrier, usage: [used(usage)] }, prices).parts[1]?.cost
  expect(cost({ inputTokens: million, cachedTokens: million })).toEqual([{ amount: 1, currency: 'USD' }])
  expect(cost({ inputTokens: 3 * million, inputAudioTokens: 2 * million, cachedTokens: 1.5 * million })).toEqual([
    { amount: 16.5, currency: 'USD' },
  ])
})

test('own prices stand before published ones', () => {
  const published: ListPrice[] = [{ ...price('characters', 1), asOf: '2025-10' }]
  expect(pricesInForce([price('characters', 9)], published)).toEqual([price('characters', 9)])
  expect(pricesInForce([price('characters', 9, { model: 'x' })], published)).toHaveLength(2)
})
