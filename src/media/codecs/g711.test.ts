import { describe, expect, test } from 'vitest'
import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from './g711.ts'

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const everySample = Int16Array.from({ length: 65536 }, (_, index) => index - 32768)

/** ITU-T G.711 tables 1 and 2, left-justified in 16 bit. */
const ulaw = [
  [0x00, -32124],
  [0x0f, -16764],
  [0x10, -15996],
  [0x2a, -5372],
  [0x7e, -8],
  [0x7f, 0],
  [0x80, 32124],
  [0xaa, 5372],
  [0xfe, 8],
  [0xff, 0],
] as const
const alaw = [
  [0x00, -5504],
  [0x2a, -32256],
  [0x55, -8],
  [0x54, -24],
  [0xaa, 32256],
  [0xd5, 8],
  [0xd4, 24],
  [0x80, 5504],
] as const

describe('µ-law', () => {
  test.each(ulaw)('byte %i is sample %i', (byte, sample) => {
    expect(decodeUlaw(Uint8Array.of(byte))[0]).toBe(sample)
  })

  test('every byte comes back, except the negative zero as the positive one', () => {
    const back = Uint8Array.from(everyByte, (byte) => (byte === 0x7f ? 0xff : byte))
    expect(encodeUlaw(decodeUlaw(everyByte))).toEqual(back)
  })

  test('the limits are cut off and the nearest negative to zero is a negative zero', () => {
    expect([...encodeUlaw(Int16Array.of(32767, -32768, 0, -1))]).toEqual([0x80, 0x00, 0xff, 0x7f])
  })

  test('no sample is further from its decoded value than half a step', () => {
    expect(worstError(everySample, decodeUlaw(encodeUlaw(everySample)), 33 * 4)).toBeLessThanOrEqual(0.5)
  })
})

describe('A-law', () => {
  test.each(alaw)('byte %i is sample %i', (byte, sample) => {
    expect(decodeAlaw(Uint8Array.of(byte))[0]).toBe(sample)
  })

  test('every byte comes back', () => {
    expect(encodeAlaw(decodeAlaw(everyByte))).toEqual(everyByte)
  })

  test('the limits and zero have the bytes that G.711 gives them', () => {
    expect([...encodeAlaw(Int16Array.of(32767, -32768, 0, -1))]).toEqual([0xaa, 0x2a, 0xd5, 0x55])
  })

  test('no sample is further from its decoded value than half a step', () => {
    expect(worstError(everySample, decodeAlaw(encodeAlaw(everySample)), 0)).toBeLessThanOrEqual(0.5)
  })
})

/** In steps of the segment: 1/16 of the power of two below the (biased) magnitude; beyond the loudest code all is cut off. */
function worstError(wanted: Int16Array, got: Int16Array, bias: number): number {
  let worst = 0
  for (const [index, sample] of wanted.entries()) {
    const magnitude = Math.min(Math.abs(sample), 32124 + 512 - 1) + bias
    const step = Math.max(bias > 0 ? 8 : 16, 2 ** Math.floor(Math.log2(magnitude)) / 16)
    const error = Math.abs(Math.abs(got[index]!) + bias - magnitude)
    worst = Math.max(worst, error / step)
  }
  return worst
}
