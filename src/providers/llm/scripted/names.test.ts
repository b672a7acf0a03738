import { expect, test } from 'vitest'
import { findName } from './names.ts'
import { wordsOf } from './words.ts'

test.each([
  ['under the name Miller', 'Miller'],
  ['under the name of miller please', 'Miller'],
  ['under the name, Miller.', 'Miller'],
  ['under Miller, thanks', 'Miller'],
  ['my name is Anna Smith', 'Anna Smith'],
  ['My last name is MILLER', 'Miller'],
  ["the name's Jones", 'Jones'],
  ['name of jones', 'Jones'],
  ["This is Peter O'Brien and I want a table", "Peter O'Brien"],
  ['this is mr. van der Berg', 'Van Der Berg'],
  ['I am McKay', 'McKay'],
  ['call me Bob', 'Bob'],
  ['Miller on Friday', undefined],
  ['name is M I L L E R', 'Miller'],
  ['name is M. I. double L. E. R.', 'Miller'],
  ['the name is Muller, M U E L L E R', 'Mueller'],
  ['the name is Anna Muller spelled M-U-E-L-L-E-R', 'Anna Mueller'],
  ["I'm looking for a table", undefined],
  ['I am calling about a table', undefined],
  ['this is for Friday', undefined],
  ['', undefined],
])('the name in %j is %s', (text, name) => {
  expect(findName(wordsOf(text), false)).toBe(name)
})

test.each([
  ['Miller.', 'Miller'],
  ["Um, it's Miller, please", 'Miller'],
  ['yes', undefined],
  ['Anna Maria Smith Jones', 'Anna Maria Smith'],
  ['M I L L E R', 'Miller'],
  ['five', undefined],
])('asked for, the name in %j is %s', (text, name) => {
  expect(findName(wordsOf(text), true)).toBe(name)
})
