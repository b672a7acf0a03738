/** An INVITE to us, from the first provisional response to the ACK of its 2xx (RFC 3261 §13.3, RFC 3262 §3). */
import type { Timer } from '../../../lib/clock.ts'
import { dialogAsCallee } from '../dialog/dialog.ts'
import { header } from '../message/headers.ts'
import type { SipHeader, SipRequest } from '../message/message.ts'
import { cseqOf } from '../message/read.ts'
import { parseUri } from '../message/uri.ts'
import type { ServerTransaction } from '../transaction/contract.ts'
import type { Flow } from '../transport/contract.ts'
import { sdpOf } from './body.ts'
import type { Capabilities } from './capabilities.ts'
import type { IncomingSession, Session, SessionEnd, SessionEvent } from './contract.ts'
import { Authorizer } from './credentials.ts'
import { Front } from './front.ts'
import { reasonHeaders, reasonOf, type Why } from './reason.ts'
import { ReliableProvisionals, supports100rel } from './reliable.ts'
import { replacesValue } from './replaces.ts'
import type { Granted, Wish } from './session-timer.ts'
import type { Stack } from './stack.ts'
import { Usage } from './usage.ts'

export interface IncomingOptions {
  readonly stack: Stack
  readonly capabilities: Capabilities
  readonly server: ServerTransaction
  readonly terms: Extract<Granted, { ok: true }>
  readonly wish: Wish
  readonly replaces: Session | undefined
}

/** A provisional response is said again this often, so that proxies do not give up (§13.3.1.1). */
const provisionalEvery = 60_000

export class IncomingInvite implements IncomingSession {
  readonly direction = 'incoming'
  readonly request: SipRequest
  readonly flow: Flow
  readonly callId: string
  readonly offer: string | undefined
  readonly replaces: Session | undefined
  readonly #options: IncomingOptions
  readonly #front: Front
  readonly #usage: Usage
  readonly #reliable: ReliableProvisionals | undefined
  #again: Timer | undefined
  #expires: Timer | undefined
  /** Our description went out in a reliable provisional response: the 2xx has none. */
  #described = false
  /** A 2xx that waits for a PRACK, and a BYE that waits for the ACK. */
  #postponed: (() => void) | undefined
  #hangup: Why | undefined

  constructor(options: IncomingOptions) {
    const { stack, capabilities, server, wish } = options
    this.#options = options
    this.request = server.request
    this.flow = server.flow
    this.offer = sdpOf(server.request)
    this.replaces = options.replaces
    this.#front = new Front('early', stack.options.onError)
    const dialog = dialogAsCallee(server.request, stack.random(8))
    this.callId = dialog.callId
    const called = parseUri(server.request.uri)
    this.#usage = new Usage({
      stack,
      capabilities,
      wish,
      session: this,
      front: this.#front,
      dialog,
      flow: server.flow,
      authorizer: new Authorizer(undefined, stack.random),
      user: called && 'user' in called ? called.user : undefined,
      onPrack: (prack) => this.#onPrack(prack),
      early: {
        bye: () => this.#over({ by: 'peer', reason: 'The caller hung up before the call was established' }),
        // After our 2xx its ACK decides, or that none comes.
        lost: (end) => void (this.state === 'early' && this.#over(end)),
      },
      // Its transaction lives on for 64·T1, and would hold all of this.
      onClosed: () => {
        delete server.onCancel
        delete server.onFailed
      },
    })
    this.#usage.learn(server.request)
    this.#usage.offers.invite = 'theirs'
    this.#usage.offers.exchange = this.offer === undefined ? 'stable' : 'received'
    this.#reliable = this.#reliably()
    server.onCancel = (cancel) => this.#onCancel(cancel)
    server.onFailed = (why) =>
      this.#usage.finish({ by: 'transport', reason: `Our answer did not reach the peer: ${why}` })
    this.#limit()
  }

  get state(): Session['state'] {
    return this.#front.state
  }

  get dialogId(): string {
    return replacesValue(this.#usage.peer.dialog)
  }

  onEvent(listener: (event: SessionEvent) => void): void {
    this.#front.listen(listener)
  }

  progress(status: number, sdp?: string, headers: readonly SipHeader[] = []): void {
    if (this.state !== 'early' || this.#postponed || status <= 100 || status > 199) return
    this.#again?.cancel()
    this.#again = this.#options.stack.clock.timer(provisionalEvery, () => this.progress(status, sdp, headers))
    const { server } = this.#options
    const reliable = this.#reliable
    if (!reliable) {
      // Unreliable: what stands in it is a foretaste of the answer, and an offer may not come so (RFC 3261 §13.2.1).
      const foretaste = this.offer !== undefined && sdp !== undefined ? { sdp } : {}
      return this.#usage.respond(server, status, { headers, ...foretaste })
    }
    const describes = sdp !== undefined && !this.#described
    if (describes) this.#describe(sdp)
    reliable.send(this.#usage.response(server, status, { headers, ...(describes && { sdp }) }))
  }

  accept(sdp: string, headers: readonly SipHeader[] = []): void {
    if (this.state !== 'early' || this.#postponed) return
    if (this.#reliable?.describing) {
      this.#again?.cancel()
      this.#postponed = () => this.accept(sdp, headers)
      return
    }
    this.#final()
    this.#front.state = 'answering'
    const { server, terms } = this.#options
    const offers = this.#usage.offers
    offers.invite = undefined
    const told = this.#described ? undefined : sdp
    if (told !== undefined) this.#describe(told)
    this.#usage.accept(server, terms, told, (ack) => this.#acknowledged(ack), headers)
  }

  refuse(
    status: number,
    options: { readonly reason?: string; readonly q850?: number; readonly headers?: readonly SipHeader[] } = {},
  ): void {
    if (this.state !== 'early' || status < 300 || status > 699) return
    const { reason, q850, headers = [] } = options
    const parts = {
      headers: [...reasonHeaders({ ...(q850 !== undefined && { q850 }) }), ...headers],
      ...(reason && { reason }),
    }
    this.#refuse(status, parts)
    this.#usage.finish({
      by: 'us',
      status,
      reason: reason ?? `We refused the call with ${status}`,
      ...(q850 !== undefined && { q850 }),
    })
  }

  reoffer(sdp: string, how?: 'invite' | 'update'): Promise<string> {
    return this.#usage.offers.offer(sdp, how === undefined ? undefined : how === 'invite' ? 'INVITE' : 'UPDATE')
  }

  info(contentType: string, body: string): Promise<number> {
    return this.#usage.info(contentType, body)
  }

  refer(to: string, options?: { readonly referredBy?: string; readonly replaces?: string }): Promise<number> {
    return this.#usage.transfers.refer(to, options)
  }

  end(why: Why = {}): void {
    switch (this.state) {
      case 'early':
        return this.refuse(why.status !== undefined && why.status >= 300 ? why.status : 480, {
          ...(why.reason !== undefined && { reason: why.reason }),
          ...(why.q850 !== undefined && { q850: why.q850 }),
        })
      case 'answering':
        // Not before its ACK, or 64·T1 (§15).
        this.#hangup = why
        this.#front.state = 'ending'
        return
      case 'established':
        return this.#usage.hangUp(why)
      default:
    }
  }

  #reliably(): ReliableProvisionals | undefined {
    const { stack, server, capabilities } = this.#options
    if (!capabilities.reliable || !supports100rel(server.request)) return undefined
    const { clock, times, random } = stack
    const lost = () => {
      this.#refuse(504, { reason: 'No PRACK' })
      const reason = 'The peer never acknowledged our provisional response (no PRACK within 64·T1, RFC 3262 §3)'
      this.#usage.finish({ by: 'timeout', status: 504, reason })
    }
    return new ReliableProvisionals({ clock, times, random, send: (response) => server.respond(response), lost })
  }

  /** §13.3.1: the caller may say how long it waits. */
  #limit(): void {
    const seconds = Number(/^\d{1,9}$/.exec(header(this.request, 'expires')?.trim() ?? '')?.[0] ?? 0)
    if (seconds === 0) return
    this.#expires = this.#options.stack.clock.timer(seconds * 1000, () => {
      this.#refuse(487)
      this.#usage.finish({ by: 'timeout', status: 487, reason: `The caller waited no longer than ${seconds} seconds` })
    })
  }

  /** Our answer, or our offer where the INVITE had none. */
  #describe(sdp: string): void {
    const offers = this.#usage.offers
    this.#described = true
    offers.local = sdp
    offers.exchange = this.offer === undefined ? 'sent' : 'stable'
  }

  #acknowledged(ack: SipRequest): void {
    const { offers, peer } = this.#usage
    const sdp = offers.exchange === 'sent' ? sdpOf(ack) : undefined
    const unanswered = offers.exchange === 'sent' && sdp === undefined
    offers.exchange = 'stable'
    const wanted = this.#hangup
    this.#usage.establish()
    if (wanted) return this.#usage.hangUp(wanted)
    if (unanswered) {
      const reason = 'The peer acknowledged our 200 without answering the offer in it'
      return this.#usage.bye({ status: 488, reason: 'No Answer In ACK' }, { by: 'us', reason })
    }
    this.#front.tell({ type: 'established', tag: peer.dialog.remoteTag, ...(sdp !== undefined && { sdp }) })
    this.replaces?.end({ reason: 'Replaced' })
  }

  #onPrack(server: ServerTransaction): void {
    const known = this.#reliable?.prack(server.request, cseqOf(this.request).number) ?? false
    if (!known) return this.#usage.respond(server, 481)
    const sdp = sdpOf(server.request)
    const { offers } = this.#usage
    if (offers.exchange === 'sent') {
      offers.exchange = 'stable'
      if (sdp !== undefined) this.#front.tell({ type: 'answered', sdp })
    } else if (sdp !== undefined && this.state === 'early') return offers.onPrack(server, () => this.#continue())
    this.#usage.respond(server, 200)
    offers.begun ||= this.#described
    offers.pump()
    this.#continue()
  }

  #continue(): void {
    const postponed = this.#postponed
    if (!postponed || this.#reliable?.describing) return
    this.#postponed = undefined
    postponed()
  }

  #onCancel(cancel: SipRequest): void {
    if (this.state !== 'early') return
    this.#refuse(487)
    const { q850, text } = reasonOf(cancel)
    const reason = text ? `The caller gave up: ${text}` : 'The caller gave up before the call was answered'
    this.#usage.finish({ by: 'peer', status: 487, reason, ...(q850 !== undefined && { q850 }) })
  }

  /** Before the 2xx the INVITE is still to be answered; after it, only its ACK is missing. */
  #over(end: SessionEnd): void {
    if (this.state === 'early') this.#refuse(487)
    this.#usage.finish(end)
  }

  #refuse(status: number, parts: { readonly reason?: string; readonly headers?: readonly SipHeader[] } = {}): void {
    this.#final()
    this.#usage.respond(this.#options.server, status, parts)
  }

  #final(): void {
    this.#again?.cancel()
    this.#expires?.cancel()
    this.#reliable?.stop()
  }
}
