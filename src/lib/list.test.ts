import { expect, test } from 'vitest'
import { listed } from './list.ts'

test.each([
  ['', []],
  [' , ,', []],
  ['one', ['one']],
  [' one, two words ,three,', ['one', 'two words', 'three']],
])('%j has the parts %j', (text, parts) => expect(listed(text)).toEqual(parts))
