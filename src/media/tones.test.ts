import { describe, expect, test } from 'vitest'
import { dominantFrequency, level, toneLevel } from './measure.ts'
import { beep, concat, dualTone, noise, overlay, silence, sine, sines, soften } from './tones.ts'

describe('tones', () => {
  test.each([8000, 16000, 24000, 48000])('at %i Hz have the level, length and frequency asked for', (rate) => {
    const tone = sine(1000, { rate, ms: 250, level: -17 })
    expect(tone).toHaveLength(rate / 4)
    expect(level(tone)).toBeCloseTo(-17, 2)
    expect(dominantFrequency(tone, rate)).toBeCloseTo(1000, 0)
    expect(level(dualTone(350, 440, { rate, ms: 1000, level: -13 }))).toBeCloseTo(-13, 1)
    expect(level(noise(1, { rate, ms: 1000, level: -20 }))).toBeCloseTo(-20, 0)
    expect(silence({ rate, ms: 10 })).toEqual(new Int16Array(rate / 100))
  })

  test('the same seed gives the same noise, another seed another', () => {
    const shape = { rate: 8000, ms: 20 }
    expect(noise(5, shape)).toEqual(noise(5, shape))
    expect(noise(5, shape)).not.toEqual(noise(6, shape))
    expect([...noise(5, shape).subarray(0, 4)]).toMatchInlineSnapshot(`
      [
        8191,
        9334,
        -8200,
        4827,
      ]
    `)
  })

  test('a beep starts and ends softly', () => {
    const sound = beep({ rate: 8000, frequency: 1400, ms: 200 })
    expect(toneLevel(sound.subarray(80, 1520), 1400, 8000)).toBeCloseTo(-10, 1)
    expect(Math.abs(sound[1]!)).toBeLessThan(800)
    expect(Math.abs(sound.at(-2)!)).toBeLessThan(800)
    expect(soften(Int16Array.of(100, 100, 100, 100), 2)).toEqual(Int16Array.of(25, 75, 75, 25))
  })

  test('sums that do not fit are cut off', () => {
    expect(overlay(Int16Array.of(30000, -30000, 5), Int16Array.of(30000, -30000))).toEqual(
      Int16Array.of(32767, -32768, 5),
    )
    const loud = sines(
      [
        { frequency: 100, level: 0 },
        { frequency: 100, level: 0 },
      ],
      { rate: 8000, ms: 20 },
    )
    expect([Math.max(...loud), Math.min(...loud)]).toEqual([32767, -32768])
    expect(concat(Int16Array.of(1), Int16Array.of(), Int16Array.of(2, 3))).toEqual(Int16Array.of(1, 2, 3))
  })
})
