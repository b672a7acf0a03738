import { expect, test } from 'vitest'
import { asCode, isWhole } from './code.ts'
import { isOwnPath } from './own-path.ts'

test.each([
  ['ab', 'AB'],
  ['abcd', 'ABCD'],
  ['abcde', 'ABCD-E'],
  ['abcd-efgh', 'ABCD-EFGH'],
  [' AB CD - EF GH IJ', 'ABCD-EFGH'],
])('%j reads %j', (typed, shown) => {
  expect(asCode(typed)).toBe(shown)
})

test('a code is whole with eight characters', () => {
  expect(isWhole(asCode('abcdefg'))).toBe(false)
  expect(isWhole(asCode('abcdefgh'))).toBe(true)
})

test.each([
  ['/calls?status=failed', true],
  ['/', true],
  ['//evil.example/x', false],
  ['/\\evil.example', false],
  ['https://evil.example', false],
  ['javascript:alert(1)', false],
])('after signing in, %j may be gone to: %j', (path, may) => {
  expect(isOwnPath(path)).toBe(may)
})
