import { expect, test } from 'vitest'
import { lineOf, wordsOf } from './words.ts'

test.each([
  ['Half-past seven, please.', 'half past seven please'],
  ['At 7:30 p.m.', 'at 7:30 pm'],
  ['at 7.30pm', 'at 7:30 pm'],
  ["It's for O'Brien!", 'its for obrien'],
  ['  Über   Café… ', 'uber cafe'],
  ['???', ''],
  ['M-I-L-L-E-R', 'm i l l e r'],
])('%j is read as %j', (text, line) => {
  expect(lineOf(wordsOf(text))).toBe(line)
})

test('keeps the spelling and the pauses beside what is compared', () => {
  expect(wordsOf("No, it's Müller.")).toEqual([
    { text: 'no', raw: 'No', stop: true },
    { text: 'its', raw: "it's", stop: false },
    { text: 'muller', raw: 'Müller', stop: true },
  ])
})
