/** Who may speak to us at all: trunks by their addresses and certificates, extensions and roaming peers by their passwords; others hear nothing. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { DigestServer, type Claim } from '../../../protocols/sip/digest/server.ts'
import { parseUri } from '../../../protocols/sip/message/uri.ts'
import type { SipRequest } from '../../../protocols/sip/message/message.ts'
import type { Admission, Flow, Standing } from '../../../protocols/sip/transport/contract.ts'
import type { Clock } from '../../../lib/clock.ts'
import type { Ids } from '../../../lib/ids.ts'
import type { Load } from './load.ts'
import type { Refusals } from './refusals.ts'
import type { ProcessSettings } from './process.ts'
import type { Trunk } from './trunk.ts'
import type { Trunks } from './trunks.ts'

export interface DoorkeeperOptions {
  readonly clock: Clock
  readonly ids: Ids
  readonly trunks: Trunks
  readonly load: Load
  readonly refusals: Refusals
  /** Binds nonces to this process. */
  readonly key: Uint8Array
  readonly random: (bytes: number) => string
  /** Does an extension call by the way it registered? */
  readonly isExtension: (request: SipRequest, flow: Flow) => boolean
  /** Default: both. */
  readonly digest?: ProcessSettings['digest']
}

/** Who a request is from. */
export interface Caller {
  /** More than one where two organizations have the same carrier: the called number tells. */
  readonly trunks: readonly Trunk[]
  /** By its address or certificate. */
  readonly trusted: boolean
  /** The name it proved a password for. */
  readonly extension?: string
}

/** What phones show beside the password field; it must never change, or every phone asks anew. */
const realm = 'offhook'
/** Wrong passwords of one source until it hears nothing any more, and for how long, ms. */
const mostWrong = 20
const forgetful = 600_000

export class Doorkeeper {
  readonly #options: DoorkeeperOptions
  readonly #digest: DigestServer
  readonly #wrong = new Map<string, { count: number; readonly since: number }>()
  /** Of requests that were let in, until they are asked for. */
  readonly #callers = new WeakMap<SipRequest, Caller>()

  constructor(options: DoorkeeperOptions) {
    this.#options = options
    const { clock, random, key, digest } = options
    // Phones that know nothing but MD5 often read nothing but the first challenge; others take the stronger one anyway (RFC 8760 §3).
    const hashes = digest === 'md5' ? (['MD5'] as const) : (['MD5', 'SHA-256'] as const)
    this.#digest = new DigestServer({ realm, clock, random, key, hashes })
  }

  /** Before a byte is read. */
  standing = (flow: Flow): Standing => {
    if (this.#options.trunks.of(flow).length > 0) return 'known'
    return this.#isOpen() && !this.#isBarred(flow.remote.address) ? 'stranger' : 'drop'
  }

  admit = (request: SipRequest, flow: Flow): Admission => {
    const { load, trunks } = this.#options
    const { address } = flow.remote
    const known = trunks.of(flow)
    if (!load.may(address, known.length > 0 ? 'trunk' : 'stranger'))
      return this.#drop(address, 'rate', `too many requests from ${address}`)
    // The addresses of a trunk need no password; its extensions do, wherever they are.
    if (known.length > 0 && !this.#mayBeExtension(request, flow))
      return this.#pass(request, { trunks: known, trusted: true })
    const named = this.#byUri(request)
    if (named) return this.#pass(request, { trunks: [named], trusted: false })
    if (known.length > 0 && (!this.#isOpen() || !needsPassword(request)))
      return this.#pass(request, { trunks: known, trusted: true })
    if (!this.#isOpen()) return this.#drop(address, 'no-trunk', trunks.notFound(address))
    // What nobody needs before they are known: a scanner's OPTIONS.
    if (!needsPassword(request)) return { type: 'drop' }
    return this.#challenged(request, address)
  }

  /** Of a request that was let in. */
  callerOf(request: SipRequest): Caller | undefined {
    return this.#callers.get(request)
  }

  /** It shows a password, asks to be registered, or is registered by this way. */
  #mayBeExtension(request: SipRequest, flow: Flow): boolean {
    if (request.method === 'REGISTER' || this.#digest.claim(request) !== undefined) return true
    return this.#options.isExtension(request, flow)
  }

  #challenged(request: SipRequest, address: string): Admission {
    if (this.#isBarred(address)) return { type: 'drop' }
    const claim = this.#digest.claim(request)
    if (!claim) return this.#challenge(address)
    const candidates = this.#candidates(claim.username)
    const verdicts = (candidates.length > 0 ? candidates : [undefined]).map((one) => ({
      ...{ one, verdict: this.#digest.verify(request, claim, one && { password: one.password }, address) },
    }))
    const right = verdicts.find(({ verdict }) => verdict.type === 'right')
    if (right?.one) return this.#pass(request, right.one.caller)
    if (verdicts.some(({ verdict }) => verdict.type === 'stale')) return this.#challenge(address, true)
    return this.#wrongPassword(address, claim, candidates[0]?.caller.trunks[0]?.id)
  }

  #candidates(username: string): readonly { readonly password: string; readonly caller: Caller }[] {
    const name = username.toLowerCase()
    return this.#options.trunks.all.flatMap((trunk) => {
      const { extensions, settings } = trunk
      const own = extensions.get(name)
      const roaming = settings.username?.toLowerCase() === name ? settings.inboundPassword : undefined
      return [
        ...(own === undefined ? [] : [{ password: own, caller: { trunks: [trunk], trusted: false, extension: name } }]),
        ...(roaming === undefined ? [] : [{ password: roaming, caller: { trunks: [trunk], trusted: true } }]),
      ]
    })
  }

  /** `sip:agent:key@host`: only where a trunk allows it. */
  #byUri({ method, uri }: SipRequest): Trunk | undefined {
    const read = method === 'INVITE' ? parseUri(uri) : undefined
    if (read?.scheme !== 'sip' && read?.scheme !== 'sips') return undefined
    const { password } = read
    if (password === undefined) return undefined
    return this.#options.trunks.all.find(
      ({ settings }) =>
        settings.uriCredentials && settings.inboundPassword !== undefined && same(settings.inboundPassword, password),
    )
  }

  #pass(request: SipRequest, caller: Caller): Admission {
    this.#callers.set(request, caller)
    return { type: 'pass' }
  }

  #challenge(address: string, stale = false): Admission {
    return { type: 'answer', status: this.#digest.status, headers: this.#digest.challenge(address, stale) }
  }

  /** Whether there is such a user is not to be told from the answer. */
  #wrongPassword(address: string, { username }: Claim, trunk: string | undefined): Admission {
    const now = this.#options.clock.monotonic()
    const before = this.#wrong.get(address)
    if (before && now - before.since < forgetful) before.count++
    else {
      if (this.#wrong.size > 10_000) this.#wrong.clear()
      this.#wrong.set(address, { count: 1, since: now })
    }
    const says = `${address} showed no right password for "${username.slice(0, 40)}"`
    this.#options.refusals.add({
      cause: 'wrong-password',
      says,
      from: address,
      ...(trunk === undefined ? {} : { trunk }),
    })
    return this.#challenge(address)
  }

  #isBarred(address: string): boolean {
    const wrong = this.#wrong.get(address)
    return wrong !== undefined && wrong.count >= mostWrong && this.#options.clock.monotonic() - wrong.since < forgetful
  }

  /** Somebody without a known address could be one of ours. */
  #isOpen(): boolean {
    return this.#options.trunks.all.some(
      ({ extensions, settings }) => extensions.size > 0 || settings.inboundPassword !== undefined,
    )
  }

  #drop(address: string, cause: 'rate' | 'no-trunk', says: string): Admission {
    this.#options.refusals.add({ cause, says, from: address })
    return { type: 'drop' }
  }
}

function needsPassword({ method }: SipRequest): boolean {
  return method === 'INVITE' || method === 'REGISTER'
}

/** Takes as long for every key. */
function same(one: string, other: string): boolean {
  const hashed = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hashed(one), hashed(other))
}
