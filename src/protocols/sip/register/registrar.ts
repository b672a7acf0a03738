/** A registrar as a pure function (RFC 3261 §10.3): the bindings of one address-of-record, a REGISTER, and what becomes of both. */
import { header, headerLines, headerTokens, headerValues } from '../message/headers.ts'
import type { SipHeader, SipRequest } from '../message/message.ts'
import { type NameAddr, parseNameAddr } from '../message/name-addr.ts'
import { param } from '../message/params.ts'
import { callIdOf, cseqOf } from '../message/read.ts'
import { sameUri } from '../message/same.ts'
import type { Flow } from '../transport/contract.ts'

/** Where somebody is to be reached, and until when. */
export interface Binding {
  /** URI */
  readonly contact: string
  /** How the REGISTER came: behind NAT the only way back (RFC 5626). */
  readonly flow: Flow
  /** Proxies to go through (RFC 3327). */
  readonly path: readonly string[]
  /** Wall time, ms. */
  readonly expiresAt: number
  readonly callId: string
  readonly cseq: number
  /** 0–1, larger is better. */
  readonly preference: number
  /** `+sip.instance` with `reg-id`: one device and one of its flows, whatever its address is today. */
  readonly instance?: string
  readonly product?: string
}

export type Bindings = readonly Binding[]

export interface RegistrarRules {
  /** seconds */
  readonly shortest: number
  readonly longest: number
  /** Where the phone does not say. */
  readonly usual: number
  /** Bindings of one address-of-record. */
  readonly contacts: number
}

const usual = { shortest: 60, longest: 3600, usual: 3600, contacts: 6 } as const satisfies RegistrarRules

export interface Circumstances {
  /** Wall time, ms. */
  readonly now: number
  readonly flow: Flow
  readonly rules?: Partial<RegistrarRules>
}

export interface Registered {
  readonly status: 200 | 400 | 403 | 423 | 500
  readonly reason?: string
  readonly headers: readonly SipHeader[]
  /** The same as before, expired ones gone, where it was refused. */
  readonly bindings: Bindings
}

export const alive = (bindings: Bindings, now: number): Bindings => bindings.filter(({ expiresAt }) => expiresAt > now)

/** All of a REGISTER, or nothing of it. Who may register here was asked before. */
export function register(before: Bindings, request: SipRequest, circumstances: Circumstances): Registered {
  const { now } = circumstances
  const rules = { ...usual, ...circumstances.rules }
  const bindings = alive(before, now)
  const refuse = (status: 400 | 403 | 423 | 500, reason?: string, ...headers: readonly SipHeader[]): Registered => ({
    status,
    headers,
    bindings,
    ...(reason !== undefined && { reason }),
  })
  const values = headerValues(request, 'contact')
  if (values.includes('*')) {
    if (values.length > 1 || header(request, 'expires')?.trim() !== '0')
      return refuse(400, 'Contact * Goes With Expires 0 Alone')
    return bindings.some((one) => outdated(one, request))
      ? refuse(500, 'CSeq Out Of Order')
      : accepted(request, [], now)
  }
  let next = bindings
  for (const value of values) {
    const contact = parseNameAddr(value)
    if (!contact) return refuse(400, 'Bad Contact')
    const known = next.find((one) => isSame(one, contact))
    if (known && bindings.includes(known) && outdated(known, request)) return refuse(500, 'CSeq Out Of Order')
    const seconds = lifetime(contact, request, rules)
    if (seconds > 0 && seconds < rules.shortest) {
      return refuse(423, undefined, { name: 'Min-Expires', value: String(rules.shortest) })
    }
    next = next.filter((one) => one !== known)
    if (seconds > 0) next = [...next, bind(contact, request, seconds, circumstances)]
  }
  if (next.length > rules.contacts) return refuse(403, 'Too Many Contacts')
  return accepted(request, next, now)
}

/** §10.3 (7): a REGISTER that was overtaken by a later one of the same phone. */
const outdated = (binding: Binding, request: SipRequest): boolean =>
  binding.callId === callIdOf(request) && cseqOf(request).number <= binding.cseq

/** RFC 5626 §6: a device is the same at another address; without it, the URI decides. */
function isSame(binding: Binding, contact: NameAddr): boolean {
  const instance = instanceOf(contact)
  return instance === undefined ? sameUri(binding.contact, contact.uri) : binding.instance === instance
}

function instanceOf({ params }: NameAddr): string | undefined {
  const instance = param(params, '+sip.instance')
  return instance ? `${instance} ${param(params, 'reg-id') ?? ''}` : undefined
}

/** seconds: of the contact, of the message, or as usual. What is no number counts as not said. */
function lifetime(contact: NameAddr, request: SipRequest, rules: RegistrarRules): number {
  const said = [param(contact.params, 'expires'), header(request, 'expires')]
    .map((value) => /^\s*(\d{1,10})\s*$/.exec(value ?? '')?.[1])
    .find((value) => value !== undefined)
  return Math.min(said === undefined ? rules.usual : Number(said), rules.longest)
}

function bind(contact: NameAddr, request: SipRequest, seconds: number, { now, flow }: Circumstances): Binding {
  const instance = instanceOf(contact)
  const product = header(request, 'user-agent')
  const preference = Number(param(contact.params, 'q') ?? 1)
  return {
    contact: contact.uri,
    flow,
    path: headerValues(request, 'path'),
    expiresAt: now + seconds * 1000,
    callId: callIdOf(request),
    cseq: cseqOf(request).number,
    preference: preference >= 0 && preference <= 1 ? preference : 1,
    ...(instance !== undefined && { instance }),
    ...(product !== undefined && { product: product.slice(0, 100) }),
  }
}

/** §10.3 (8): every binding there is now, each with the seconds that are left. */
function accepted(request: SipRequest, bindings: Bindings, now: number): Registered {
  const headers: SipHeader[] = bindings.map(({ contact, expiresAt }) => ({
    name: 'Contact',
    value: `<${contact}>;expires=${Math.ceil((expiresAt - now) / 1000)}`,
  }))
  if (headerTokens(request, 'supported').includes('path')) {
    headers.push(...headerLines(request, 'path').map((value) => ({ name: 'Path', value })))
  }
  if (
    headerTokens(request, 'supported').includes('outbound') &&
    bindings.some(({ instance }) => instance !== undefined)
  ) {
    headers.push({ name: 'Require', value: 'outbound' })
  }
  return { status: 200, headers, bindings }
}
