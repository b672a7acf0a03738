import { expect, test } from 'vitest'
import { numberAt, numberHeardAt, ordinalAt } from './numbers.ts'
import { wordsOf } from './words.ts'

test.each([
  ['six', 6],
  ['6', 6],
  ['twenty two', 22],
  ['twenty-two', 22],
  ['twenty, two', 20],
  ['twenty', 20],
  ['a dozen', 12],
  ['nineteen', 19],
  ['zero', 0],
  ['to', undefined],
  ['100', undefined],
  ['banana', undefined],
  ['', undefined],
])('the number in %j is %s', (text, value) => {
  expect(numberAt(wordsOf(text), 0)?.value).toBe(value)
})

test.each([
  ['to', 2],
  ['too', 2],
  ['for', 4],
  ['fore', 4],
  ['ate', 8],
  ['six', 6],
  ['banana', undefined],
])('where a number must stand, %j is %s', (text, value) => {
  expect(numberHeardAt(wordsOf(text), 0)?.value).toBe(value)
})

test.each([
  ['14th', 14],
  ['fourteenth', 14],
  ['twenty first', 21],
  ['thirty first', 31],
  ['thirtieth', 30],
  ['twentieth', 20],
  ['second', 2],
  ['fourteen', undefined],
])('the ordinal in %j is %s', (text, value) => {
  expect(ordinalAt(wordsOf(text), 0)?.value).toBe(value)
})
