import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SentenceCutter } from './sentences.ts'

function cut(...deltas: readonly string[]): readonly string[] {
  const cutter = new SentenceCutter()
  return [...deltas.flatMap((delta) => cutter.push(delta)), ...cutter.end()]
}

describe('sentences', () => {
  test.each<[string, readonly string[]]>([
    ['Hello there. How are you?', ['Hello there. ', 'How are you?']],
    ['Yes! No? "Maybe." Well…  so', ['Yes! ', 'No? ', '"Maybe." ', 'Well… ', 'so']],
    ['It costs $3.50 today. Fine.', ['It costs $3.50 today. ', 'Fine.']],
    ['Dr. Smith and Mrs. Jones met. Good.', ['Dr. Smith and Mrs. Jones met. ', 'Good.']],
    ['We open at 8 a.m. on Mondays. Ok.', ['We open at 8 a.m. on Mondays. ', 'Ok.']],
    ['We open at 8 a.m. Then we close.', ['We open at 8 a.m. ', 'Then we close.']],
    ['Take No. 5 please. No. That is all.', ['Take No. 5 please. ', 'No. ', 'That is all.']],
    ['J. S. Bach. He wrote.', ['J. S. Bach. ', 'He wrote.']],
    ['1. Milk\n2. Eggs', ['1. Milk ', '2. Eggs']],
    ['Use e.g. this one. Done.', ['Use e.g. this one. ', 'Done.']],
    ['Wait... what? Right.', ['Wait... ', 'what? ', 'Right.']],
    ['**Bold** and `code`.\n- item one\n# Title', ['Bold and code. ', 'item one ', 'Title']],
    ['好的。再见！', ['好的。', '再见！']],
    ['  \n ... ', []],
    ['The year is 2026. Next.', ['The year is 2026. ', 'Next.']],
  ])('%j', (text, sentences) => {
    expect(cut(text)).toEqual(sentences)
    expect(cut(...text)).toEqual(sentences)
  })

  test('a long first sentence gives its first clause early', () => {
    const text =
      'I would be glad to help you with your booking, but first I need to know your name. Who, then, are you?'
    expect(cut(text)).toEqual([
      'I would be glad to help you with your booking, ',
      'but first I need to know your name. ',
      'Who, then, are you?',
    ])
  })

  test('a sentence is given as soon as the next one begins', () => {
    const cutter = new SentenceCutter()
    expect(cutter.push('Hello.')).toEqual([])
    expect(cutter.push(' ')).toEqual([])
    expect(cutter.push('H')).toEqual(['Hello. '])
  })

  test('text without stops is cut at a word', () => {
    const pieces = cut('word '.repeat(100))
    expect(pieces.length).toBeGreaterThan(1)
    for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(240)
    expect(pieces.join('').trim()).toBe('word '.repeat(100).trim())
  })

  test('property: no word is lost or added, and the cut does not depend on the deltas', () => {
    const text = fc
      .array(fc.constantFrom('Yes', 'no', '3.50', 'Dr.', 'end.', 'what?', 'so,', 'A', '1,000', 'ok!'), {
        maxLength: 60,
      })
      .map((words) => words.join(' '))
    fc.assert(
      fc.property(text, fc.array(fc.nat(300), { maxLength: 8 }), (whole, cuts) => {
        const at = [0, ...cuts.filter((place) => place < whole.length).toSorted((a, b) => a - b), whole.length]
        const deltas = at.slice(1).map((end, index) => whole.slice(at[index], end))
        expect(
          cut(...deltas)
            .join('')
            .trim(),
        ).toBe(whole)
        expect(cut(...deltas)).toEqual(cut(whole))
      }),
    )
  })
})
