/** Network faults by name, without the secrets of the request. */
import { expect, test } from 'vitest'
import { LibError } from '../failure.ts'
import { explain } from './explain.ts'

const hop = { method: 'GET', url: new URL('https://h.example/media/abc?token=t'), headers: {}, body: null }

test.each([
  ['UND_ERR_CONNECT_TIMEOUT', 'http.timeout', true],
  ['ECONNREFUSED', 'http.unreachable', true],
  ['EHOSTUNREACH', 'http.unreachable', true],
  ['CERT_HAS_EXPIRED', 'http.unreachable', false],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'http.unreachable', false],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'http.unreachable', false],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'http.unreachable', false],
  ['UND_ERR_INVALID_ARG', 'http.invalid', false],
  ['UND_ERR_SOCKET', 'http.broken', true],
  ['ECONNRESET', 'http.broken', true],
])('%s is %s, retryable: %s', (code, named, retryable) => {
  const cause = Object.assign(new Error('x'), { code })
  const error = explain(cause, hop)
  expect(error).toMatchObject({ code: named, retryable, cause })
  expect(String(error)).toMatch(/GET https:\/\/h\.example\/media\/\[redacted\]\?token=\[redacted\]/)
})

test('what has a name keeps it, and what is no error gets one', () => {
  const known = new LibError('url.blocked', 'x')
  expect(explain(known, hop)).toBe(known)
  expect(explain('odd', hop)).toMatchObject({ code: 'http.broken', cause: 'odd' })
})
