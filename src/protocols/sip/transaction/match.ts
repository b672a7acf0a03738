/** Which transaction a message belongs to: RFC 3261 §17.1.3, §17.2.3, and how RFC 2543 did it. */
import { formatCSeq } from '../message/cseq.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { tagOf } from '../message/name-addr.ts'
import { callIdOf, cseqOf, fromOf, topVia, toOf } from '../message/read.ts'
import { branchOf, formatVia, magicCookie, type Via } from '../message/via.ts'

/**
 * The same for a request, its repeats, and the ACK to its refusal; `method` INVITE finds what a CANCEL is meant for.
 * Branch, sent-by and method; of elements that make no such branches all that RFC 2543 compares but the To tag.
 */
export function serverKey(request: SipRequest, method = invited(request.method)): string {
  const via = topVia(request)
  const branch = branchOf(via)
  if (branch && isUnique(branch)) return `${branch}|${sentBy(via)}|${method}`.toLowerCase()
  const { number } = cseqOf(request)
  return JSON.stringify([formatVia(via), request.uri, tagOf(fromOf(request)), callIdOf(request), number, method])
}

const invited = (method: string): string => (method === 'ACK' ? 'INVITE' : method)

/** Made as §8.1.1.7 asks; the cookie alone names nothing. */
function isUnique(branch: string): boolean {
  return branch.length > magicCookie.length && branch.slice(0, magicCookie.length).toLowerCase() === cookie
}

const cookie = magicCookie.toLowerCase()

export function sentBy({ host, port }: Via): string {
  return `${host}:${port ?? ''}`
}

/** §17.1.3: a response belongs to the request whose branch and method it carries. */
export function clientKey(branch: string, method: string): string {
  return `${branch}|${method}`.toLowerCase()
}

export function responseKey(response: SipResponse): string {
  return clientKey(branchOf(topVia(response)) ?? '', cseqOf(response).method)
}

/**
 * §17.2.3, of RFC 2543 elements: the ACK's To tag is that of our refusal. Where branches are unique it need not be looked at.
 */
export function acknowledges(ack: SipRequest, refusal: SipResponse | undefined): boolean {
  const branch = branchOf(topVia(ack))
  if (branch && isUnique(branch)) return true
  return refusal !== undefined && tagOf(toOf(ack)) === tagOf(toOf(refusal))
}

/**
 * §8.2.2.2: the same for a request that reached us over several ways (a fork behind us met again); undefined within dialogs, and of
 * elements that give no tags.
 */
export function mergeKey(request: SipRequest): string | undefined {
  const from = tagOf(fromOf(request))
  if (from === undefined || tagOf(toOf(request)) !== undefined) return undefined
  return `${from}|${callIdOf(request)}|${formatCSeq(cseqOf(request))}`
}
