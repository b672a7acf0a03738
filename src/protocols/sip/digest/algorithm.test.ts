import { describe, expect, it } from 'vitest'
import { type Algorithm, type Hash, parseAlgorithm, prove, storedHash } from './algorithm.ts'

const nothing = new Uint8Array(0)

/** Of the fact sheet: computed outside this program. */
const trunk = {
  username: 'trunkuser',
  realm: 'sip.carrier.example',
  password: 's3cr3t-Pass',
  method: 'INVITE',
  uri: 'sip:+15551230002@sip.carrier.example',
  nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
  body: nothing,
}
const qop = { type: 'auth', nc: '00000001', cnonce: '0a4f113b' } as const

function stored(hash: Hash): string {
  return storedHash(hash, trunk.username, trunk.realm, trunk.password)
}

describe('the response', () => {
  it.each<[Hash, string, string]>([
    ['MD5', '78b05159b5fea5bc6e0bd8d6ad53d9c6', '2eef6e6d408cf0b5f1c324478c316e70'],
    [
      'SHA-256',
      '907866c9b6f368b6e48a98e07b2c94ae88ade90bcaf6bff61cef123a755f80dd',
      '3a640eaabd88f20ac5f492201fa8890590674303df8e60b3e91aeb49c9544dc6',
    ],
    [
      'SHA-512-256',
      '103fc8f3ae7e18170d8daf0ccbd313a97dc2c375af6ef85e538e1d2eaa1145f7',
      '58273c6f04a5d8d89fc62100d99e24d8fe57c1904263f850addc8f60b13f8265',
    ],
  ])('is the known one for %s, without qop and with auth', (algorithm, plain, counted) => {
    expect(prove({ ...trunk, algorithm, stored: stored(algorithm) })).toBe(plain)
    expect(prove({ ...trunk, algorithm, stored: stored(algorithm), qop })).toBe(counted)
  })

  it('takes the body in for auth-int', () => {
    const body = Buffer.from('v=0\r\n')
    const proof = { ...trunk, algorithm: 'SHA-256', stored: stored('SHA-256'), body } as const
    expect(prove({ ...proof, qop: { ...qop, type: 'auth-int' } })).toBe(
      'ef44a31db5ff9748facf33d8f59e90dea79091650343e34fcbe232c012ced0cb',
    )
  })

  it('is that of the examples in RFC 2617 §3.5 and RFC 7616 §3.9.1', () => {
    const old = storedHash('MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life')
    const asked = { method: 'GET', uri: '/dir/index.html', body: nothing }
    expect(prove({ ...asked, algorithm: 'MD5', stored: old, nonce: trunk.nonce, qop })).toBe(
      '6629fae49393a05397450978507c4ef1',
    )
    const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
    const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'
    const answer = (algorithm: Hash) =>
      prove({
        ...asked,
        algorithm,
        nonce,
        stored: storedHash(algorithm, 'Mufasa', 'http-auth@example.org', 'Circle of Life'),
        qop: { ...qop, cnonce },
      })
    expect(answer('MD5')).toBe('8ca523f5e9506fed4657c9700eebdbec')
    expect(answer('SHA-256')).toBe('753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1')
  })

  it('makes a secret of the session with -sess', () => {
    const session = stored('MD5')
    // H(H(a:b:c):nonce:cnonce), as RFC 7616 §3.4.2 has it.
    const again = storedHash('MD5', session, trunk.nonce, qop.cnonce)
    expect(prove({ ...trunk, algorithm: 'MD5-sess', stored: session, qop })).toBe(
      prove({ ...trunk, algorithm: 'MD5', stored: again, qop }),
    )
    expect(prove({ ...trunk, algorithm: 'MD5-sess', stored: session, cnonce: qop.cnonce })).toBe(
      prove({ ...trunk, algorithm: 'MD5', stored: again }),
    )
  })
})

describe('what can be kept in place of a password', () => {
  it('is H(user:realm:password)', () => {
    expect(stored('MD5')).toBe('b81ee6c0af597c6b106979dd3fcbfebe')
  })
})

describe('the name of an algorithm', () => {
  it.each<[string | undefined, Algorithm | undefined]>([
    [undefined, 'MD5'],
    ['md5', 'MD5'],
    ['SHA-256', 'SHA-256'],
    ['sha-512-256-SESS', 'SHA-512-256-sess'],
    ['MD5-sess', 'MD5-sess'],
    ['SHA-1', undefined],
    ['', undefined],
  ])('%s is %s', (text, algorithm) => {
    expect(parseAlgorithm(text)).toBe(algorithm)
  })
})
