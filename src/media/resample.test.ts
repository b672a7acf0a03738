import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AudioSink } from '../spec/audio.ts'
import { compare, dominantFrequency, level, signalToNoise, toneLevel } from './measure.ts'
import { Resampler, resample, resampled } from './resample.ts'
import { concat, noise, sine } from './tones.ts'

const rates = [8000, 16000, 24000, 48000]
const pairs = rates.flatMap((from) => rates.filter((to) => to !== from).map((to) => [from, to] as const))

function whole(pcm: Int16Array, from: number, to: number): Int16Array {
  const resampler = new Resampler(from, to)
  return concat(resampler.process(pcm), resampler.flush())
}

describe.each(pairs)('from %i to %i Hz', (from, to) => {
  const low = Math.min(from, to)

  test('tones up to 3.4 kHz of an 8 kHz side keep their level within 0.2 dB and their frequency', () => {
    for (const part of [0.0125, 0.125, 0.25, 0.375, 0.425]) {
      const heard = resampled(sine(part * low, { rate: from, ms: 400 }), from, to).subarray(to / 10, (to * 3) / 10)
      expect(Math.abs(level(heard) + 10)).toBeLessThan(0.2)
      expect(Math.abs(toneLevel(heard, part * low, to) + 10)).toBeLessThan(0.2)
      expect(Math.abs(dominantFrequency(heard, to)! - part * low)).toBeLessThan(1)
    }
  })

  test('what it adds to a tone is 90 dB below it', () => {
    const heard = resampled(sine(low / 8, { rate: from, ms: 400, level: 0 }), from, to)
    const wanted = sine(low / 8, { rate: to, ms: 400, level: 0 })
    expect(
      signalToNoise(wanted.subarray(to / 10, (to * 3) / 10), heard.subarray(to / 10, (to * 3) / 10)),
    ).toBeGreaterThan(90)
  })

  test('any cutting into chunks gives the same samples', () => {
    const said = noise(from + to, { rate: from, ms: 60, level: -6 })
    const expected = whole(said, from, to)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: from / 40 }), { maxLength: 12 }), (cuts) => {
        const resampler = new Resampler(from, to)
        const parts: Int16Array[] = []
        let at = 0
        for (const cut of [...cuts, said.length]) {
          parts.push(resampler.process(said.subarray(at, at + cut)))
          at += cut
        }
        expect(concat(...parts, resampler.flush())).toEqual(expected)
      }),
      { numRuns: 30 },
    )
  })

  test('a flush forgets the sound before it', () => {
    const said = noise(1, { rate: from, ms: 33 })
    const resampler = new Resampler(from, to)
    resampler.process(noise(2, { rate: from, ms: 41 }))
    resampler.flush()
    expect(concat(resampler.process(said), resampler.flush())).toEqual(whole(said, from, to))
  })

  test('frames of 20 ms stay frames of 20 ms', () => {
    const resampler = new Resampler(from, to)
    const lengths = Array.from({ length: 10 }, () => resampler.process(new Int16Array(from / 50)).length)
    expect(new Set(lengths)).toEqual(new Set([to / 50]))
  })
})

describe.each(pairs.filter(([from, to]) => to < from))('down from %i to %i Hz', (from, to) => {
  test('a full tone from 4.4 kHz on (at 8 kHz) leaves less than −94 dB, its own rounding included', () => {
    for (let frequency = 0.55 * to; frequency < from / 2; frequency += to / 40) {
      const heard = resampled(sine(frequency, { rate: from, ms: 100, level: 0 }), from, to)
      expect(level(heard.subarray(to / 50, (to * 4) / 50))).toBeLessThan(-94)
    }
  })
})

describe('resampling', () => {
  test('delays by half the filter: 3 ms where one side is 8 kHz, 1.5 ms where the lower one is 16 kHz', () => {
    expect(new Resampler(8000, 24000).delay * 1000).toBeCloseTo(3, 1)
    expect(new Resampler(24000, 16000).delay * 1000).toBeCloseTo(1.5, 1)
    const said = noise(3, { rate: 8000, ms: 200 })
    const heard = whole(said, 8000, 16000)
    expect(compare(resampled(said, 8000, 16000), heard).lag / 16).toBeCloseTo(3, 1)
  })

  test('a whole sound is aligned with its original and exactly as long', () => {
    for (const length of [0, 1, 7, 20, 441, 4410]) {
      expect(resampled(new Int16Array(length), 44100, 8000)).toHaveLength(Math.round((length * 80) / 441))
    }
    const heard = resampled(sine(1000, { rate: 44100, ms: 300 }), 44100, 8000)
    expect(compare(sine(1000, { rate: 8000, ms: 300 }), heard)).toEqual({ lag: 0, correlation: expect.closeTo(1, 4) })
  })

  test('full-scale steps are cut off at the limits and do not wrap around', () => {
    const steps = Int16Array.from({ length: 800 }, (_, index) => (index % 40 < 20 ? 32767 : -32768))
    const heard = resampled(steps, 8000, 16000)
    for (let index = 12; index < 1600; index += 80) expect(heard[index]).toBeGreaterThan(20000)
    expect(Math.max(...heard)).toBe(32767)
  })

  test('a rate hundreds of times lower is refused, tens of times is not', () => {
    expect(() => new Resampler(8_000_000, 8000)).toThrow(expect.objectContaining({ code: 'media.format' }))
    expect(whole(new Int16Array(192), 192_000, 8000)).toHaveLength(8 + 24)
  })

  test('as a stage it is the next sink itself when the rates are equal, and says what it does otherwise', () => {
    const heard: Int16Array[] = []
    let flushed = 0
    const sink: AudioSink = {
      rate: 16000,
      write: (pcm) => void heard.push(pcm.slice()),
      flush: () => void flushed++,
      toString: () => 'ear',
    }
    expect(resample(16000, 16000)(sink)).toBe(sink)
    const stage = resample(8000, 16000)(sink)
    expect(`${stage}`).toBe('8000→16000 Hz → ear')
    expect(stage.rate).toBe(8000)
    const said = sine(440, { rate: 8000, ms: 50 })
    stage.write(said.subarray(0, 100))
    stage.write(said.subarray(100, 103))
    stage.write(said.subarray(103))
    stage.flush?.()
    expect(concat(...heard)).toEqual(whole(said, 8000, 16000))
    expect(flushed).toBe(1)
  })
})
