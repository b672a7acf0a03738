/** Digest as a client (RFC 3261 §22, RFC 7616, RFC 8760): challenges in, credentials out. A value, moved on by functions. */
import { parseSchemes, type Scheme } from '../message/auth.ts'
import { headerLines, sameHeader } from '../message/headers.ts'
import type { SipHeader, SipRequest, SipResponse } from '../message/message.ts'
import { param } from '../message/params.ts'
import { quote } from '../message/scan.ts'
import { type Algorithm, type Hash, hashes, hashOf, parseAlgorithm, prove, storedHash } from './algorithm.ts'

export interface DigestCredentials {
  readonly username: string
  readonly password: string
  /** Challenges of other realms are not answered: a password must not be hashed for whoever asks. Absent: any. */
  readonly realm?: string
  /** Hashes that are good enough. Default: all, the strongest first whatever the order of the challenges (RFC 8760 §3). */
  readonly hashes?: readonly Hash[]
}

/** One realm's challenge, and how it went so far. */
interface Protection {
  /** The header its answer goes into. */
  readonly header: 'Authorization' | 'Proxy-Authorization'
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  readonly algorithm: Algorithm
  /** RFC 2069 had none; then it is not sent back either. */
  readonly named: boolean
  readonly qop: 'auth' | 'auth-int' | undefined
  /** Requests that carried this nonce: `nc`. */
  readonly uses: number
  /** Nonces in a row that were stale at their first use. */
  readonly stale: number
}

/** What is known of those who challenged: kept for a dialog, a registration, a peer. */
export type DigestState = readonly Protection[]

export const unchallenged: DigestState = []

export type Challenged =
  | { readonly ok: true; readonly state: DigestState }
  | { readonly ok: false; readonly why: string }

/** After a 401 or 407 to `sent`: a state that answers it, or why there is no use in trying again (§22.1). */
export function challenged(
  state: DigestState,
  response: SipResponse,
  sent: SipRequest,
  credentials: DigestCredentials,
): Challenged {
  const found = [...read(response, 'WWW-Authenticate'), ...read(response, 'Proxy-Authenticate')]
  const realms = Map.groupBy(found, (one) => `${one.header} ${one.realm}`)
  let next = state
  let why = found.length === 0 ? 'no challenge came that we know how to answer' : undefined
  for (const offers of realms.values()) {
    const best = choose(offers, credentials)
    if (typeof best === 'string') {
      why ??= best
      continue
    }
    const before = state.find((one) => sameRealm(one, best))
    const stale = rejected(before, sent) ? (best.stale > 0 ? (before?.stale ?? 0) + 1 : -1) : 0
    if (stale < 0) return { ok: false, why: `${best.realm} does not accept the user name and password` }
    if (stale > 3) return { ok: false, why: `${best.realm} calls every nonce of its own stale` }
    next = [...next.filter((one) => !sameRealm(one, best)), { ...best, stale }]
  }
  return next === state ? { ok: false, why: why ?? 'nothing was asked for' } : { ok: true, state: next }
}

/** Every Digest challenge that can be answered; `stale` is 1 where it says so. Others are passed over (RFC 8760 §2.4). */
function read(response: SipResponse, name: 'WWW-Authenticate' | 'Proxy-Authenticate'): readonly Protection[] {
  const header = name === 'WWW-Authenticate' ? 'Authorization' : 'Proxy-Authorization'
  return headerLines(response, name)
    .flatMap((line) => parseSchemes(line) ?? [])
    .filter(({ scheme }) => scheme === 'digest')
    .flatMap((scheme) => readOne(header, scheme) ?? [])
}

function readOne(header: Protection['header'], { params }: Scheme): Protection | undefined {
  const algorithm = parseAlgorithm(param(params, 'algorithm'))
  const realm = param(params, 'realm')
  const nonce = param(params, 'nonce')
  const qops = param(params, 'qop')
    ?.toLowerCase()
    .split(/[\s,]+/)
  const qop = qops?.includes('auth') ? 'auth' : qops?.includes('auth-int') ? 'auth-int' : undefined
  if (!algorithm || realm === undefined || nonce === undefined || (qops && !qop)) return undefined
  const stale = param(params, 'stale')?.toLowerCase() === 'true' ? 1 : 0
  const named = param(params, 'algorithm') !== undefined
  return { header, realm, nonce, opaque: param(params, 'opaque'), algorithm, named, qop, uses: 0, stale }
}

function choose(offers: readonly Protection[], credentials: DigestCredentials): Protection | string {
  const [first] = offers
  if (first && credentials.realm !== undefined && first.realm !== credentials.realm)
    return `the realm is "${first.realm}", not "${credentials.realm}"`
  const allowed = hashes.filter((hash) => credentials.hashes?.includes(hash) ?? true)
  for (const hash of allowed) {
    const offer = offers.find(({ algorithm }) => hashOf(algorithm) === hash)
    if (offer) return offer
  }
  return `only ${offers.map(({ algorithm }) => algorithm).join(', ')} is offered, and we ask for ${allowed.join(', ')}`
}

function sameRealm(one: Protection, other: Protection): boolean {
  return one.header === other.header && one.realm === other.realm
}

/** Whether `sent` carried this nonce for the first time: then it is the password that is wrong, not the nonce that is old. */
function rejected(before: Protection | undefined, sent: SipRequest): boolean {
  if (!before || before.uses !== 1) return false
  return headerLines(sent, before.header).some((line) =>
    parseSchemes(line)?.some(({ params }) => param(params, 'nonce') === before.nonce),
  )
}

/** The request with credentials for every realm that challenged so far, in place of those it had. CSeq and Via are the caller's. */
export function authorise(
  state: DigestState,
  request: SipRequest,
  credentials: DigestCredentials,
  cnonce: string,
): { readonly state: DigestState; readonly request: SipRequest } {
  if (state.length === 0) return { state, request }
  const used = state.map((one) => ({ ...one, uses: one.uses + 1 }))
  const answers = used.map((one) => ({ name: one.header, value: write(one, request, credentials, cnonce) }))
  const kept = request.headers.filter(
    ({ name }) => !sameHeader(name, 'Authorization') && !sameHeader(name, 'Proxy-Authorization'),
  )
  return { state: used, request: { ...request, headers: [...kept, ...answers] } }
}

/** RFC 7616 §3.4: `algorithm`, `qop` and `nc` stand without quotes. */
function write(one: Protection, request: SipRequest, credentials: DigestCredentials, cnonce: string): string {
  const { realm, nonce, opaque, algorithm, named } = one
  const { method, uri, body } = request
  const nc = one.uses.toString(16).padStart(8, '0')
  const session = algorithm !== hashOf(algorithm)
  const qop = one.qop && { type: one.qop, nc, cnonce }
  const stored = storedHash(hashOf(algorithm), credentials.username, realm, credentials.password)
  const response = prove({ algorithm, stored, nonce, method, uri, body, cnonce, ...(qop ? { qop } : {}) })
  const parts = [
    `username=${quote(credentials.username)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `response="${response}"`,
    ...(named ? [`algorithm=${algorithm}`] : []),
    ...(qop || session ? [`cnonce="${cnonce}"`] : []),
    ...(qop ? [`qop=${qop.type}`, `nc=${nc}`] : []),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
  ] satisfies readonly SipHeader['value'][]
  return `Digest ${parts.join(', ')}`
}
