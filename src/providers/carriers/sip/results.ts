/** How a SIP call ended, in the house's words: the status of RFC 3261 §21, refined by Q.850 where the peer gives a cause. */
import type { SessionEnd } from '../../../protocols/sip/ua/contract.ts'
import { reasonPhrase } from '../../../protocols/sip/message/reason.ts'
import type { CallStatus } from '../../../spec/call.ts'

export interface Result {
  readonly status: CallStatus
  /** The peer's own word. */
  readonly raw: string
  /** One sentence. */
  readonly cause: string
}

/** ITU-T Q.850 §2.2.7: those that say more than the status they came with. */
const q850: Readonly<Record<number, { readonly status: CallStatus; readonly says: string }>> = {
  1: { status: 'failed', says: 'the number is not assigned' },
  16: { status: 'completed', says: 'the other side hung up' },
  17: { status: 'busy', says: 'the callee is busy' },
  18: { status: 'no-answer', says: 'no telephone answered' },
  19: { status: 'no-answer', says: 'nobody picked up' },
  21: { status: 'failed', says: 'the call was rejected' },
  27: { status: 'failed', says: 'the destination is out of order' },
  28: { status: 'failed', says: 'the number is not complete' },
  34: { status: 'failed', says: 'the network has no free circuit' },
  38: { status: 'failed', says: 'the network is out of order' },
  41: { status: 'failed', says: 'the network has a temporary failure' },
  42: { status: 'failed', says: 'the network is congested' },
}

const statuses: Readonly<Record<number, { readonly status: CallStatus; readonly says: string }>> = {
  401: { status: 'failed', says: 'the peer wants a user name and a password, or others than it got' },
  403: { status: 'failed', says: 'the peer forbids the call' },
  404: { status: 'failed', says: 'the peer does not know the number' },
  407: { status: 'failed', says: 'the peer wants a user name and a password, or others than it got' },
  408: { status: 'no-answer', says: 'nobody answered in time' },
  410: { status: 'failed', says: 'the number is not in use any more' },
  480: { status: 'no-answer', says: 'the callee cannot be reached now' },
  484: { status: 'failed', says: 'the number is not complete' },
  486: { status: 'busy', says: 'the callee is busy' },
  487: { status: 'canceled', says: 'the call was taken back' },
  488: { status: 'failed', says: 'the peer accepts none of our codecs' },
  503: {
    status: 'failed',
    says: 'the peer takes no calls now: it is overloaded, or a limit of calls per second is reached',
  },
  600: { status: 'busy', says: 'the callee is busy everywhere' },
  603: { status: 'failed', says: 'the call was declined: by the callee, or by a filter of the carrier' },
}

/** Of a call that went out and never was answered. `canceled`: we took it back. */
export function unanswered({ by, status, q850: cause, reason }: SessionEnd, canceled: boolean): Result {
  const known =
    (cause === undefined || cause === 16 ? undefined : q850[cause]) ??
    (status === undefined ? undefined : statuses[status])
  if (canceled) return { status: 'canceled', raw: rawOf(status, reason), cause: 'the call was taken back' }
  if (by === 'transport') return { status: 'failed', raw: reason, cause: `the peer could not be reached: ${reason}` }
  if (by === 'timeout') return { status: 'failed', raw: reason, cause: `the peer did not answer: ${reason}` }
  const says = known?.says ?? `the peer refused: ${reason}`
  return { status: known?.status ?? 'failed', raw: rawOf(status, reason), cause: `${says}${detail(status, cause)}` }
}

/** Of a call that was answered, or came in. */
export function ended({ by, q850: cause, reason, status }: SessionEnd, wasAnswered: boolean): Result {
  if (!wasAnswered && (by === 'peer' || by === 'us'))
    return {
      status: 'canceled',
      raw: rawOf(status, reason),
      cause: by === 'peer' ? 'the caller hung up before the answer' : reason,
    }
  if (by === 'timeout' || by === 'transport')
    return { status: 'failed', raw: reason, cause: `the call was lost: ${reason}` }
  if (by === 'us') return { status: 'completed', raw: reason, cause: 'we hung up' }
  const says = (cause === undefined ? undefined : q850[cause]?.says) ?? 'the other side hung up'
  return { status: 'completed', raw: 'BYE', cause: `${says}${detail(undefined, cause)}` }
}

function rawOf(status: number | undefined, reason: string): string {
  return status === undefined ? reason : `${status} ${reasonPhrase(status)}`
}

function detail(status: number | undefined, cause: number | undefined): string {
  const parts = [
    ...(status === undefined ? [] : [`SIP ${status}`]),
    ...(cause === undefined ? [] : [`Q.850 cause ${cause}`]),
  ]
  return parts.length > 0 ? ` (${parts.join(', ')})` : ''
}
