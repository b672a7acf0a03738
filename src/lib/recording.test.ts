/** The lines of a recording. */
import { expect, test } from 'vitest'
import { encodeHeader, encodeInput } from './recording.ts'

test('the header names the format, the call and both times', () => {
  expect(encodeHeader({ call: 'call_1', wall: 1000, monotonic: 2.5, about: { carrier: 'twilio' } })).toBe(
    '{"format":"offhook-recording","version":1,"call":"call_1","wall":1000,"monotonic":2.5,"about":{"carrier":"twilio"}}\n',
  )
})

test.each([
  [{ kind: 'webhook', data: { a: [1, null] }, time: 1.5 }, '{"k":"webhook","t":1.5,"d":{"a":[1,null]}}\n'],
  [{ kind: 'wire', data: Uint8Array.of(0, 255), time: 2, frame: 7 }, '{"k":"wire","t":2,"f":7,"b":"AP8="}\n'],
  [
    { kind: 'wire', data: Buffer.from('xabcx').subarray(1, 4), time: 2, frame: 0 },
    '{"k":"wire","t":2,"f":0,"b":"YWJj"}\n',
  ],
  [{ kind: 'wire', data: 'x', time: 2, joined: true as const }, '{"k":"wire","t":2,"j":1,"d":"x"}\n'],
  [{ kind: 'a "kind"\n', data: 'text\n', time: 0 }, '{"k":"a \\"kind\\"\\n","t":0,"d":"text\\n"}\n'],
])('%o is one line', (input, line) => {
  expect(encodeInput(input)).toBe(line)
})
