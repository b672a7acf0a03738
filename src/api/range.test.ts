import { expect, test } from 'vitest'
import { spanOf } from './range.ts'

test.each([
  [undefined, undefined],
  ['bytes=0-99', { start: 0, end: 99 }],
  ['bytes=100-', { start: 100, end: 999 }],
  ['bytes=-200', { start: 800, end: 999 }],
  ['bytes=-2000', { start: 0, end: 999 }],
  ['bytes=900-5000', { start: 900, end: 999 }],
  ['bytes=1000-', 'beyond'],
  ['bytes=-0', 'beyond'],
  ['bytes=5-4', undefined],
  ['bytes=-', undefined],
  ['bytes=0-1,5-6', undefined],
  ['samples=0-1', undefined],
  ['bytes=a-b', undefined],
])('%s of 1000 bytes', (header, span) => {
  expect(spanOf(header, 1_000)).toEqual(span)
})
