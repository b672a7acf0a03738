/** What strangers send as JSON. */
import { describe, expect, test } from 'vitest'
import { LibError } from './failure.ts'
import { isJsonObject, parseJson } from './json.ts'

function refusal(text: string | Uint8Array, limits = {}): unknown {
  try {
    return parseJson(text, limits)
  } catch (error) {
    return error instanceof LibError ? [error.code, error.message] : error
  }
}

describe('parseJson', () => {
  test('reads strings and bytes alike', () => {
    const text = '{"event":"media","chunk":"3","list":[1,-2.5,null,true],"name":"Zoë"}'
    expect(parseJson(text)).toEqual({ event: 'media', chunk: '3', list: [1, -2.5, null, true], name: 'Zoë' })
    const inside = Buffer.from(`xx${text}yy`).subarray(2, -2)
    expect(parseJson(new Uint8Array(inside))).toEqual(parseJson(text))
  })

  test.each(['', '{', '{"a":}', 'undefined', "{'a':1}", '[1,]', '\u0000', ']', '"\\'])('refuses %j', (text) => {
    expect(refusal(text)).toMatchObject(['json.invalid', expect.stringContaining('not JSON')])
  })

  test('does not quote the text it refuses', () => {
    for (const text of ['s3cr3t', '{"token":"s3cr3t" oops', '{"token":s3cr3t}'])
      expect(JSON.stringify(refusal(text))).not.toContain('s3cr3t')
  })

  test('refuses what is larger than its limit before reading it', () => {
    expect(refusal('"aaaa"', { maxLength: 5 })).toMatchObject(['json.too-large', expect.stringContaining('6 bytes')])
    expect(parseJson('"aaa"', { maxLength: 5 })).toBe('aaa')
  })

  test('refuses towers of brackets, and is not fooled by brackets in strings', () => {
    expect(refusal('['.repeat(100_000))).toMatchObject(['json.too-deep', expect.any(String)])
    expect(refusal('{"a":[{"b":1}]}', { maxDepth: 2 })).toMatchObject(['json.too-deep', expect.any(String)])
    expect(parseJson('{"a":[{"b":1}]}', { maxDepth: 3 })).toEqual({ a: [{ b: 1 }] })
    expect(parseJson('["[[[\\"[[["]', { maxDepth: 1 })).toEqual(['[[["[[['])
    expect(parseJson('[[],[],[]]', { maxDepth: 2 })).toEqual([[], [], []])
  })

  test.each([
    '{"a":{"__proto__":{"admin":true},"b":1}}',
    '{"a":{"\\u005f_proto__":{"admin":true},"b":1}}',
    '{"a":{"constructor":{"prototype":{"admin":true}},"b":1}}',
    '{"a":{"c\\u006fnstructor":{"prototype":{"admin":true}},"b":1}}',
  ])('drops keys that reach into prototypes: %s', (text) => {
    const value = parseJson(text)
    expect(JSON.stringify(value)).toBe('{"a":{"b":1}}')
    expect(Object.assign({}, value)).not.toHaveProperty('admin')
  })

  test('keeps a harmless key of that name', () => {
    expect(parseJson('{"constructor":"ACME Builders"}')).toEqual({ constructor: 'ACME Builders' })
  })
})

test.each([
  ['{}', true],
  ['[]', false],
  ['null', false],
  ['"a"', false],
])('%s is an object: %s', (text, object) => {
  expect(isJsonObject(parseJson(text))).toBe(object)
})
