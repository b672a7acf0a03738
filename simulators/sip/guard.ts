/** Who may do what at the exchange: names and passwords asked for (digest), and where registered lines are. */
import type { Clock } from '../../src/lib/clock.ts'
import { DigestServer } from '../../src/protocols/sip/digest/server.ts'
import { header, headerValues } from '../../src/protocols/sip/message/headers.ts'
import type { SipRequest } from '../../src/protocols/sip/message/message.ts'
import { parseNameAddr } from '../../src/protocols/sip/message/name-addr.ts'
import { param } from '../../src/protocols/sip/message/params.ts'
import type { Admission, Answer, Flow } from '../../src/protocols/sip/transport/contract.ts'
import type { Behaviour } from './world.ts'

export interface Registration {
  /** The SIP URI where the line is reached. */
  readonly contact: string
  /** Wall time. */
  readonly until: number
}

export interface Guard {
  /** Asked before a request outside a dialog reaches anybody. */
  admit(request: SipRequest, flow: Flow): Admission
  /** A REGISTER that was admitted. */
  register(request: SipRequest): Answer
  /** The line that the account registered, while it lasts. */
  registration(): Registration | undefined
}

/** As carriers have it, seconds (RFC 3261 §10.3, step 7). */
const shortest = 60
const usual = 3600

export interface GuardOptions extends Pick<Behaviour, 'auth' | 'credentials'> {
  readonly clock: Clock
  readonly random: (bytes: number) => string
}

export function openGuard({ clock, random, auth, credentials }: GuardOptions): Guard {
  const seal = { realm: 'pbx.simulator', key: Buffer.from(random(32), 'hex') }
  // MD5 on top: SIPp, and many a telephone, looks no further.
  const options = { clock, random, ...seal, hashes: ['MD5', 'SHA-256'] as const }
  const asks = { INVITE: new DigestServer({ ...options, as: 'proxy' }), REGISTER: new DigestServer(options) }
  let line: Registration | undefined
  const proven = (request: SipRequest, flow: Flow, server: DigestServer): Admission => {
    const claim = server.claim(request)
    const known = claim?.username === credentials.username ? { password: credentials.password } : undefined
    const source = flow.remote.address
    const verdict = claim && server.verify(request, claim, known, source)
    if (verdict?.type === 'right') return { type: 'pass' }
    if (verdict?.type === 'wrong') return { type: 'answer', status: 403, reason: 'Forbidden' }
    return { type: 'answer', status: server.status, headers: server.challenge(source, verdict?.type === 'stale') }
  }
  return {
    admit(request, flow) {
      if (request.method === 'REGISTER') return proven(request, flow, asks.REGISTER)
      return request.method === 'INVITE' && auth === 'digest' ? proven(request, flow, asks.INVITE) : { type: 'pass' }
    },
    register(request) {
      const contact = parseNameAddr(headerValues(request, 'contact')[0] ?? '')
      const asked = contact && (param(contact.params, 'expires') ?? header(request, 'expires'))
      const seconds = asked === undefined ? usual : Number(asked)
      if (!contact || !Number.isInteger(seconds) || seconds < 0) return { status: 400 }
      if (seconds > 0 && seconds < shortest)
        return { status: 423, headers: [{ name: 'Min-Expires', value: `${shortest}` }] }
      line = seconds === 0 ? undefined : { contact: contact.uri, until: clock.now() + seconds * 1000 }
      const bound = line ? [{ name: 'Contact', value: `<${contact.uri}>;expires=${seconds}` }] : []
      return { status: 200, headers: bound }
    },
    registration: () => (line && line.until > clock.now() ? line : undefined),
  }
}
