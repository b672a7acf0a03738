/** An INVITE usage (RFC 5057 §3.1): what a session is within one dialog, early or confirmed, whoever called. */
import { type DialogId, received, retargeted } from '../dialog/dialog.ts'
import { responseTo } from '../message/build.ts'
import { headerTokens } from '../message/headers.ts'
import type { SipHeader, SipMessage, SipRequest, SipResponse } from '../message/message.ts'
import { cseqOf } from '../message/read.ts'
import type { ServerTransaction } from '../transaction/contract.ts'
import { type Repeated, repeat } from './accepted.ts'
import type { Capabilities } from './capabilities.ts'
import type { Session, SessionEnd } from './contract.ts'
import type { Front } from './front.ts'
import { answerInfo } from './info.ts'
import { Offers, sdpContent } from './offers.ts'
import { type Outcome, Peer, type PeerOptions } from './peer.ts'
import { type Why, reasonHeaders, reasonOf } from './reason.ts'
import { Transfers } from './refer.ts'
import { type Granted, SessionTimer, type Wish } from './session-timer.ts'
import type { Receiver, Stack } from './stack.ts'

export interface UsageOptions extends Omit<PeerOptions, 'lost'> {
  readonly session: Session
  readonly front: Front
  readonly capabilities: Capabilities
  readonly wish: Wish
  /** PRACK, where provisional responses of ours may wait for one. */
  readonly onPrack?: (server: ServerTransaction) => void
  /** Before the session was established, its INVITE is there to be dealt with too. */
  readonly early: {
    /** BYE (§15.1.2). */
    bye(): void
    /** A request of ours found no dialog. */
    lost(end: SessionEnd): void
  }
  /** It is over, and need not be held any longer. */
  readonly onClosed?: () => void
}

export class Usage implements Receiver {
  readonly stack: Stack
  readonly session: Session
  readonly front: Front
  readonly capabilities: Capabilities
  readonly peer: Peer
  readonly offers: Offers
  readonly timer: SessionTimer
  readonly transfers: Transfers
  wish: Wish
  established = false
  /** The ACK of a 2xx whose offer is being thought about: whoever hangs up meanwhile sends it first. */
  beforeAck: (() => void) | undefined
  readonly #options: UsageOptions
  readonly #id: DialogId
  readonly #unacknowledged = new Map<
    number,
    { readonly repeated: Repeated; readonly acked: (ack: SipRequest) => void }
  >()
  readonly #answers = new Map<number, () => void>()
  #allowed: ReadonlySet<string> | undefined
  readonly #forbidden = new Set<string>()

  constructor(options: UsageOptions) {
    this.#options = options
    this.stack = options.stack
    this.session = options.session
    this.front = options.front
    this.capabilities = options.capabilities
    this.wish = options.wish
    this.peer = new Peer({ ...options, lost: (outcome) => this.#lost(outcome) })
    this.offers = new Offers(this)
    this.transfers = new Transfers(this)
    const expired = ({ interval }: { readonly interval: number }) => {
      const reason = `Nobody refreshed the session within its ${interval} seconds (RFC 4028)`
      this.bye({ status: 408, reason: 'Session timer expired' }, { by: 'timeout', reason })
    }
    this.timer = new SessionTimer(this.stack.clock, () => this.offers.refresh(), expired)
    this.#id = options.dialog
    this.stack.enter(this.#id, this)
  }

  get unacknowledged(): boolean {
    return this.#unacknowledged.size > 0
  }

  /** What the peer's last Allow says; without one, nothing beyond INVITE is known. */
  allows(method: string): boolean {
    return this.#allowed?.has(method) === true && !this.#forbidden.has(method)
  }

  forbid(method: string): void {
    this.#forbidden.add(method)
  }

  /** Capabilities that a message of the peer tells. */
  learn(message: SipMessage): void {
    const allowed = headerTokens(message, 'allow')
    if (allowed.length > 0) this.#allowed = new Set(allowed.map((method) => method.toUpperCase()))
  }

  onRequest(server: ServerTransaction): void {
    const { request } = server
    const next = received(this.peer.dialog, request)
    if (next === 'out-of-order') return this.respond(server, 500, { reason: 'CSeq Out Of Order' })
    this.peer.dialog = next
    this.peer.flow = server.flow
    const refusal = this.capabilities.refusal(request)
    if (refusal) return this.respond(server, refusal.status, refusal)
    this.learn(request)
    this.#dispatch(server)
  }

  #dispatch(server: ServerTransaction): void {
    switch (server.request.method) {
      case 'INVITE':
      case 'UPDATE':
        return this.offers.onOffer(server)
      case 'BYE':
        return this.#bye(server)
      case 'INFO':
        return answerInfo(this, server)
      case 'REFER':
        return this.transfers.onRefer(server)
      case 'NOTIFY':
        return this.transfers.onNotify(server)
      case 'PRACK':
        return this.#options.onPrack ? this.#options.onPrack(server) : this.respond(server, 481)
      case 'OPTIONS':
        return this.respond(server, 200, { headers: this.capabilities.all })
      default:
        return this.#other(server)
    }
  }

  /** Methods that our user answers, also when they come within a dialog. */
  #other(server: ServerTransaction): void {
    const answer = Promise.resolve(this.stack.options.onRequest?.(server.request, server.flow))
    answer.then(
      (answer) => this.respond(server, answer?.status ?? 405, answer),
      (error: unknown) => {
        this.stack.options.onError?.(error)
        this.respond(server, 500)
      },
    )
  }

  #bye(server: ServerTransaction): void {
    this.respond(server, 200)
    if (!this.established) return this.#options.early.bye()
    const { q850, text } = reasonOf(server.request)
    const reason = text ? `The peer hung up: ${text}` : 'The peer hung up'
    this.finish({ by: 'peer', reason, ...(q850 !== undefined && { q850 }) })
  }

  onAck(ack: SipRequest): void {
    const { number } = cseqOf(ack)
    const waiting = this.#unacknowledged.get(number)
    if (!waiting) return
    this.#unacknowledged.delete(number)
    waiting.repeated.stop()
    waiting.acked(ack)
    this.offers.pump()
  }

  /** A 2xx whose transaction is over, again: its ACK was lost. */
  onStray(response: SipResponse): void {
    this.#answers.get(cseqOf(response).number)?.()
  }

  onClosed(): void {
    this.finish({ by: 'us', reason: 'The user agent closed' })
  }

  /** ACK at once, and to every repeat. */
  acknowledge({ response, sent, flow }: Outcome): void {
    if (flow) this.peer.flow = flow
    this.acknowledged(cseqOf(response).number, sent)
  }

  acknowledged(cseq: number, invite: SipRequest, answer?: string): void {
    this.beforeAck = undefined
    const again = () => this.peer.ack(invite, cseq, answer === undefined ? undefined : sdpContent(answer))
    // Only the last one can still be asked for: an older INVITE is over before the next begins.
    this.#answers.clear()
    this.#answers.set(cseq, again)
    again()
  }

  /** 200 with what was granted; of INVITE, repeated until `acked`. */
  accept(
    server: ServerTransaction,
    terms: Extract<Granted, { ok: true }>,
    sdp?: string,
    acked: (ack: SipRequest) => void = () => {},
    headers: readonly SipHeader[] = [],
  ): void {
    this.peer.dialog = retargeted(this.peer.dialog, server.request)
    this.timer.restart(terms.terms)
    const parts = {
      headers: [...this.capabilities.headers, ...terms.headers, ...headers],
      ...(sdp !== undefined && { sdp }),
    }
    if (server.request.method !== 'INVITE') return this.respond(server, 200, parts)
    const response = this.response(server, 200, parts)
    const lost = () => {
      this.#unacknowledged.delete(cseqOf(response).number)
      const reason = 'The peer never acknowledged our 200 (no ACK within 64·T1, RFC 3261 §13.3.1.4)'
      this.bye({ status: 408, reason: 'ACK timeout' }, { by: 'timeout', reason })
    }
    const { times, clock } = this.stack
    const repeated = repeat(clock, { times, most: times.t2 }, () => server.respond(response), lost)
    this.#unacknowledged.set(cseqOf(response).number, { repeated, acked })
  }

  respond(server: ServerTransaction, status: number, parts: Parts = {}): void {
    server.respond(this.response(server, status, parts))
  }

  response(server: ServerTransaction, status: number, parts: Parts = {}): SipResponse {
    const { request } = server
    const headers: SipHeader[] = [{ name: 'Server', value: this.stack.options.product }]
    if (status < 300 && status > 100 && /^(INVITE|UPDATE|REFER)$/.test(request.method)) {
      headers.push({ name: 'Contact', value: this.peer.contact(server.flow) })
    }
    headers.push(...(parts.headers ?? []))
    const body = parts.sdp === undefined ? parts.body : Buffer.from(parts.sdp)
    if (parts.sdp !== undefined) headers.push({ name: 'Content-Type', value: 'application/sdp' })
    return responseTo(request, status, {
      toTag: this.#id.localTag,
      headers,
      ...(parts.reason !== undefined && { reason: parts.reason }),
      ...(body && { body }),
    })
  }

  establish(): void {
    this.established = true
    this.beforeAck = undefined
    this.peer.dialog = { ...this.peer.dialog, confirmed: true }
    this.front.state = 'established'
    this.transfers.onEstablished()
    this.offers.pump()
  }

  info(contentType: string, body: string): Promise<number> {
    const content = { type: contentType, body: Buffer.from(body) }
    return new Promise((resolve) => {
      this.peer.send('INFO', { content }, ({ response }) => resolve(response.status))
    })
  }

  hangUp(why: Why): void {
    const { reason = 'We hung up', q850 } = why
    this.bye(why, { by: 'us', reason, ...(q850 !== undefined && { q850 }) })
  }

  /** BYE, without waiting for what becomes of it (§15.1.1). */
  bye(why: Why, end: SessionEnd): void {
    if (this.front.ended) return
    this.beforeAck?.()
    this.peer.send('BYE', { headers: reasonHeaders(why) }, () => {})
    this.finish(end)
  }

  /** What there was goes; then the end is told. */
  finish(end: SessionEnd): void {
    if (this.front.ended) return
    this.close(end.reason)
    this.front.end(end)
  }

  /** Without a word to the peer: forks that lost, and a stack that closes. */
  close(why: string): void {
    this.stack.leave(this.#id, this)
    this.timer.stop()
    for (const { repeated } of this.#unacknowledged.values()) repeated.stop()
    this.#unacknowledged.clear()
    this.transfers.close()
    this.offers.close(why)
    this.#options.onClosed?.()
  }

  #lost({ response, sent, local }: Outcome): void {
    const why = local?.why ?? `it answered ${response.status} ${response.reason}`
    const reason = `The peer lost the call (${sent.method}: ${why})`
    const end: SessionEnd = { by: local ? local.kind : 'peer', status: response.status, reason, response }
    if (this.established) this.finish(end)
    // What overtook our responses found no dialog yet; UPDATE comes only when the peer is known to have one.
    else if (sent.method === 'UPDATE') this.#options.early.lost(end)
  }
}

interface Parts {
  readonly headers?: readonly SipHeader[]
  readonly reason?: string
  readonly sdp?: string
  readonly body?: Uint8Array
}
