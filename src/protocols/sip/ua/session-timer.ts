/** Session timers (RFC 4028): what both sides agree on, and the two alarms that follow from it. */
import type { Clock, Timer } from '../../../lib/clock.ts'
import type { SipHeader, SipMessage, SipRequest, SipResponse } from '../message/message.ts'
import { header, headerTokens } from '../message/headers.ts'

/** Shortest interval there may be, seconds (§5). */
const floor = 90

export interface SessionExpires {
  /** seconds */
  readonly interval: number
  readonly refresher?: 'uac' | 'uas'
}

/** What was agreed: seconds, and who refreshes. */
export interface Terms {
  readonly interval: number
  readonly refresher: 'us' | 'peer'
}

export interface Wish {
  /** seconds; 0: no timer of ours. */
  readonly interval: number
  readonly minimum: number
}

/** Undefined where there is none, or none that can be read: a timer is a courtesy, not a reason to refuse. */
export function sessionExpires(message: SipMessage): SessionExpires | undefined {
  const value = header(message, 'session-expires')
  const interval = seconds(value)
  if (value === undefined || interval === undefined) return undefined
  const refresher = /;\s*refresher\s*=\s*(uac|uas)\b/i.exec(value)?.[1]?.toLowerCase()
  return { interval, ...((refresher === 'uac' || refresher === 'uas') && { refresher }) }
}

export const minimumOf = (message: SipMessage): number => Math.max(floor, seconds(header(message, 'min-se')) ?? 0)

function seconds(value: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,10})\s*(?:;|$)/.exec(value ?? '')?.[1]
  return digits === undefined ? undefined : Math.min(Number(digits), 2 ** 31)
}

/** §7.1: what a request asks for. `current`: the terms of the session that it refreshes. */
export function asking(wish: Wish, current?: Terms): readonly SipHeader[] {
  const interval = current?.interval ?? wish.interval
  if (interval === 0) return []
  const refresher = current ? `;refresher=${current.refresher === 'us' ? 'uac' : 'uas'}` : ''
  return [
    { name: 'Session-Expires', value: `${Math.max(interval, wish.minimum)}${refresher}` },
    { name: 'Min-SE', value: String(wish.minimum) },
  ]
}

export type Granted =
  | { readonly ok: true; readonly terms: Terms | undefined; readonly headers: readonly SipHeader[] }
  /** 422 with this Min-SE. */
  | { readonly ok: false; readonly minimum: number }

/** §9: what we, asked by `request`, grant. */
export function grant(request: SipRequest, wish: Wish, current?: Terms): Granted {
  const asked = sessionExpires(request)
  const able = supportsTimer(request)
  if (!asked) {
    const interval = current?.interval ?? wish.interval
    if (!able || interval === 0) return { ok: true, terms: undefined, headers: [] }
    return granted(Math.max(interval, minimumOf(request)), 'uas')
  }
  // Without the tag a proxy asked for it: its caller would not understand 422, and cannot refresh.
  if (asked.interval < wish.minimum && able) return { ok: false, minimum: wish.minimum }
  const shorter = wish.interval === 0 ? asked.interval : Math.max(wish.interval, minimumOf(request))
  return granted(Math.max(Math.min(asked.interval, shorter), floor), able ? (asked.refresher ?? 'uas') : 'uas')
}

function granted(interval: number, refresher: 'uac' | 'uas'): Granted {
  const headers: SipHeader[] = [{ name: 'Session-Expires', value: `${interval};refresher=${refresher}` }]
  if (refresher === 'uac') headers.push({ name: 'Require', value: 'timer' })
  return { ok: true, terms: { interval, refresher: refresher === 'uas' ? 'us' : 'peer' }, headers }
}

/** §7.2: what a 2xx to our request settled. None: the peer wants no timer. */
export function settled(response: SipResponse): Terms | undefined {
  const given = sessionExpires(response)
  if (!given || given.interval < 1) return undefined
  return { interval: Math.max(given.interval, floor), refresher: given.refresher === 'uas' ? 'peer' : 'us' }
}

const supportsTimer = (message: SipMessage): boolean =>
  headerTokens(message, 'supported').includes('timer') || headerTokens(message, 'require').includes('timer')

/** ms after the last refresh: half the interval for who refreshes; a little before its end the other one gives up (§10). */
export const refreshAfter = (terms: Terms): number => terms.interval * 500
export const giveUpAfter = (terms: Terms): number => (terms.interval - Math.min(32, terms.interval / 3)) * 1000

/** The alarms of one session. */
export class SessionTimer {
  readonly #clock: Pick<Clock, 'timer'>
  readonly #refresh: () => void
  readonly #expired: (terms: Terms) => void
  #timers: Timer[] = []
  #terms: Terms | undefined

  constructor(clock: Pick<Clock, 'timer'>, refresh: () => void, expired: (terms: Terms) => void) {
    this.#clock = clock
    this.#refresh = refresh
    this.#expired = expired
  }

  get terms(): Terms | undefined {
    return this.#terms
  }

  /** A refresh went through, ours or theirs: everything begins again. */
  restart(terms: Terms | undefined): void {
    this.stop()
    this.#terms = terms
    if (!terms) return
    if (terms.refresher === 'us') this.#timers.push(this.#clock.timer(refreshAfter(terms), this.#refresh))
    this.#timers.push(this.#clock.timer(giveUpAfter(terms), () => this.#expired(terms)))
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers = []
  }
}
