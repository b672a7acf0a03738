import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compare, correlation, dominantFrequency, level, power, rms, signalToNoise, toneLevel } from './measure.ts'
import { concat, dualTone, noise, overlay, silence, sine } from './tones.ts'

const rate = 8000

describe('level', () => {
  test('a full-scale sine is 0 dBFS, a full-scale square 3 dB more, silence −120', () => {
    expect(level(sine(1000, { rate, ms: 100, level: 0 }))).toBeCloseTo(0, 2)
    expect(level(Int16Array.from({ length: 800 }, (_, index) => (index & 1 ? 32767 : -32768)))).toBeCloseTo(3.01, 2)
    expect([level(silence({ rate, ms: 20 })), level(new Int16Array(0))]).toEqual([-120, -120])
    expect(rms(Int16Array.of(3, -4, 0, 5, 5, 5))).toBeCloseTo(Math.sqrt(100 / 6), 10)
  })
})

describe('tones', () => {
  test('each tone of a sum is measured by itself', () => {
    const sound = dualTone(697, 1209, { rate, ms: 500, level: -13 })
    expect(toneLevel(sound, 697, rate)).toBeCloseTo(-16, 1)
    expect(toneLevel(sound, 1209, rate)).toBeCloseTo(-16, 1)
    expect(toneLevel(sound, 941, rate)).toBeLessThan(-50)
    expect(power(new Int16Array(0), 697, rate)).toBe(0)
  })

  test('the strongest frequency is found within 2 Hz in a fifth of a second', () => {
    for (const frequency of [60, 425, 440.5, 1000, 2345.6, 3900]) {
      const found = dominantFrequency(
        overlay(sine(frequency, { rate, ms: 200 }), noise(1, { rate, ms: 200, level: -25 })),
        rate,
      )
      expect(Math.abs(found! - frequency)).toBeLessThan(2)
    }
    expect(dominantFrequency(silence({ rate, ms: 100 }), rate)).toBeUndefined()
    expect(dominantFrequency(new Int16Array(0), rate)).toBeUndefined()
  })
})

describe('likeness', () => {
  test('a sound is found again later, softer and in noise', () => {
    const said = noise(7, { rate, ms: 300 })
    const softer = said.map((sample) => sample / 3)
    const heard = overlay(
      concat(silence({ rate, ms: 137 }), softer, silence({ rate, ms: 90 })),
      noise(8, { rate, ms: 527, level: -40 }),
    )
    const found = compare(said, heard)
    expect(found.lag).toBe(137 * 8)
    expect(found.correlation).toBeGreaterThan(0.97)
  })

  test('the start may be missing: then the lag is negative', () => {
    const said = noise(7, { rate, ms: 300 })
    expect(compare(said, said.subarray(500))).toEqual({ lag: -500, correlation: expect.closeTo(1, 10) })
  })

  test('different noises are not alike, an inverted sound is the opposite, silence is like nothing', () => {
    const said = noise(7, { rate, ms: 300 })
    expect(Math.abs(compare(said, noise(8, { rate, ms: 300 })).correlation)).toBeLessThan(0.25)
    expect(
      correlation(
        said,
        said.map((sample) => -sample),
      ),
    ).toBeCloseTo(-1, 10)
    expect(compare(said, silence({ rate, ms: 300 })).correlation).toBe(0)
  })

  test('agrees with the sum of products written out', () => {
    const small = fc.int16Array({ minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(small, small, (said, heard) => {
        const products = (lag: number) =>
          said.reduce((sum, sample, index) => sum + sample * (heard[index + lag] ?? 0), 0)
        const best = products(compare(said, heard).lag)
        for (let lag = 1 - said.length; lag < heard.length; lag++) expect(products(lag)).toBeLessThanOrEqual(best + 1)
      }),
    )
  })

  test('signal to noise is the ratio of the sound to what differs', () => {
    const wanted = sine(1000, { rate, ms: 100, level: -10 })
    expect(signalToNoise(wanted, overlay(wanted, sine(500, { rate, ms: 100, level: -50 })))).toBeCloseTo(40, 0)
    expect(signalToNoise(wanted, wanted)).toBe(Infinity)
  })
})
