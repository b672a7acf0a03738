import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeAlaw, encodeAlaw } from '../codecs/g711.ts'
import { concat, noise, overlay, silence, sines } from '../tones.ts'
import { dtmfDetector } from './detect.ts'
import { columns, dtmf, keypad, rows } from './generate.ts'

const rate = 8000

function heardIn(sound: Int16Array, at = rate, chunk = 160): string {
  let heard = ''
  const detector = dtmfDetector(at, (digit) => {
    heard += digit
  })
  for (let start = 0; start < sound.length; start += chunk) detector.write(sound.subarray(start, start + chunk))
  detector.flush?.()
  return heard
}

const pause = silence({ rate, ms: 100 })
const around = (sound: Int16Array) => concat(pause, sound, pause)

/** Key 1, bent: by parts in frequency, in dB, in ms. */
function key1(bend: { low?: number; high?: number; lowLevel?: number; highLevel?: number; ms?: number }): Int16Array {
  const { low = 1, high = 1, lowLevel = -12, highLevel = -12, ms = 60 } = bend
  const parts = [
    { frequency: 697 * low, level: lowLevel },
    { frequency: 1209 * high, level: highLevel },
  ]
  return around(sines(parts, { rate, ms }))
}

describe('the DTMF detector', () => {
  test.each([8000, 16000, 24000, 48000])('hears all sixteen digits at %i Hz, each once', (at) => {
    expect(heardIn(dtmf(keypad, { rate: at }), at)).toBe('123A456B789C*0#D')
  })

  test('hears any digits in any chunks, a repeated digit as often as it is pressed', () => {
    const digits = fc.array(fc.constantFrom(...keypad), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(digits, fc.integer({ min: 1, max: 700 }), fc.integer({ min: 40, max: 150 }), (keys, chunk, on) => {
        expect(heardIn(dtmf(keys.join(''), { rate, on, off: 40 }), rate, chunk)).toBe(keys.join(''))
      }),
      { numRuns: 60 },
    )
  })

  test('hears them through A-law and noise 15 dB below', () => {
    const sound = dtmf('0123456789', { rate, on: 60 })
    const noisy = overlay(sound, noise(4, { rate, ms: (sound.length / rate) * 1000, level: -25 }))
    expect(heardIn(decodeAlaw(encodeAlaw(noisy)))).toBe('0123456789')
  })

  test('40 ms are enough wherever they begin, 20 ms are not', () => {
    for (let shift = 0; shift < 102; shift += 3) {
      const late = new Int16Array(shift)
      expect(heardIn(concat(late, key1({ ms: 40 })))).toBe('1')
      expect(heardIn(concat(late, key1({ ms: 20 })))).toBe('')
    }
  })

  test('a dropout of 10 ms does not repeat the digit', () => {
    const tone = dtmf('5', { rate, on: 200, off: 0 })
    expect(heardIn(around(tone.fill(0, 800, 880)))).toBe('5')
  })

  test.each([
    ['the row 8 dB louder', { lowLevel: -10, highLevel: -18 }, '1'],
    ['the column 4 dB louder', { lowLevel: -14, highLevel: -10 }, '1'],
    ['the row 12 dB louder', { lowLevel: -8, highLevel: -20 }, ''],
    ['the column 10 dB louder', { lowLevel: -20, highLevel: -10 }, ''],
    ['both 1.5 % too high', { low: 1.015, high: 1.015 }, '1'],
    ['both 1.5 % too low', { low: 0.985, high: 0.985 }, '1'],
    ['the row 5 % too high', { low: 1.05 }, ''],
    ['the column 5 % too low', { high: 0.95 }, ''],
    ['soft: −30 dBFS', { lowLevel: -30, highLevel: -30 }, '1'],
    ['too soft: −45 dBFS', { lowLevel: -45, highLevel: -45 }, ''],
    ['the row alone', { highLevel: -90 }, ''],
  ] as const)('%s: %o gives "%s"', (_, bend, digits) => {
    expect(heardIn(key1(bend))).toBe(digits)
  })

  test('noise is not a digit', () => {
    expect(heardIn(noise(9, { rate, ms: 60_000 }))).toBe('')
  })

  test('voices do not talk it off: two minutes of gliding harmonics, formants and breath', () => {
    let heard = ''
    for (let seed = 1; seed <= 4; seed++) heard += heardIn(babble(seed, 30))
    expect(heard).toBe('')
  })

  test('a digit is heard over a soft voice', () => {
    const voice = babble(3, 1).map((sample) => sample / 10)
    expect(heardIn(overlay(concat(pause, dtmf('7', { rate, on: 200 }), pause), voice))).toBe('7')
  })

  test('three tones at once are no digit', () => {
    const tones = [rows[0], columns[0], columns[2]].map((frequency) => ({ frequency, level: -14 }))
    expect(heardIn(around(sines(tones, { rate, ms: 200 })))).toBe('')
  })
})

/** Sound like speech: harmonics of a pitch that glides, weighed by two formants that move, over noise. */
function babble(seed: number, seconds: number): Int16Array {
  const random = noise(seed, { rate, ms: 1000, level: -2 })
  const draw = (index: number, from: number, to: number) =>
    from + ((to - from) * (random[index % random.length]! + 32768)) / 65536
  const breath = noise(seed + 100, { rate, ms: seconds * 1000, level: -38 })
  let phase = 0
  return breath.map((hiss, index) => {
    // A new vowel every 150 ms, gliding from the one before.
    const vowel = Math.floor(index / 1200)
    const part = (index % 1200) / 1200
    const between = (offset: number, from: number, to: number) =>
      draw(vowel * 7 + offset, from, to) * (1 - part) + draw(vowel * 7 + 7 + offset, from, to) * part
    phase += (2 * Math.PI * between(0, 90, 260)) / rate
    const pitch = between(0, 90, 260)
    const [first, second] = [between(1, 300, 850), between(2, 900, 2300)]
    let sum = 0
    for (let harmonic = 1; harmonic * pitch < 3400; harmonic++) {
      const frequency = harmonic * pitch
      const weight = 1 / (1 + ((frequency - first) / 90) ** 2) + 0.6 / (1 + ((frequency - second) / 120) ** 2)
      sum += weight * Math.sin(harmonic * phase)
    }
    return Math.max(-32768, Math.min(32767, 6000 * sum + hiss))
  })
}
