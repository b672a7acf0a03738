import { expect, test } from 'vitest'
import { melBands, melOf, melRate } from './mel.ts'

const second = (sample: (at: number) => number) => Float32Array.from({ length: melRate }, (_, at) => sample(at))
const column = (picture: Float32Array, index: number) =>
  Array.from({ length: melBands }, (_, band) => picture[(band * picture.length) / melBands + index]!)

test.each([
  [125, 2],
  [500, 12],
  [1_000, 26],
  [2_000, 44],
  [4_000, 62],
])('a tone of %i Hz is loudest in band %i of 80, all along', (hertz, band) => {
  const picture = melOf(second((at) => 0.5 * Math.sin((2 * Math.PI * hertz * at) / melRate)))
  expect(picture).toHaveLength(melBands * 100)
  for (const index of [5, 50, 95]) {
    const levels = column(picture, index)
    expect(Math.abs(levels.indexOf(Math.max(...levels)) - band)).toBeLessThanOrEqual(1)
  }
})

test('holds each band against the sum written out: squares of the spectrum under a triangle', () => {
  const sound = second((at) => Math.sin(at * at * 0.000_02) * 0.3 + Math.sin(at * 0.7) * 0.1)
  const start = 40 * 160 - 200
  const power = Array.from({ length: 201 }, (_, bin) => {
    let [re, im] = [0, 0]
    for (let at = 0; at < 400; at++) {
      const value = sound[start + at]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * at) / 400))
      re += value * Math.cos((2 * Math.PI * bin * at) / 400)
      im -= value * Math.sin((2 * Math.PI * bin * at) / 400)
    }
    return re * re + im * im
  })
  // The 11th band: peaks are 200/3 Hz times 45.245/81 mel apart below 1 kHz.
  const width = (45.245_64 / 81) * (200 / 3)
  const low = 10 * width
  let sum = 0
  for (const [bin, value] of power.entries()) {
    const share = Math.min((bin * 40 - low) / width, (low + 2 * width - bin * 40) / width)
    sum += (Math.max(0, share) * value) / width
  }
  const found = melOf(sound)
  expect(found[10 * 100 + 40]! * 4 - 4).toBeCloseTo(Math.log10(sum), 3)
})

test('silence is even, and nothing lies more than 80 dB below the loudest', () => {
  expect(new Set(melOf(second(() => 0)))).toEqual(new Set([-1.5]))
  const picture = melOf(second((at) => (at > 8_000 ? Math.sin(at) : 0)))
  expect(Math.max(...picture) - Math.min(...picture)).toBeCloseTo(2, 5)
})
