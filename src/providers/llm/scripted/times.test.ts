import { describe, expect, test } from 'vitest'
import { findTime } from './times.ts'
import { wordsOf } from './words.ts'

const nothing = { asked: false, partyKnown: false, partyAsked: false }

test.each([
  ['half past seven', '19:30'],
  ['half-passed 7', '19:30'],
  ['half seven', '19:30'],
  ['half past ate', '20:30'],
  ['quarter past six', '18:15'],
  ['a quarter to eight', '19:45'],
  ['quarter two eight', '19:45'],
  ['quarter to one', '12:45'],
  ['quarter to it', '19:45'],
  ['have passed it', '20:30'],
  ['He has passed three', '15:30'],
  ['half pest nine', '21:30'],
  ['on Friday had two', '14:00'],
  ['we had two people', undefined],
  ['I have it', undefined],
  ['ten past nine', '21:10'],
  ['twenty five minutes to nine', '20:35'],
  ['seven thirty', '19:30'],
  ['7 30', '19:30'],
  ['seven oh five', '19:05'],
  ['7:30', '19:30'],
  ['7.30 p.m.', '19:30'],
  ['730', '19:30'],
  ['19:30', '19:30'],
  ['9:15 am', '09:15'],
  ['seven pm', '19:00'],
  ["seven o'clock", '19:00'],
  ['7 o clock', '19:00'],
  ['eight in the evening', '20:00'],
  ['nine in the morning', '09:00'],
  ['tomorrow morning at nine', '09:00'],
  ['tonight at eleven', '23:00'],
  ['at seven', '19:00'],
  ['at for', '16:00'],
  ['at ate', '20:00'],
  ['at about six', '18:00'],
  ['around nine', '21:00'],
  ['at noon', '12:00'],
  ['midnight', '00:00'],
  ['at twelve', '12:00'],
  ['at eleven', '11:00'],
  ['at 12:15 am', '00:15'],
  ['for six people', undefined],
  ['at six people', undefined],
  ['a table for two', undefined],
  ['table for six', undefined],
  ['one moment', undefined],
  ['I am here', undefined],
  ['1999', undefined],
  ['', undefined],
])('the time in %j is %s', (text, time) => {
  expect(findTime(wordsOf(text), nothing)?.value).toBe(time)
})

describe('what was asked decides about numbers that stand alone', () => {
  test.each([
    ['seven', 'asked', '19:00'],
    ['Ate.', 'asked', '20:00'],
    ['seven people', 'asked', undefined],
    ['for eight', 'partyKnown', '20:00'],
    ['a table for eight', 'partyKnown', undefined],
    ['for eight people', 'partyKnown', undefined],
    ['about eight', 'partyAsked', undefined],
    ['eight pm', 'partyAsked', '20:00'],
    ['for eight', 'partyAsked', undefined],
  ] as const)('%j with %s: %s', (text, hint, time) => {
    expect(findTime(wordsOf(text), { ...nothing, [hint]: true })?.value).toBe(time)
  })
})
