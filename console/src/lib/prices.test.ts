import { expect, test } from 'vitest'
import { costWords, totalWords, usageWords } from './prices.ts'

const part = {
  part: 'llm',
  provider: 'a',
  model: 'm',
  usage: {},
  cost: null,
  unknown: ['input-tokens', 'credits'],
} as const

test('what was used is told in the order people think of it', () => {
  expect(usageWords({ outputTokens: 96, cachedTokens: 640, inputTokens: 1_812 })).toBe(
    '1,812 tokens in, 640 of them cached, 96 tokens out',
  )
  expect(usageWords({ audioMs: 4_200 })).toBe('4.2 s of audio')
  expect(usageWords({ sessionMs: 90_000, credits: 3 })).toBe('1.5 min of session, 3 credits')
})

test('what is unknown is never nothing', () => {
  expect(costWords({ ...part, unknown: [...part.unknown] })).toBe('Unknown: no price per 1M input tokens, credits')
  expect(costWords({ ...part, part: 'carrier', unknown: ['call'] })).toBe('Unknown: the carrier has not said')
  expect(totalWords({ parts: [], known: [], complete: false })).toBe('unknown')
  expect(totalWords({ parts: [], known: [{ amount: 0.01, currency: 'USD' }], complete: false })).toBe(
    'US$0.01 + unknown',
  )
})

test('currencies stay apart', () => {
  const known = [
    { amount: 0.01, currency: 'USD' },
    { amount: 2, currency: 'EUR' },
  ]
  expect(totalWords({ parts: [], known, complete: true })).toBe('US$0.01 + €2.00')
})
