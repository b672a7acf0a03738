/** A dialog as a value (RFC 3261 §12): what two ends remember of each other. Every change is a new value. */
import { header, headerValues } from '../message/headers.ts'
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts'
import { parseNameAddr, tagOf } from '../message/name-addr.ts'
import { callIdOf, cseqOf, fromOf, toOf } from '../message/read.ts'

export interface Dialog {
  readonly callId: string
  /** Who opened it owns the Call-ID. */
  readonly role: 'caller' | 'callee'
  readonly localTag: string
  /** Empty with a peer of RFC 2543, which had none. */
  readonly remoteTag: string
  /** From of our requests, as written, tag included. */
  readonly local: string
  /** To of our requests. */
  readonly remote: string
  readonly remoteTarget: string
  /** Route values, first hop first. */
  readonly routeSet: readonly string[]
  readonly localCseq: number
  /** Undefined until the peer sent its first request. */
  readonly remoteCseq: number | undefined
  readonly confirmed: boolean
}

export interface DialogId {
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
}

/** One string per dialog. Tags and Call-IDs hold no white space. */
export const keyOf = (id: DialogId): string => `${id.callId} ${id.localTag} ${id.remoteTag}`

/** The dialog a message that came in belongs to: our tag is in To of requests, in From of responses. */
export function idOf(message: SipMessage): DialogId {
  const [from, to] = [tagOf(fromOf(message)) ?? '', tagOf(toOf(message)) ?? '']
  const callId = callIdOf(message)
  return message.type === 'request'
    ? { callId, localTag: to, remoteTag: from }
    : { callId, localTag: from, remoteTag: to }
}

/** §12.1.2: of our INVITE, by a response with a To tag. Its Record-Route backwards is our route. */
export function dialogAsCaller(invite: SipRequest, response: SipResponse): Dialog {
  const { callId, localTag, remoteTag } = idOf(response)
  return {
    callId,
    role: 'caller',
    localTag,
    remoteTag,
    local: header(invite, 'from') ?? '',
    remote: header(response, 'to') ?? '',
    remoteTarget: contactOf(response) ?? invite.uri,
    routeSet: headerValues(response, 'record-route').toReversed(),
    localCseq: cseqOf(invite).number,
    remoteCseq: undefined,
    confirmed: response.status >= 200,
  }
}

/** §12.1.1: of an INVITE to us, answered with this tag. */
export function dialogAsCallee(invite: SipRequest, localTag: string): Dialog {
  const { callId, remoteTag } = idOf(invite)
  return {
    callId,
    role: 'callee',
    localTag,
    remoteTag,
    local: `${header(invite, 'to') ?? ''};tag=${localTag}`,
    remote: header(invite, 'from') ?? '',
    remoteTarget: contactOf(invite) ?? fromOf(invite).uri,
    routeSet: headerValues(invite, 'record-route'),
    localCseq: 0,
    remoteCseq: cseqOf(invite).number,
    confirmed: false,
  }
}

/** §13.2.2.4: the 2xx decides the route, whatever the provisional responses said. */
export function confirmed(dialog: Dialog, response?: SipResponse): Dialog {
  if (!response) return { ...dialog, confirmed: true }
  return {
    ...dialog,
    confirmed: true,
    routeSet: headerValues(response, 'record-route').toReversed(),
    remoteTarget: contactOf(response) ?? dialog.remoteTarget,
  }
}

/** §12.2: INVITE and UPDATE, and their 2xx, may move the peer's target. The route set never changes. */
export function retargeted(dialog: Dialog, message: SipMessage): Dialog {
  const contact = contactOf(message)
  return contact === undefined || contact === dialog.remoteTarget ? dialog : { ...dialog, remoteTarget: contact }
}

/** §12.2.2: the peer's CSeq rises, gaps are allowed; a lower one is out of order (500). ACK and CANCEL do not come here. */
export function received(dialog: Dialog, request: SipRequest): Dialog | 'out-of-order' {
  const cseq = cseqOf(request).number
  if (dialog.remoteCseq !== undefined && cseq <= dialog.remoteCseq) return 'out-of-order'
  return { ...dialog, remoteCseq: cseq }
}

function contactOf(message: SipMessage): string | undefined {
  const [first] = headerValues(message, 'contact')
  return first === undefined ? undefined : parseNameAddr(first)?.uri
}
