import fc from 'fast-check'
import { expect, test } from 'vitest'
import { base64Length, decodeBase64, encodeBase64 } from './base64.ts'

test('writes what Buffer writes, and reads it back, wherever it stands', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(5), (bytes, at) => {
      const text = Buffer.alloc(at + base64Length(bytes.length) + 3, '.')
      encodeBase64(bytes, text, at)
      const end = at + base64Length(bytes.length)
      expect(text.toString()).toBe(`${'.'.repeat(at)}${Buffer.from(bytes).toString('base64')}...`)
      const back = new Uint8Array(base64Length(bytes.length))
      const length = decodeBase64(text, at, end, back)
      expect(length).toBe(bytes.length === 0 ? -1 : bytes.length)
      if (length > 0) expect(back.subarray(0, length)).toEqual(bytes)
    }),
  )
})

test.each([
  'A',
  'AA',
  'AAA',
  'AAAA=',
  'AAA-',
  'AA A',
  'A===',
  '====',
  'AA=A',
  'AAAA AAA',
  '=AAA',
  'AA\n=',
  'AAA"',
  'AA_=',
])('does not read %j', (letters) => {
  expect(decodeBase64(Buffer.from(letters), 0, letters.length, new Uint8Array(20))).toBe(-1)
})
