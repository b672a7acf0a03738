import { describe, expect, test } from 'vitest'
import { type Polyphase, polyphase } from './filter.ts'

const rates = [8000, 16000, 24000, 48000]
const pairs = rates.flatMap((from) => rates.filter((to) => to !== from).map((to) => [from, to] as const))

/** The filter's response in dB at `frequency` Hz, by its Fourier sum at the rate `from · up`. */
function response({ up, taps, coefficients }: Polyphase, from: number, frequency: number): number {
  let re = 0
  let im = 0
  for (let phase = 0; phase < up; phase++) {
    for (let tap = 0; tap < taps; tap++) {
      const angle = (2 * Math.PI * frequency * (phase + (taps - 1 - tap) * up)) / (from * up)
      re += coefficients[phase * taps + tap]! * Math.cos(angle)
      im += coefficients[phase * taps + tap]! * Math.sin(angle)
    }
  }
  return 20 * Math.log10(Math.hypot(re, im) / up)
}

const between = (start: number, end: number, count: number) =>
  Array.from({ length: count }, (_, index) => start + ((end - start) * index) / (count - 1))

describe.each(pairs)('the filter from %i to %i Hz', (from, to) => {
  const filter = polyphase(from, to)
  const low = Math.min(from, to)

  test('passes everything up to 3.4 kHz at 8 kHz within 0.05 dB', () => {
    const worst = Math.max(...between(0, 0.425 * low, 60).map((hz) => Math.abs(response(filter, from, hz))))
    expect(worst).toBeLessThan(0.05)
  })

  test('stops everything from 4.32 kHz at 8 kHz by 92 dB', () => {
    const worst = Math.max(...between(0.54 * low, (from * filter.up) / 2, 300).map((hz) => response(filter, from, hz)))
    expect(worst).toBeLessThan(-92)
  })

  test('is made once', () => {
    expect(polyphase(from, to)).toBe(filter)
    expect(polyphase(from * 2, to * 2)).toBe(filter)
  })
})
