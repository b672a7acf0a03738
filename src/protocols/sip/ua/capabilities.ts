/** What this user agent can do, as it says and as it refuses (RFC 3261 §8.2, §11). */
import { type Abilities, examine } from '../message/examine.ts'
import type { SipHeader, SipRequest } from '../message/message.ts'
import type { Answer } from '../transport/contract.ts'
import type { UserAgentOptions } from './contract.ts'

/** PRACK where provisional responses are made reliable. */
const own = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'UPDATE', 'INFO', 'REFER', 'NOTIFY'] as const

const dtmf = ['application/dtmf-relay', 'application/dtmf'] as const
const descriptions = ['application/sdp', 'multipart/mixed', 'multipart/alternative'] as const

export class Capabilities {
  readonly infoTypes: readonly string[]
  /** Provisional responses can be made so (100rel). */
  readonly reliable: boolean
  /** Allow and Supported: in INVITE, UPDATE and their 2xx. */
  readonly headers: readonly SipHeader[]
  /** The same with Accept: OPTIONS (§11.2). */
  readonly all: readonly SipHeader[]
  readonly #abilities: Abilities

  constructor({ allow = [], infoTypes = dtmf, prack }: UserAgentOptions) {
    this.reliable = prack !== 'off'
    const { reliable } = this
    const methods = [...new Set([...own, ...(reliable ? ['PRACK'] : []), ...allow])]
    const extensions = ['timer', 'replaces', 'norefersub', ...(reliable ? ['100rel'] : [])]
    this.infoTypes = infoTypes
    this.#abilities = {
      methods,
      extensions,
      bodies: { INVITE: descriptions, UPDATE: descriptions, PRACK: descriptions },
    }
    this.headers = [
      { name: 'Allow', value: methods.join(', ') },
      { name: 'Supported', value: extensions.join(', ') },
    ]
    this.all = [...this.headers, { name: 'Accept', value: 'application/sdp' }]
  }

  /** Undefined: go on. */
  refusal(request: SipRequest): Answer | undefined {
    const fault = examine(request, this.#abilities)
    if (!fault) return undefined
    // "Not allowed" makes subscribers try again; that there is no such event stops them (RFC 6665 §4.2.1.3).
    if (fault.status === 405 && request.method === 'SUBSCRIBE') return { status: 489 }
    return { status: fault.status, headers: fault.headers }
  }
}
