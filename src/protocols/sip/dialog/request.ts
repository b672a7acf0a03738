/** Requests within a dialog (RFC 3261 §12.2.1.1) and the ACK to a 2xx (§13.2.2.4). Via comes on the way out. */
import { request } from '../message/build.ts'
import type { SipHeader, SipRequest } from '../message/message.ts'
import type { Dialog } from './dialog.ts'
import { routed } from './route.ts'

export interface Content {
  readonly type: string
  readonly body: Uint8Array
}

export interface Extra {
  readonly headers?: readonly SipHeader[]
  readonly content?: Content
}

/** The next request: CSeq one higher. */
export function nextRequest(dialog: Dialog, method: string, extra: Extra = {}): readonly [Dialog, SipRequest] {
  const next = { ...dialog, localCseq: dialog.localCseq + 1 }
  return [next, requestWithin(next, method, next.localCseq, extra)]
}

/** ACK: the number of its INVITE. Credentials of the INVITE come as headers. */
export const ackWithin = (dialog: Dialog, cseq: number, extra: Extra = {}): SipRequest =>
  requestWithin(dialog, 'ACK', cseq, extra)

function requestWithin(dialog: Dialog, method: string, cseq: number, extra: Extra): SipRequest {
  const { uri, routes } = routed(dialog.remoteTarget, dialog.routeSet)
  return request({
    method,
    uri,
    route: routes,
    from: dialog.local,
    to: dialog.remote,
    callId: dialog.callId,
    cseq: { number: cseq, method },
    ...described(extra),
  })
}

/** Headers and body together, the body with its type. */
export function described({ headers = [], content }: Extra): { headers: readonly SipHeader[]; body?: Uint8Array } {
  if (!content) return { headers }
  return { headers: [...headers, { name: 'Content-Type', value: content.type }], body: content.body }
}
