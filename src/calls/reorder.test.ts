import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reorder } from './reorder.ts'

function passed(
  sequences: readonly number[],
  most = 3,
): { readonly heard: readonly number[]; readonly refused: number } {
  const heard: number[] = []
  const order = reorder<number>(most, (frame) => void heard.push(frame))
  const refused = sequences.filter((sequence) => !order.take(sequence, sequence)).length
  return { heard, refused }
}

describe('frames that come', () => {
  test.each([
    ['in order pass', [4, 5, 6], [4, 5, 6], 0],
    ['twice pass once', [4, 4, 5, 5, 4, 6], [4, 5, 6], 3],
    ['swapped are put right', [4, 6, 5, 7], [4, 5, 6, 7], 0],
    ['twice while they wait pass once', [4, 6, 6, 5], [4, 5, 6], 1],
    ['after a gap wait, and then go on without it', [4, 6, 7, 8, 9], [4, 6, 7, 8, 9], 0],
    ['after they were given up are dropped', [4, 6, 7, 8, 9, 5, 10], [4, 6, 7, 8, 9, 10], 1],
    ['after a jump start anew', [4, 900, 901, 902, 903], [4, 900, 901, 902, 903], 0],
  ])('%s', (_, sequences, heard, refused) => {
    expect(passed(sequences)).toEqual({ heard, refused })
  })

  test('tell how many were given up before them, once', () => {
    const gaps: number[][] = []
    const order = reorder<number>(2, (frame, missing) => void gaps.push([frame, missing]))
    for (const sequence of [1, 5, 6, 7, 8]) order.take(sequence, sequence)
    expect(gaps).toEqual([
      [1, 0],
      [5, 3],
      [6, 0],
      [7, 0],
      [8, 0],
    ])
  })

  test('in order wait for nothing', () => {
    const heard: number[] = []
    const order = reorder<number>(3, (frame) => void heard.push(frame))
    for (let sequence = 1; sequence <= 5; sequence++) {
      order.take(sequence, sequence)
      expect(heard.at(-1)).toBe(sequence)
    }
  })

  test('in any order leave in rising order, none twice', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 80 }), (sequences) => {
        const { heard } = passed(sequences)
        expect(heard).toEqual([...new Set(heard)].toSorted((a, b) => a - b))
      }),
    )
  })
})
