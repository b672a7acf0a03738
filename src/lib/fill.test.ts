import { expect, test } from 'vitest'
import { fill } from './fill.ts'

test.each([
  ['Hello {name}.', { name: 'Ada' }, 'Hello Ada.'],
  ['{count} of {total}', { count: 0, total: 2 }, '0 of 2'],
  ['Hello {name}.', {}, 'Hello {name}.'],
  ['Hello{name}.', { name: null }, 'Hello.'],
  ['{constructor}', {}, '{constructor}'],
  ['{a}', { a: '{b}', b: 'no' }, '{b}'],
])('%j with %j reads %j', (text, variables, expected) => {
  expect(fill(text, variables)).toBe(expected)
})
