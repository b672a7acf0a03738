/** What a redirect may take along. */
import { describe, expect, test } from 'vitest'
import { nextHop } from './exchange.ts'

const headers = {
  Authorization: 'Basic x',
  Cookie: 'a=b',
  'xi-api-key': 'k',
  Host: 'virtual.example',
  'Content-Type': 'text/plain',
  'Content-Length': '4',
  accept: '*/*',
}
const hop = (method: string) => ({ method, url: new URL('https://a.example/x'), headers, body: 'body' })

describe('a redirect', () => {
  test('within its origin keeps everything', () => {
    const url = new URL('https://a.example:443/y')
    expect(nextHop(hop('GET'), 302, url)).toEqual({ method: 'GET', url, headers, body: 'body' })
  })

  test.each(['https://b.example/x', 'https://a.example:8443/x', 'http://a.example/x', 'https://sub.a.example/x'])(
    'to %s leaves every secret and the host behind',
    (target) => {
      const next = nextHop(hop('GET'), 302, new URL(target))
      expect(next.headers).toEqual({ 'Content-Type': 'text/plain', 'Content-Length': '4', accept: '*/*' })
    },
  )

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ])('%d turns %s into %s, and drops a body only with the method', (status, method, expected) => {
    const next = nextHop(hop(method), status, new URL('https://a.example/y'))
    const changed = expected === 'GET'
    expect([next.method, next.body, 'Content-Type' in next.headers]).toEqual([
      expected,
      changed ? null : 'body',
      !changed,
    ])
  })
})
