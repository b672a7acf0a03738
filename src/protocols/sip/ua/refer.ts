/** Transfers within a session: REFER both ways and what NOTIFY tells of them (RFC 3515, RFC 4488, RFC 6665). */
import type { Timer } from '../../../lib/clock.ts'
import { header, headerLines, headerTokens } from '../message/headers.ts'
import type { SipHeader, SipRequest } from '../message/message.ts'
import { parseNameAddr } from '../message/name-addr.ts'
import { param } from '../message/params.ts'
import { cseqOf } from '../message/read.ts'
import { formatUri, parseUri } from '../message/uri.ts'
import type { ServerTransaction } from '../transaction/contract.ts'
import { fragment, statusOf } from './sipfrag.ts'
import type { Usage } from './usage.ts'

/** How long a reported transfer may be silent, and how long somebody of ours may think about one. */
const patience = { report: 60_000, decision: 20_000 } as const

export interface ReferOptions {
  readonly referredBy?: string
  readonly replaces?: string
}

export class Transfers {
  readonly #usage: Usage
  readonly #timers = new Set<Timer>()
  /** Our own REFER that is being reported. */
  #watched: { readonly cseq: number; timer: Timer; status: number } | undefined
  #asked = 0
  readonly #delayed: { readonly go: () => void; readonly drop: () => void }[] = []

  constructor(usage: Usage) {
    this.#usage = usage
  }

  /** Ours: resolves with the status of the REFER. Between our 2xx and its ACK it waits; before that there is nobody to ask. */
  refer(to: string, options: ReferOptions = {}): Promise<number> {
    const { established, front } = this.#usage
    if (!established && front.state !== 'answering') return Promise.resolve(481)
    return new Promise((resolve) => {
      if (established) this.#send(to, options, resolve)
      else this.#delayed.push({ go: () => this.#send(to, options, resolve), drop: () => resolve(481) })
    })
  }

  /** The session is established: what waited for that goes out. */
  onEstablished(): void {
    for (const { go } of this.#delayed.splice(0)) go()
  }

  #send(to: string, { referredBy, replaces }: ReferOptions, done: (status: number) => void): void {
    const headers: SipHeader[] = [{ name: 'Refer-To', value: referTo(to, replaces) }]
    if (referredBy !== undefined) headers.push({ name: 'Referred-By', value: `<${referredBy}>` })
    const { peer } = this.#usage
    this.#watch(peer.dialog.localCseq + 1)
    peer.send('REFER', { headers: [...headers, ...this.#usage.capabilities.headers] }, ({ response, sent }) => {
      const silent = headerTokens(response, 'refer-sub').includes('false')
      if (response.status >= 300 || silent) this.#forget()
      // A second try, with credentials, has a number of its own.
      else if (this.#watched) this.#watched = { ...this.#watched, ...watchedBy(sent) }
      done(response.status)
    })
  }

  onNotify(server: ServerTransaction): void {
    const { request } = server
    const event = header(request, 'event')
    if (event === undefined || !/^\s*refer\s*(;|$)/i.test(event)) return this.#usage.respond(server, 489)
    const id = /;\s*id\s*=\s*(\d+)/i.exec(event)?.[1]
    const watched = this.#watched
    if (!watched || (id !== undefined && Number(id) !== watched.cseq)) return this.#usage.respond(server, 481)
    this.#usage.respond(server, 200)
    const { status, reason } = statusOf(Buffer.from(request.body).toString()) ?? { status: watched.status, reason: '' }
    const final = status >= 200 || headerTokens(request, 'subscription-state').includes('terminated')
    if (final) this.#forget()
    else this.#watch(watched.cseq, status)
    this.#usage.front.tell({ type: 'referred', status, reason, final })
  }

  onRefer(server: ServerTransaction): void {
    const { request } = server
    const to = headerLines(request, 'refer-to')
    const target = to.length === 1 ? parseNameAddr(to[0] ?? '') : undefined
    if (!target) return this.#usage.respond(server, 400, { reason: 'Exactly One Refer-To Is Needed' })
    if (!this.#usage.established) return this.#usage.respond(server, 481)
    const deadline = this.#usage.stack.clock.timer(patience.decision, () => refuse(603))
    this.#timers.add(deadline)
    let open = true
    const close = (): boolean => {
      const was = open
      open = false
      deadline.cancel()
      this.#timers.delete(deadline)
      return was
    }
    const refuse = (status: number) => void (close() && this.#usage.respond(server, status))
    const accept = () => (close() ? this.#accept(server) : { notify: () => {} })
    const by = parseNameAddr(header(request, 'referred-by') ?? '')?.uri
    const told = { ...split(target.uri), ...(by !== undefined && { referredBy: by }) }
    if (!this.#usage.front.tell({ type: 'refer', ...told, accept, refuse })) refuse(603)
  }

  #accept(server: ServerTransaction): { readonly notify: (status: number, reason: string) => void } {
    const silent = headerTokens(server.request, 'refer-sub').includes('false')
    if (silent) {
      this.#usage.respond(server, 200, { headers: [{ name: 'Refer-Sub', value: 'false' }] })
      return { notify: () => {} }
    }
    this.#usage.respond(server, 202)
    const reports = new Reports(
      this.#usage,
      this.#asked++ === 0 ? 'refer' : `refer;id=${cseqOf(server.request).number}`,
    )
    reports.notify(100, 'Trying')
    return { notify: (status, reason) => reports.notify(status, reason) }
  }

  #watch(cseq: number, status = 100): void {
    this.#forget()
    const timer = this.#usage.stack.clock.timer(patience.report, () => {
      this.#forget()
      const reason = 'The peer stopped reporting how the transfer goes'
      this.#usage.front.tell({ type: 'referred', status: 408, reason, final: true })
    })
    this.#watched = { cseq, status, timer }
  }

  #forget(): void {
    this.#watched?.timer.cancel()
    this.#watched = undefined
  }

  close(): void {
    this.#forget()
    for (const { drop } of this.#delayed.splice(0)) drop()
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }
}

const watchedBy = (sent: SipRequest): { readonly cseq: number } => ({ cseq: cseqOf(sent).number })

/** NOTIFYs one after the other: on UDP they would overtake each other. What is outdated is not sent. */
class Reports {
  readonly #usage: Usage
  readonly #event: string
  #next: { readonly status: number; readonly reason: string } | undefined
  #busy = false
  #over = false

  constructor(usage: Usage, event: string) {
    this.#usage = usage
    this.#event = event
  }

  notify(status: number, reason: string): void {
    if (this.#over) return
    this.#next = { status, reason }
    this.#pump()
  }

  #pump(): void {
    const report = this.#next
    if (!report || this.#busy || this.#over) return
    this.#next = undefined
    this.#busy = true
    this.#over = report.status >= 200
    const state = this.#over ? 'terminated;reason=noresource' : 'active;expires=60'
    const headers = [
      { name: 'Event', value: this.#event },
      { name: 'Subscription-State', value: state },
    ]
    const content = { type: 'message/sipfrag;version=2.0', body: fragment(report.status, report.reason) }
    this.#usage.peer.send('NOTIFY', { headers, content }, ({ response }) => {
      this.#busy = false
      // The subscription is gone, the session is not.
      if (response.status === 481) this.#over = true
      this.#pump()
    })
  }
}

/** `<sip:bob@host?Replaces=…>`: the dialog's words escaped into the URI (RFC 3891 §4). */
function referTo(to: string, replaces: string | undefined): string {
  const uri = parseUri(to)
  if (replaces === undefined || !uri || (uri.scheme !== 'sip' && uri.scheme !== 'sips')) return `<${to}>`
  return `<${formatUri({ ...uri, headers: [...uri.headers, { name: 'Replaces', value: replaces }] })}>`
}

/** What to call, and what it is to replace. Other headers of the URI are not for us to set. */
function split(text: string): { readonly to: string; readonly replaces?: string } {
  const uri = parseUri(text)
  if (!uri || (uri.scheme !== 'sip' && uri.scheme !== 'sips')) return { to: text }
  const replaces = param(uri.headers, 'replaces')
  return { to: text.split('?')[0] ?? text, ...(replaces && { replaces }) }
}
