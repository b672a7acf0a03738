import { expect, test } from 'vitest'
import { findDay } from './days.ts'
import { wordsOf } from './words.ts'

test.each([
  ['on friday', 'friday'],
  ["Friday's fine", 'friday'],
  ['next Friday', 'next friday'],
  ['friday next week', 'next friday'],
  ['a week on friday', 'next friday'],
  ['this Saturday', 'saturday'],
  ['tonight', 'today'],
  ['this evening', 'today'],
  ['tomorrow evening', 'tomorrow'],
  ['to morrow', 'tomorrow'],
  ['to the marrow', 'tomorrow'],
  ['for two marrow', 'tomorrow'],
  ['the day after tomorrow', 'the day after tomorrow'],
  ['on the 14th', 'the 14th'],
  ['on the twenty first', 'the 21st'],
  ['the second', 'the 2nd'],
  ['the eleventh', 'the 11th'],
  ['on the fourteenth of March', 'march 14'],
  ['March the fourteenth', 'march 14'],
  ['14 march', 'march 14'],
  ['may 3rd', 'may 3'],
  ['Tuseday', 'tuesday'],
  ['Wensday', undefined],
  ['Fryday', 'friday'],
  ['may I have a table', undefined],
  ['just a second', undefined],
  ['the march', undefined],
  ['a sunny table', undefined],
  ['someday', undefined],
  ['march 40', undefined],
  ['', undefined],
])('the day in %j is %s', (text, day) => {
  expect(findDay(wordsOf(text))?.value).toBe(day)
})
