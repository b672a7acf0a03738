/** When a request goes out again, and when. */
import { describe, expect, test } from 'vitest'
import { LibError } from '../failure.ts'
import { retryAfter, retryDelay } from './retry.ts'

const source = { ids: { fraction: () => 0.5 }, now: Date.UTC(2026, 0, 1) }
const retry = { attempts: 3, base: 100 }
const answer = (status: number, headers = {}) => ({ status, headers })

const afterError = (error: unknown) => retryDelay({ error }, 1, { method: 'GET', retry }, source)
const whenAsked = (asked: string, max = 10_000) =>
  retryDelay(answer(429, { 'retry-after': asked }), 1, { method: 'GET', retry: { ...retry, max } }, source)

describe('retryDelay', () => {
  test.each([
    ['GET', undefined, true],
    ['head', undefined, true],
    ['PUT', undefined, true],
    ['DELETE', undefined, true],
    ['POST', undefined, false],
    ['PATCH', undefined, false],
    ['POST', true, true],
  ])('%s with safe=%s is sent again: %s', (method, safe, again) => {
    const delay = retryDelay(answer(503), 1, { method, retry: { ...retry, ...(safe ? { safe } : {}) } }, source)
    expect(delay).toBe(again ? 50 : undefined)
  })

  test.each([
    [200, false],
    [301, false],
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [409, false],
    [425, true],
    [429, true],
    [500, true],
    [501, false],
    [502, true],
    [503, true],
    [504, true],
  ])('after status %d: %s', (status, again) => {
    expect(retryDelay(answer(status), 1, { method: 'GET', retry }, source) !== undefined).toBe(again)
  })

  test('errors count by what they say of themselves; foreign errors are final', () => {
    expect(afterError(new LibError('http.broken', 'x'))).toBe(50)
    expect(afterError(new LibError('http.broken', 'x', { retryable: false }))).toBeUndefined()
    expect(afterError(new LibError('url.blocked', 'x'))).toBeUndefined()
    expect(afterError(new Error('x'))).toBeUndefined()
  })

  test('waits grow, and end with the attempts', () => {
    const after = (attempt: number) => retryDelay(answer(503), attempt, { method: 'GET', retry }, source)
    expect([1, 2, 3].map(after)).toEqual([50, 100, undefined])
    expect(retryDelay(answer(503), 1, { method: 'GET' }, source)).toBeUndefined()
  })

  test('does what Retry-After asks, up to the cap', () => {
    expect([whenAsked('2'), whenAsked('3600'), whenAsked('3600', 500), whenAsked('0'), whenAsked('soon')]).toEqual([
      2000, 10_000, 500, 0, 50,
    ])
    expect(whenAsked('Thu, 01 Jan 2026 00:00:03 GMT')).toBe(3000)
  })
})

test.each([
  [undefined, undefined],
  ['', undefined],
  [' 7 ', 7000],
  ['-1', 0],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
])('Retry-After %s means %s ms', (value, expected) => {
  expect(retryAfter(value, source.now)).toBe(expected)
})
