/** The INVITE that opens a session, as it is written (RFC 3261 §13.2.1). */
import { OffhookError } from '../../../spec/errors.ts'
import { described } from '../dialog/request.ts'
import { routeThrough } from '../dialog/route.ts'
import { request } from '../message/build.ts'
import type { SipHeader, SipRequest } from '../message/message.ts'
import { type NameAddr, parseNameAddr } from '../message/name-addr.ts'
import type { InviteOptions } from './contract.ts'
import { sdpContent } from './offers.ts'

/** What stays the same, and what counts up, from one try to the next. */
export interface Numbered {
  readonly from: string
  readonly to: string
  readonly callId: string
  readonly cseq: number
}

export function buildInvite(options: InviteOptions, numbered: Numbered, able: readonly SipHeader[]): SipRequest {
  const { uri, proxy, offer, headers = [] } = options
  const { from, to, callId, cseq } = numbered
  return request({
    method: 'INVITE',
    uri,
    ...(proxy !== undefined && { route: [routeThrough(proxy)] }),
    from,
    to,
    callId,
    cseq: { number: cseq, method: 'INVITE' },
    ...described({ headers: [...able, ...headers], ...(offer !== undefined && { content: sdpContent(offer) }) }),
  })
}

/** Of our own user: what cannot be read is refused before anything is sent. */
export function readAddress(name: string, value: string): NameAddr {
  const read = parseNameAddr(value)
  if (read) return read
  const why = 'a SIP or tel URI is needed, with or without a name before it'
  throw new OffhookError('request.invalid', `"${value.slice(0, 80)}" cannot stand in ${name}: ${why}`)
}
