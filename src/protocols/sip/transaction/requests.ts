/** Requests that transactions make by themselves: ACK to a refusal (RFC 3261 §17.1.1.3), CANCEL (§9.1), and the Via of a try. */
import { request as makeRequest } from '../message/build.ts'
import { header, headerLines, prependHeader } from '../message/headers.ts'
import type { SipHeader, SipRequest, SipResponse } from '../message/message.ts'
import { cseqOf } from '../message/read.ts'
import { formatVia } from '../message/via.ts'
import type { Flow, ListenerAddress } from '../transport/contract.ts'

/** The request as it goes out over a flow: our Via on top (RFC 3581: rport), Max-Forwards if it has none. */
export function withVia(
  request: SipRequest,
  branch: string,
  flow: Flow,
  from: ListenerAddress | undefined,
): SipRequest {
  const { host, port } = from?.advertised ?? { host: flow.local.address, port: flow.local.port }
  const params = [{ name: 'rport' }, { name: 'branch', value: branch }]
  const via = formatVia({ protocol: flow.protocol.toUpperCase(), host, port, params })
  const bounded = header(request, 'max-forwards') === undefined ? prependHeader(request, 'Max-Forwards', '70') : request
  return prependHeader(bounded, 'Via', via)
}

/** `invite` as it was sent: its Via, Request-URI and Route lead where it went. */
export function ackTo(invite: SipRequest, refusal: SipResponse): SipRequest {
  return following(invite, 'ACK', header(refusal, 'to') ?? header(invite, 'to') ?? '')
}

export function cancelOf(invite: SipRequest, headers: readonly SipHeader[]): SipRequest {
  return following(invite, 'CANCEL', header(invite, 'to') ?? '', headers)
}

function following(invite: SipRequest, method: string, to: string, headers: readonly SipHeader[] = []): SipRequest {
  return makeRequest({
    method,
    uri: invite.uri,
    via: headerLines(invite, 'via').slice(0, 1),
    route: headerLines(invite, 'route'),
    from: header(invite, 'from') ?? '',
    to,
    callId: header(invite, 'call-id') ?? '',
    cseq: { number: cseqOf(invite).number, method },
    headers,
  })
}
