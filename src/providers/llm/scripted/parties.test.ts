import { expect, test } from 'vitest'
import { findParty } from './parties.ts'
import { wordsOf } from './words.ts'

test.each([
  ['a table for six', 6],
  ['table four six', 6],
  ['table 4 6', 6],
  ['table 46', 6],
  ['table six', 6],
  ['a table for to', 2],
  ['a table for two', 2],
  ['a table for for', 4],
  ['party of four', 4],
  ['six people', 6],
  ['to people', 2],
  ['for four people', 4],
  ['the five of us', 5],
  ['there are five in our party', 5],
  ['both of us', 2],
  ['for a couple', 2],
  ['a couple of questions', undefined],
  ['just me', 1],
  ['just me and my wife', 2],
  ['by myself', 1],
  ['me and three friends', 4],
  ['my wife and I', 2],
  ['six adults and two children', 8],
  ['two adults, one child', 3],
  ['two adults and a baby', 3],
  ['for a dozen', 12],
  ['for twenty two', 22],
  ['a table for zero', undefined],
  ['for Miller', undefined],
  ['six', undefined],
  ['', undefined],
])('the party in %j is %s', (text, party) => {
  expect(findParty(wordsOf(text), false)?.value).toBe(party)
})

test.each([
  ['six', 6],
  ['there will be six', 6],
  ['about eight', 8],
  ['four six', 6],
  ['Forty eleven', 11],
  ['forty', 40],
  ['For.', 4],
  ['To.', 2],
  ['I want to book', undefined],
])('asked for, the party in %j is %s', (text, party) => {
  expect(findParty(wordsOf(text), true)?.value).toBe(party)
})
