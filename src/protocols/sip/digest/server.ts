/** Digest as a server (RFC 3261 §22, RFC 7616 §3.3, RFC 8760 §2.3): whoever answers our challenge rightly has the password. */
import { timingSafeEqual } from 'node:crypto'
import { parseSchemes } from '../message/auth.ts'
import { headerLines } from '../message/headers.ts'
import type { SipHeader, SipRequest } from '../message/message.ts'
import { param, type Params } from '../message/params.ts'
import { mayStandFor } from '../message/same.ts'
import { quote } from '../message/scan.ts'
import { type Algorithm, type Hash, hashOf, parseAlgorithm, type Proof, prove, storedHash } from './algorithm.ts'
import { type NonceOptions, Nonces } from './nonce.ts'

export interface DigestServerOptions extends Pick<NonceOptions, 'clock' | 'random' | 'key'> {
  readonly realm: string
  /** Offered in this order (RFC 8760 §2.3). Default: SHA-256, MD5; most phones know nothing else. */
  readonly hashes?: readonly Hash[]
  /** ms; default five minutes. */
  readonly lifetime?: number
  /** Default 10,000. */
  readonly remembered?: number
  /** 401 and Authorization, or 407 and Proxy-Authorization. Default `www`. */
  readonly as?: 'www' | 'proxy'
}

/** A password, or what was kept in its place by `storedHash` for this realm. */
export type Secret = { readonly password: string } | { readonly stored: Partial<Readonly<Record<Hash, string>>> }

/** What a client claims, unproven. */
export interface Claim {
  readonly username: string
  readonly params: Params
}

export type Verdict =
  | { readonly type: 'right' }
  /** The password is right, the nonce is not: challenge with `stale`, and count nothing against anybody. */
  | { readonly type: 'stale' }
  | { readonly type: 'wrong'; readonly why: string }

export class DigestServer {
  readonly #options: DigestServerOptions
  readonly #hashes: readonly Hash[]
  readonly #nonces: Nonces

  constructor(options: DigestServerOptions) {
    this.#options = options
    this.#hashes = options.hashes ?? ['SHA-256', 'MD5']
    this.#nonces = new Nonces({ lifetime: 300_000, remembered: 10_000, ...options })
  }

  /** The status that goes with it. */
  get status(): 401 | 407 {
    return this.#options.as === 'proxy' ? 407 : 401
  }

  /** One header for each hash, the preferred one on top. `source`: the address that asks, and that must answer. */
  challenge(source: string, stale = false): readonly SipHeader[] {
    const name = this.#options.as === 'proxy' ? 'Proxy-Authenticate' : 'WWW-Authenticate'
    return this.#hashes.map((hash) => {
      const nonce = this.#nonces.issue(source)
      const tail = `algorithm=${hash}, qop="auth"${stale ? ', stale=true' : ''}`
      return { name, value: `Digest realm=${quote(this.#options.realm)}, nonce="${nonce}", ${tail}` }
    })
  }

  /** Credentials for our realm; undefined: there are none, so challenge. */
  claim(request: SipRequest): Claim | undefined {
    const name = this.#options.as === 'proxy' ? 'Proxy-Authorization' : 'Authorization'
    for (const line of headerLines(request, name)) {
      const [scheme, ...more] = parseSchemes(line) ?? []
      const username = scheme && param(scheme.params, 'username')
      if (scheme?.scheme !== 'digest' || more.length > 0 || username === undefined) continue
      if (param(scheme.params, 'realm') === this.#options.realm) return { username, params: scheme.params }
    }
    return undefined
  }

  /** `secret` undefined: there is no such user. That takes as long, and is told no differently outside. */
  verify(request: SipRequest, claim: Claim, secret: Secret | undefined, source: string): Verdict {
    const { params, username } = claim
    const algorithm = parseAlgorithm(param(params, 'algorithm'))
    if (!algorithm || !this.#hashes.includes(hashOf(algorithm))) return wrong('the algorithm is not one we offered')
    const counted = readCount(params)
    if (typeof counted === 'string') return wrong(counted)
    const uri = param(params, 'uri') ?? ''
    if (!mayStandFor(uri, request.uri)) return wrong('the credentials are for another user of the Request-URI')
    const nonce = param(params, 'nonce') ?? ''
    const stored = this.#storedFor(algorithm, username, secret)
    const cnonce = param(params, 'cnonce')
    const proof = { algorithm, stored: stored ?? unknownUser, nonce, method: request.method, uri, body: request.body }
    const expected = prove({
      ...proof,
      ...(counted ? { qop: counted } : {}),
      ...(cnonce === undefined ? {} : { cnonce }),
    })
    const matches = sameSecret(param(params, 'response') ?? '', expected)
    if (stored === undefined)
      return wrong(secret ? `no ${hashOf(algorithm)} is kept for this user` : 'there is no such user')
    if (!matches) return wrong('the password is wrong')
    const used = this.#nonces.use(nonce, source, counted ? Number.parseInt(counted.nc, 16) : 0)
    return used ? { type: 'right' } : { type: 'stale' }
  }

  #storedFor(algorithm: Algorithm, username: string, secret: Secret | undefined): string | undefined {
    const hash = hashOf(algorithm)
    if (secret && 'stored' in secret) return secret.stored[hash]
    const stored = storedHash(hash, username, this.#options.realm, secret?.password ?? '')
    return secret && stored
  }
}

/** Nobody's: it is compared with all the same. */
const unknownUser = '0'.repeat(64)

function wrong(why: string): Verdict {
  return { type: 'wrong', why }
}

/** Undefined: a client of RFC 2069. A sentence: what is amiss. Integrity is more than we ask for, so it is taken as well. */
function readCount(params: Params): Proof['qop'] | string {
  const type = param(params, 'qop')?.toLowerCase()
  const nc = param(params, 'nc') ?? ''
  const cnonce = param(params, 'cnonce')
  if (type === undefined) return undefined
  if (type !== 'auth' && type !== 'auth-int') return 'the qop is not one we know'
  if (!/^[0-9a-f]{8}$/i.test(nc) || /^0+$/.test(nc) || !cnonce) return 'nc or cnonce is missing'
  return { type, nc, cnonce }
}

/** Takes as long whatever is compared. */
function sameSecret(told: string, expected: string): boolean {
  const a = Buffer.from(told.toLowerCase())
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}
