import { describe, expect, test } from 'vitest'
import { perCallMinute, percentile, spread } from './statistics.ts'

describe('statistics', () => {
  test('a percentile is a value that occurred, by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1)
    expect(percentile(values, 0.5)).toBe(50)
    expect(percentile(values, 0.99)).toBe(99)
    expect(percentile(values, 1)).toBe(100)
    expect(percentile([7], 0.01)).toBe(7)
    expect(percentile([], 0.5)).toBeNaN()
  })

  test('values need not be in order, and large ones sort as numbers', () => {
    expect(spread([100, 9, 20])).toEqual({ count: 3, p50: 20, p99: 100, max: 100 })
  })

  test('a tenth of a core for a hundred calls is 0.06 CPU seconds per call and minute', () => {
    expect(perCallMinute(2_000_000, 100, 20_000)).toBeCloseTo(0.06)
  })
})
