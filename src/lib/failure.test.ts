/** Errors that say what they are. */
import { expect, test } from 'vitest'
import { LibError } from './failure.ts'

test('an error takes its retryability from its code, unless told otherwise', () => {
  expect(new LibError('http.timeout', 'x')).toMatchObject({ name: 'LibError', code: 'http.timeout', retryable: true })
  expect(new LibError('url.blocked', 'x').retryable).toBe(false)
  expect(new LibError('http.timeout', 'x', { retryable: false }).retryable).toBe(false)
})

test('an error keeps its cause and what the other side said', () => {
  const cause = new Error('inner')
  const error = new LibError('socket.refused', 'refused', { cause, status: 401, said: 'no' })
  expect(error).toMatchObject({ message: 'refused', cause, status: 401, said: 'no' })
  expect('cause' in new LibError('url.invalid', 'x')).toBe(false)
})
