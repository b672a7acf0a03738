/** Messages made from values: requests with what every request has (RFC 3261 §8.1.1), responses out of requests (§8.2.6). */
import { formatCSeq, type CSeq } from './cseq.ts'
import { header, headerName, type Headed } from './headers.ts'
import type { Parsed, SipHeader, SipRequest, SipResponse } from './message.ts'
import { parseNameAddr, tagOf } from './name-addr.ts'
import { reasonPhrase } from './reason.ts'

export interface RequestParts {
  readonly method: string
  readonly uri: string
  /** Top first. The transport puts its own before them, so there are mostly none. */
  readonly via?: readonly string[]
  /** Default 70. */
  readonly maxForwards?: number
  readonly route?: readonly string[]
  /** Written, with tags: `formatNameAddr`. */
  readonly from: string
  readonly to: string
  readonly callId: string
  readonly cseq: CSeq
  readonly contact?: string
  readonly headers?: readonly SipHeader[]
  readonly body?: Uint8Array
}

export function request(parts: RequestParts): SipRequest {
  const { method, uri, via = [], maxForwards = 70, route = [], from, to, callId, cseq, contact } = parts
  const headers = [
    ...via.map((value) => ({ name: 'Via', value })),
    { name: 'Max-Forwards', value: String(maxForwards) },
    ...route.map((value) => ({ name: 'Route', value })),
    { name: 'From', value: from },
    { name: 'To', value: to },
    { name: 'Call-ID', value: callId },
    { name: 'CSeq', value: formatCSeq(cseq) },
    ...(contact === undefined ? [] : [{ name: 'Contact', value: contact }]),
    ...(parts.headers ?? []),
  ]
  return { type: 'request', method, uri, headers, body: parts.body ?? noBody }
}

export interface ResponseParts {
  /** Default: the RFC's phrase. */
  readonly reason?: string
  /** Put into To where the request has no tag, and the status is not 100. */
  readonly toTag?: string
  readonly headers?: readonly SipHeader[]
  readonly body?: Uint8Array
}

/** §8.2.6.2: every Via in its order, From, To, Call-ID and CSeq; Record-Route where a dialog may begin, Timestamp into a 100. */
export function responseTo(request: Headed, status: number, parts: ResponseParts = {}): SipResponse {
  const { reason = reasonPhrase(status), toTag, headers = [], body = noBody } = parts
  const copied = request.headers.flatMap((one): readonly SipHeader[] => {
    switch (headerName(one.name)) {
      case 'via':
      case 'from':
      case 'call-id':
      case 'cseq':
        return [one]
      case 'to':
        return [status > 100 && toTag !== undefined ? { name: one.name, value: tagged(one.value, toTag) } : one]
      case 'record-route':
        // §12.1.1 asks for them where a dialog is made; elsewhere they do no harm, and nothing good.
        return status > 100 && status < 300 ? [one] : []
      case 'timestamp':
        return status === 100 ? [one] : []
      default:
        return []
    }
  })
  return { type: 'response', status, reason, headers: [...copied, ...headers], body }
}

/** Behind everything that stands there, so that the rest stays as the peer wrote it. */
function tagged(to: string, tag: string): string {
  const address = parseNameAddr(to)
  return address && tagOf(address) !== undefined ? to : `${to};tag=${tag}`
}

/**
 * The answer to a request that could not be read: undefined where there must be none (a response, noise, an ACK, nothing to
 * find the way back by).
 */
export function refusalOf(parsed: Extract<Parsed, { ok: false }>, toTag: string): SipResponse | undefined {
  const cseq = header(parsed, 'cseq')
  if (parsed.kind !== 'request' || header(parsed, 'via') === undefined || cseq === undefined) return undefined
  return /(^|\s)ACK$/.test(cseq) ? undefined : responseTo(parsed, parsed.status, { toTag })
}

const noBody = new Uint8Array(0)
