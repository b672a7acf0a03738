/**
 * Whose turn it is in offer and answer (RFC 3264 §4; RFC 3261 §14; RFC 3311 §5.2).
 *
 *            +-- our offer ---> sent ------ their answer, refusal --+
 *   stable --+                                                      +--> stable
 *            +-- their offer -> received -- our answer, refusal ----+
 */
import type { Random } from './glare.ts'
import { retryAfter } from './glare.ts'

export type Exchange = 'stable' | 'sent' | 'received'

/** What an offer, or an INVITE without one, meets: it is taken, or refused with a status. */
export type Turn =
  | { readonly take: true }
  | { readonly take: false; readonly status: 491 | 500; readonly retryAfter?: number }

export interface Pending {
  readonly exchange: Exchange
  /** An INVITE within the dialog that has no final response yet. */
  readonly invite: 'ours' | 'theirs' | undefined
}

/** May the peer's INVITE or UPDATE come now? Ours in the way: 491. Theirs in the way: 500, later (§14.2). */
export function turnOf(method: string, offers: boolean, pending: Pending, random: Random): Turn {
  const later = { take: false, status: 500, retryAfter: retryAfter(random) } as const
  if (method === 'INVITE' && pending.invite === 'theirs') return later
  if (method === 'INVITE' && (pending.invite === 'ours' || pending.exchange === 'sent'))
    return { take: false, status: 491 }
  if (offers && pending.exchange === 'received') return later
  if (offers && pending.exchange === 'sent') return { take: false, status: 491 }
  return { take: true }
}

/** May we offer now? INVITE needs a transaction of its own; UPDATE goes beside one (RFC 3311 §5.1). */
export function mayOffer(method: 'INVITE' | 'UPDATE', pending: Pending): boolean {
  return pending.exchange === 'stable' && (method === 'UPDATE' || pending.invite === undefined)
}
