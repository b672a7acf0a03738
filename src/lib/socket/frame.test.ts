import { describe, expect, test } from 'vitest'
import { dataFrame } from './frame.ts'

describe('a data frame', () => {
  test('of text and of bytes, as the RFC draws them', () => {
    expect(dataFrame('Hello', false)).toEqual(Buffer.from('810548656c6c6f', 'hex'))
    expect(dataFrame(Uint8Array.of(1, 2), true)).toEqual(Buffer.from('82020102', 'hex'))
    expect(dataFrame('', false)).toEqual(Buffer.from('8100', 'hex'))
    expect(dataFrame('€', false)).toEqual(Buffer.from('8103e282ac', 'hex'))
    expect(dataFrame(Buffer.from('{}'), false)).toEqual(Buffer.from('81027b7d', 'hex'))
  })

  test.each([
    [125, '827d'],
    [126, '827e007e'],
    [65_535, '827effff'],
    [65_536, '827f0000000000010000'],
  ])('of %i bytes begins with %s', (length, head) => {
    const frame = dataFrame(new Uint8Array(length).fill(7), true)
    expect(frame.subarray(0, head.length / 2).toString('hex')).toBe(head)
    expect(frame).toHaveLength(head.length / 2 + length)
    expect(frame.at(-1)).toBe(7)
  })
})
