import { describe, expect, test } from 'vitest'
import { level, toneLevel } from '../measure.ts'
import { dtmf } from './generate.ts'

describe('keypad tones', () => {
  test.each([
    ['1', 697, 1209],
    ['5', 770, 1336],
    ['9', 852, 1477],
    ['0', 941, 1336],
    ['*', 941, 1209],
    ['#', 941, 1477],
    ['A', 697, 1633],
    ['d', 941, 1633],
  ])('key %s is %i and %i Hz, the column 2 dB louder', (digit, low, high) => {
    const tone = dtmf(digit, { rate: 8000 }).subarray(0, 800)
    expect(toneLevel(tone, low, 8000)).toBeCloseTo(-12, 0)
    expect(toneLevel(tone, high, 8000)).toBeCloseTo(-10, 0)
  })

  test('each lasts 100 ms and is followed by 60 ms of silence, unless told otherwise', () => {
    expect(dtmf('12', { rate: 8000 })).toHaveLength(2 * 160 * 8)
    expect(level(dtmf('1', { rate: 8000 }).subarray(800))).toBe(-120)
    expect(dtmf('12', { rate: 16000, on: 50, off: 10 })).toHaveLength(2 * 60 * 16)
    expect(dtmf('', { rate: 8000 })).toHaveLength(0)
  })

  test('what is not on a keypad is refused by name', () => {
    expect(() => dtmf('12w', { rate: 8000 })).toThrow(
      expect.objectContaining({ code: 'request.invalid', message: expect.stringContaining('"w"') }),
    )
  })
})
