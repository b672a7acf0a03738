import { expect, test } from 'vitest'
import { endingOf, isAssent } from './words.ts'

test.each([
  ['mm-hm', true],
  ['Mhm.', true],
  ['Yes, yes.', true],
  ['Okay, I see.', true],
  ['uh huh', true],
  ['ja genau', true],
  ['no', false],
  ['okay but not tomorrow', false],
  ['yes please book it', false],
  ['yes yes yes yes yes yes', false],
  ['', false],
  ['?', false],
])('"%s" is a sign of listening: %s', (text, mere) => {
  expect(isAssent(text)).toBe(mere)
})

test('words of the user’s own are signs of listening too, and phrases as a whole', () => {
  expect(isAssent('Jawohl!')).toBe(false)
  expect(isAssent('Jawohl!', ['jawohl'])).toBe(true)
  expect(isAssent('go on then', ['go on then'])).toBe(true)
  expect(isAssent('go home', ['go on then'])).toBe(false)
})

test.each([
  ['I would like a table for', 'unfinished'],
  ['I would like a table and.', 'unfinished'],
  ['I would like a table,', 'unfinished'],
  ['It was...', 'unfinished'],
  ['um', 'unfinished'],
  ['My number is 555 12', 'unfinished'],
  ['it is four two seven', 'unfinished'],
  ['+491511234', 'unfinished'],
  ['5551234567', 'unknown'],
  ['Table for five', 'unknown'],
  ['I would like a table', 'unknown'],
  ['', 'unknown'],
  ['Yes', 'finished'],
  ['no thank you', 'finished'],
  ['That is all.', 'finished'],
  ['Is it open on Sunday?', 'finished'],
  ['それはいくらですか？', 'finished'],
] as const)('"%s" is %s', (text, ending) => {
  expect(endingOf(text)).toBe(ending)
})
