/** Replaces (RFC 3891): an INVITE that wants to take the place of a session we have. */
import { headerLines } from '../message/headers.ts'
import type { SipRequest } from '../message/message.ts'
import { param, parseParams } from '../message/params.ts'
import type { DialogId } from '../dialog/dialog.ts'
import type { Session } from './contract.ts'
import type { Receiver } from './stack.ts'

export type Replacement =
  | { readonly ok: true; readonly session: Session | undefined }
  | { readonly ok: false; readonly status: 400 | 481 | 486 | 603 }

/** §3: the header's tags are ours and the peer's, as we see them. */
export function replacement(request: SipRequest, find: (id: DialogId) => Receiver | undefined): Replacement {
  const lines = headerLines(request, 'replaces')
  const [line] = lines
  if (line === undefined) return { ok: true, session: undefined }
  const read = lines.length === 1 && headerLines(request, 'join').length === 0 ? parse(line) : undefined
  if (!read) return { ok: false, status: 400 }
  const session = find(read.id)?.session
  if (!session) return { ok: false, status: 481 }
  if (session.state === 'ended' || session.state === 'ending') return { ok: false, status: 603 }
  if (session.state === 'established' || session.state === 'answering') {
    return read.earlyOnly ? { ok: false, status: 486 } : { ok: true, session }
  }
  // An early dialog may be replaced only by who is called in it, so never one that was opened to us.
  return session.dialogId !== undefined && isCaller(session) ? { ok: true, session } : { ok: false, status: 481 }
}

const isCaller = (session: Session): boolean => 'direction' in session && session.direction === 'outgoing'

function parse(value: string): { readonly id: DialogId; readonly earlyOnly: boolean } | undefined {
  const end = value.indexOf(';')
  const params = end < 0 ? undefined : parseParams(value, end)
  const [callId, localTag, remoteTag] = [
    value.slice(0, Math.max(end, 0)).trim(),
    params && param(params, 'to-tag'),
    params && param(params, 'from-tag'),
  ]
  if (!params || !callId || !localTag || !remoteTag) return undefined
  return {
    // A peer of RFC 2543 has no tag: Replaces writes it as 0 (§6.1).
    id: { callId, localTag, remoteTag: remoteTag === '0' ? '' : remoteTag },
    earlyOnly: param(params, 'early-only') !== undefined,
  }
}

/** For the peer that shall replace this dialog: our tag is its from-tag, seen from the other end. */
export const replacesValue = ({ callId, localTag, remoteTag }: DialogId): string =>
  `${callId};to-tag=${remoteTag || '0'};from-tag=${localTag}`
