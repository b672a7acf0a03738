import { describe, expect, test } from 'vitest'
import { described, heardIn, keyed } from './booking.ts'
import { wordsOf } from './words.ts'

test.each([
  ['a table for two for eight on sunday, name of Jones', { party: 2, day: 'sunday', time: '20:00', name: 'Jones' }],
  ['for seven at seven', { party: 7, time: '19:00' }],
  ['for six people for seven', { party: 6, time: '19:00' }],
  ['tonight at eight for four', { party: 4, day: 'today', time: '20:00' }],
  ['table for to at ate to morrow', { party: 2, day: 'tomorrow', time: '20:00' }],
  ['table four too on the fourteenth of march at quarter to nine', { party: 2, day: 'march 14', time: '20:45' }],
  [
    'a table for six on friday at half past seven under the name miller',
    { party: 6, day: 'friday', time: '19:30', name: 'Miller' },
  ],
  ['six on the sixth at six', { day: 'the 6th', time: '18:00' }],
  ['not six but seven people', { party: 7 }],
  ['hello', {}],
  ['', {}],
])('%j says %j', (text, booking) => {
  expect(heardIn(wordsOf(text), {}, undefined)).toEqual(booking)
})

describe('keys', () => {
  test.each([
    ['6', 'party', { party: 6 }],
    ['0', 'party', {}],
    ['5', 'day', { day: 'friday' }],
    ['8', 'day', {}],
    ['7', 'time', { time: '19:00' }],
    ['1930', 'time', { time: '19:30' }],
    ['99', 'time', {}],
    ['5', 'name', {}],
    ['#', 'party', {}],
  ] as const)('%s for the %s: %j', (keys, slot, booking) => {
    expect(keyed(keys, slot)).toEqual(booking)
  })
})

test.each([
  [{}, 'a table'],
  [{ party: 2, day: 'the day after tomorrow' }, 'a table for 2 the day after tomorrow'],
  [{ day: 'next friday', time: '12:00' }, 'a table next Friday at noon'],
  [{ day: 'march 14', time: '00:15', name: 'Miller' }, 'a table on March 14 at 12:15 am, under the name Miller'],
  [{ day: 'the 3rd' }, 'a table on the 3rd'],
])('%j is said as %j', (booking, text) => {
  expect(described(booking)).toBe(text)
})
