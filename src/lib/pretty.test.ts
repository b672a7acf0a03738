/** Log lines for people. */
import { expect, test } from 'vitest'
import { prettyLine } from './pretty.ts'

const line = (fields: object) =>
  JSON.stringify({ level: 'info', time: '2026-01-01T10:20:30.405Z', message: 'said', ...fields })

test.each([
  [{}, '10:20:30.405 INFO  said\n'],
  [
    { call: 'call_1', empty: '', n: 0, list: [1, { a: 2 }], none: null },
    '10:20:30.405 INFO  said call=call_1 empty="" n=0 list=[1,{"a":2}] none=null\n',
  ],
  [{ url: 'https://h/a?b=c', quoted: 'a"b' }, '10:20:30.405 INFO  said url="https://h/a?b=c" quoted="a\\"b"\n'],
  [
    { level: 'error', error: { message: 'm', stack: 'E: m\n  at x' } },
    '10:20:30.405 ERROR said error={"message":"m"}\n    E: m\n      at x\n',
  ],
])('%o', (fields, pretty) => {
  expect(prettyLine(line(fields), false)).toBe(pretty)
})

test('what is no log entry passes as it is', () => {
  expect(prettyLine('[1]', true)).toBe('[1]')
})
