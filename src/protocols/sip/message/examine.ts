/** What is wrong with a request as a user agent server sees it (RFC 3261 §8.2, §16.3): the first thing, with its answer; or nothing. */
import { parseDigits } from './scan.ts'
import { type Fault, excerpt } from './head.ts'
import { header, headerLines, headerTokens, headerValues } from './headers.ts'
import type { SipHeader, SipRequest } from './message.ts'
import { registeredMethods } from './methods.ts'
import { parseNameAddr } from './name-addr.ts'
import { parseUri } from './uri.ts'
import { branchOf, magicCookie, parseVia } from './via.ts'

/** What the user agent can do: the answers name it. */
export interface Abilities {
  /** As `Allow` says them. */
  readonly methods: readonly string[]
  /** Option tags, as `Supported` says them. */
  readonly extensions: readonly string[]
  /** Media types of bodies by method. Methods that are not here judge their bodies themselves. */
  readonly bodies: Readonly<Partial<Record<string, readonly string[]>>>
  /** Default: sip, sips, tel. */
  readonly schemes?: readonly string[]
}

export interface Refusal extends Fault {
  /** For the response: Allow, Unsupported, Accept. */
  readonly headers: readonly SipHeader[]
}

/** In the RFC's order: the message itself, its method, its address, its extensions, its body. An ACK is judged too; it is never answered. */
export function examine(request: SipRequest, abilities: Abilities): Refusal | undefined {
  return (
    grammarFault(request) ??
    methodFault(request, abilities) ??
    addressFault(request, abilities) ??
    extensionFault(request, abilities) ??
    bodyFault(request, abilities)
  )
}

function refusal(status: number, why: string, ...headers: readonly SipHeader[]): Refusal {
  return { status, why, headers }
}

/** Headers that stand once (§7.3.1). Those `parseMessage` looks at are not repeated here. */
const single = [
  'max-forwards',
  'content-type',
  'expires',
  'min-expires',
  'event',
  'session-expires',
  'refer-to',
  'rack',
]

const addresses = ['contact', 'route', 'record-route', 'refer-to']

function grammarFault(request: SipRequest): Refusal | undefined {
  const twice = single.find((name) => headerLines(request, name).length > 1)
  if (twice) return refusal(400, `${twice} stands more than once`)
  const hops = header(request, 'max-forwards')
  if (hops !== undefined && parseDigits(hops, 999_999_999) === undefined)
    return refusal(400, `Max-Forwards "${excerpt(hops)}" is no number`)
  const vias = headerValues(request, 'via').map((value) => ({ value, via: parseVia(value) }))
  const unread = vias.find(({ via }) => !via)
  if (unread) return refusal(400, `Via "${excerpt(unread.value)}" cannot be read`)
  const [top] = vias
  // §8.1.1.7: the cookie with nothing behind it would make all such requests one transaction.
  if (top?.via && branchOf(top.via) === magicCookie)
    return refusal(400, `The branch is ${magicCookie} and nothing more`)
  return addressesFault(request)
}

function addressesFault(request: SipRequest): Refusal | undefined {
  for (const name of addresses)
    for (const value of headerValues(request, name))
      if (!parseNameAddr(value) && !(name === 'contact' && value === '*'))
        return refusal(400, `${name} "${excerpt(value)}" cannot be read`)
  return undefined
}

/** §8.2.1. Methods that nobody has heard of are not implemented (§21.5.2); the others are not allowed here (§21.4.6). */
function methodFault({ method }: SipRequest, { methods }: Abilities): Refusal | undefined {
  if (methods.includes(method) || method === 'ACK') return undefined
  const allow = { name: 'Allow', value: methods.join(', ') }
  return registeredMethods.has(method)
    ? refusal(405, `${method} is not allowed here`, allow)
    : refusal(501, `${excerpt(method)} is no method that we know`, allow)
}

/** §8.2.2.1: a scheme we do not serve is 416; one we serve must be readable, and bring no headers (§19.1.1). */
function addressFault({ uri }: SipRequest, { schemes = ['sip', 'sips', 'tel'] }: Abilities): Refusal | undefined {
  const scheme = uri.slice(0, uri.indexOf(':')).toLowerCase()
  if (!schemes.includes(scheme)) return refusal(416, `The Request-URI's scheme "${excerpt(scheme)}" is not served here`)
  const read = parseUri(uri)
  if (!read) return refusal(400, `The Request-URI "${excerpt(uri)}" cannot be read`)
  if ('headers' in read && read.headers.length > 0)
    return refusal(400, `The Request-URI "${excerpt(uri)}" carries headers`)
  return undefined
}

/** §8.2.2.3. Of ACK and CANCEL nothing may be required. */
function extensionFault(request: SipRequest, { extensions }: Abilities): Refusal | undefined {
  if (request.method === 'ACK' || request.method === 'CANCEL') return undefined
  const unknown = headerValues(request, 'require').filter(
    (tag) => tag !== '' && !extensions.includes(tag.toLowerCase()),
  )
  if (unknown.length === 0) return undefined
  const value = unknown.join(', ')
  return refusal(420, `It requires ${excerpt(value)}`, { name: 'Unsupported', value })
}

/** §8.2.3, and whether our own description is welcome (§21.4.7). */
function bodyFault(request: SipRequest, { bodies }: Abilities): Refusal | undefined {
  const accepted = bodies[request.method]
  if (!accepted) return undefined
  const accept = { name: 'Accept', value: accepted.join(', ') }
  if (request.body.length > 0 && !isOptional(request)) {
    const encoding = headerTokens(request, 'content-encoding').find((one) => one !== 'identity')
    if (encoding)
      return refusal(415, `Its body is encoded as ${excerpt(encoding)}`, { name: 'Accept-Encoding', value: 'identity' })
    const [type = ''] = headerTokens(request, 'content-type')
    if (!accepted.includes(type)) return refusal(415, `Its body is ${excerpt(type) || 'of no type'}`, accept)
  }
  const welcome = header(request, 'accept') === undefined ? undefined : headerTokens(request, 'accept')
  if (request.method !== 'INVITE' || !welcome || welcome.some((one) => descriptions.has(one))) return undefined
  return refusal(406, `It accepts ${excerpt(welcome.join(', ')) || 'nothing'}, and no session description`)
}

const descriptions = new Set(['application/sdp', 'application/*', '*/*'])

/** RFC 3204 §4: such a body may be ignored. */
function isOptional(request: SipRequest): boolean {
  return /;\s*handling\s*=\s*"?optional\b/i.test(header(request, 'content-disposition') ?? '')
}
