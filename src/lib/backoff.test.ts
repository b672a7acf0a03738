/** Waits grow, are capped and are jittered over their whole width. */
import { expect, test } from 'vitest'
import { backoff } from './backoff.ts'
import { seededIds } from './ids.ts'

const top = { fraction: () => 1 }

test('the bound doubles with each attempt up to the cap', () => {
  expect([1, 2, 3, 4, 5].map((attempt) => backoff(attempt, top, { base: 100, max: 1000 }))).toEqual([
    100, 200, 400, 800, 1000,
  ])
  expect(backoff(1, top)).toBe(250)
  expect(backoff(2000, top)).toBe(10_000)
})

test('jitter covers the whole width', () => {
  const ids = seededIds('jitter')
  const waits = Array.from({ length: 500 }, () => backoff(1, ids, { base: 100 }))
  expect(Math.min(...waits)).toBeLessThan(5)
  expect(Math.max(...waits)).toBeGreaterThan(95)
  expect(Math.max(...waits)).toBeLessThan(100)
})
