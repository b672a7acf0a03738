import { describe, expect, test } from 'vitest'
import { failureOf, fieldFaults, sentenceOf } from './failure.ts'

const refused = (code: string, message: string, details = {}) => failureOf(422, { error: { code, message, details } })

describe('a failure', () => {
  test('is the gateway’s own sentence, closed with a full stop', () => {
    expect(sentenceOf(refused('conflict', 'It is taken'))).toBe('It is taken.')
    expect(sentenceOf(refused('conflict', 'Is it taken?'))).toBe('Is it taken?')
  })

  test.each([
    [404, '<html>', /reload/],
    [502, undefined, /status 502.*log/],
    [413, { error: 'text' }, /status 413/],
  ])('with status %d and no words of the gateway says what it can', (status, body, words) => {
    expect(sentenceOf(failureOf(status, body))).toMatch(words)
  })

  test('without an answer says that the gateway is out of reach', () => {
    expect(sentenceOf(new TypeError('Failed to fetch'))).toMatch(/did not answer/)
    expect(sentenceOf(undefined)).toMatch(/log/)
  })

  test('names the fields that it is about', () => {
    const fields = [{ field: 'token', message: 'has no spaces' }, { field: 7 }, null]
    expect(fieldFaults(refused('settings.invalid', 'no', { fields }))).toEqual([
      { field: 'token', message: 'has no spaces' },
    ])
    expect(fieldFaults(new Error('other'))).toEqual([])
  })
})
