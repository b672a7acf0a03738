import { describe, expect, it } from 'vitest'
import { parseSchemes } from '../message/auth.ts'
import { request as build, responseTo } from '../message/build.ts'
import { headerLines } from '../message/headers.ts'
import type { SipHeader, SipRequest, SipResponse } from '../message/message.ts'
import { param } from '../message/params.ts'
import { authorise, challenged, type DigestState, unchallenged } from './client.ts'

const credentials = { username: 'trunkuser', password: 's3cr3t-Pass' }
const invite = build({
  method: 'INVITE',
  uri: 'sip:+15551230002@sip.carrier.example',
  via: ['SIP/2.0/UDP 203.0.113.10;branch=z9hG4bKa'],
  from: '<sip:a@example.com>;tag=1',
  to: '<sip:b@example.com>',
  callId: 'c@example.com',
  cseq: { number: 1, method: 'INVITE' },
})

function refused(status: number, ...values: readonly string[]): SipResponse {
  const name = status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate'
  return responseTo(invite, status, { headers: values.map((value): SipHeader => ({ name, value })) })
}

function stateOf(result: ReturnType<typeof challenged>): DigestState {
  if (!result.ok) throw new Error(result.why)
  return result.state
}

function answerTo(...values: readonly string[]): SipRequest {
  const state = stateOf(challenged(unchallenged, refused(401, ...values), invite, credentials))
  return authorise(state, invite, credentials, '0a4f113b').request
}

function words(request: SipRequest, name = 'Authorization'): (wanted: string) => string | undefined {
  const [scheme] = parseSchemes(headerLines(request, name)[0] ?? '') ?? []
  return (wanted) => param(scheme?.params ?? [], wanted)
}

const nonce = 'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'

describe('a challenge', () => {
  it('is answered with the known response, quoted as RFC 7616 §3.4 has it', () => {
    const answer = answerTo(`Digest realm="sip.carrier.example", ${nonce}, algorithm=SHA-256, qop="auth", opaque="x y"`)
    expect(headerLines(answer, 'Authorization')).toEqual([
      'Digest username="trunkuser", realm="sip.carrier.example", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
        'uri="sip:+15551230002@sip.carrier.example", ' +
        'response="3a640eaabd88f20ac5f492201fa8890590674303df8e60b3e91aeb49c9544dc6", ' +
        'algorithm=SHA-256, cnonce="0a4f113b", qop=auth, nc=00000001, opaque="x y"',
    ])
  })

  it('of RFC 2069 gets neither algorithm nor nc back', () => {
    const [line = ''] = headerLines(answerTo(`Digest realm="sip.carrier.example", ${nonce}`), 'Authorization')
    expect(line).toContain('response="78b05159b5fea5bc6e0bd8d6ad53d9c6"')
    expect(line).not.toMatch(/algorithm|nc=|qop|cnonce/)
  })

  it('of 407 is answered in Proxy-Authorization', () => {
    const state = stateOf(challenged(unchallenged, refused(407, `Digest realm="p", ${nonce}`), invite, credentials))
    const { request } = authorise(state, invite, credentials, 'c')
    expect(headerLines(request, 'Proxy-Authorization')).toHaveLength(1)
    expect(headerLines(request, 'Authorization')).toHaveLength(0)
  })

  it('by several hashes is answered by the strongest, whatever their order', () => {
    const offers = ['MD5', 'SHA-256', 'SHA-512-256'].map((name) => `Digest realm="r", ${nonce}, algorithm=${name}`)
    expect(words(answerTo(...offers))('algorithm')).toBe('SHA-512-256')
    expect(headerLines(answerTo(...offers), 'Authorization')).toHaveLength(1)
    // The same in one header, with another scheme before it.
    expect(words(answerTo(`NewThing x="a, b", ${offers.join(', ')}`))('algorithm')).toBe('SHA-512-256')
  })

  it('that cannot be understood is passed over for one that can', () => {
    const offers = ['algorithm=SHA-3', 'algorithm=SHA-256, qop="secret"', 'algorithm=MD5-sess, qop="auth-int, auth"']
    const read = words(answerTo(...offers.map((more) => `Digest realm="r", ${nonce}, ${more}`)))
    expect([read('algorithm'), read('qop')]).toEqual(['MD5-sess', 'auth'])
  })

  it('that cannot be read harms none beside it', () => {
    expect(words(answerTo('Digest realm="r', `Digest realm="r", ${nonce}`))('realm')).toBe('r')
  })

  it('that asks for auth-int alone gets it', () => {
    expect(words(answerTo(`Digest realm="r", ${nonce}, qop="AUTH-INT"`))('qop')).toBe('auth-int')
  })

  it.each([
    ['no Digest', ['Basic realm="r"'], {}, 'no challenge came that we know how to answer'],
    ['no nonce', ['Digest realm="r"'], {}, 'no challenge came that we know how to answer'],
    ['no realm', ['Digest nonce="n"'], {}, 'no challenge came that we know how to answer'],
    ['no challenge', [], {}, 'no challenge came that we know how to answer'],
    ['a foreign realm', [`Digest realm="evil", ${nonce}`], { realm: 'r' }, 'the realm is "evil", not "r"'],
    [
      'a hash that is too weak',
      [`Digest realm="r", ${nonce}`],
      { hashes: ['SHA-256'] as const },
      'only MD5 is offered, and we ask for SHA-256',
    ],
  ])('with %s is not answered', (_, values, more, why) => {
    const result = challenged(unchallenged, refused(401, ...values), invite, { ...credentials, ...more })
    expect(result).toEqual({ ok: false, why })
  })

  it('cannot have its realm forged inside a quoted string', () => {
    const forged = `Digest nonce="x", opaque="realm=\\"r\\"", realm="evil"`
    const result = challenged(unchallenged, refused(401, forged), invite, { ...credentials, realm: 'r' })
    expect(result.ok).toBe(false)
  })
})

describe('a nonce', () => {
  const challenge = `Digest realm="r", ${nonce}, qop="auth"`

  it('is counted from request to request', () => {
    let state = stateOf(challenged(unchallenged, refused(401, challenge), invite, credentials))
    const counts = ['00000001', '00000002', '00000003'].map((expected) => {
      const next = authorise(state, invite, credentials, 'c')
      state = next.state
      return [words(next.request)('nc'), expected]
    })
    for (const [count, expected] of counts) expect(count).toBe(expected)
  })

  it('refused at its first use means a wrong password', () => {
    const first = stateOf(challenged(unchallenged, refused(401, challenge), invite, credentials))
    const { state, request } = authorise(first, invite, credentials, 'c')
    const again = challenged(state, refused(401, 'Digest realm="r", nonce="new", qop="auth"'), request, credentials)
    expect(again).toEqual({ ok: false, why: 'r does not accept the user name and password' })
  })

  it('that was stale is replaced, but not for ever', () => {
    let state = stateOf(challenged(unchallenged, refused(401, challenge), invite, credentials))
    let tries = 0
    for (; tries < 10; tries++) {
      const next = authorise(state, invite, credentials, 'c')
      const value = `Digest realm="r", nonce="${tries}", qop="auth", stale=TRUE`
      const result = challenged(next.state, refused(401, value), next.request, credentials)
      if (!result.ok) break
      state = result.state
    }
    expect(tries).toBe(3)
  })

  it('that served before and is refused later was only old', () => {
    let state = stateOf(challenged(unchallenged, refused(401, challenge), invite, credentials))
    state = authorise(state, invite, credentials, 'c').state
    const { state: later, request } = authorise(state, invite, credentials, 'c')
    const result = challenged(later, refused(401, 'Digest realm="r", nonce="new", qop="auth"'), request, credentials)
    expect(words(authorise(stateOf(result), invite, credentials, 'c').request)('nonce')).toBe('new')
  })
})

describe('several realms', () => {
  it('are all answered, each once, and old credentials go', () => {
    const both = stateOf(
      challenged(
        stateOf(challenged(unchallenged, refused(407, `Digest realm="proxy", ${nonce}`), invite, credentials)),
        refused(401, `Digest realm="server", ${nonce}`),
        invite,
        credentials,
      ),
    )
    const once = authorise(both, invite, credentials, 'c')
    const { request } = authorise(once.state, once.request, credentials, 'c')
    expect(words(request)('realm')).toBe('server')
    expect(words(request, 'Proxy-Authorization')('realm')).toBe('proxy')
    expect(request.headers).toHaveLength(invite.headers.length + 2)
  })

  it('are none before anybody challenged', () => {
    expect(authorise(unchallenged, invite, credentials, 'c').request).toBe(invite)
  })
})
