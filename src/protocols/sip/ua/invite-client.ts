/** An INVITE of ours, from the first try to the ACK of its 2xx: forks, challenges, early media, CANCEL (RFC 3261 §13.2, §9.1; RFC 3262 §4). */
import { confirmed, type Dialog, dialogAsCaller } from '../dialog/dialog.ts'
import { withHeader } from '../message/headers.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { formatNameAddr, tagOf, withTag } from '../message/name-addr.ts'
import { cseqOf, toOf } from '../message/read.ts'
import { parseUri } from '../message/uri.ts'
import type { Flow } from '../transport/contract.ts'
import { OffhookError } from '../../../spec/errors.ts'
import { sdpOf } from './body.ts'
import type { Capabilities } from './capabilities.ts'
import type { InviteOptions, OutgoingSession, Session, SessionEnd, SessionEvent } from './contract.ts'
import { Authorizer, isChallenge } from './credentials.ts'
import { Front } from './front.ts'
import { type Offers, sdpContent } from './offers.ts'
import { Peer, type PeerOptions } from './peer.ts'
import { buildInvite, readAddress } from './invite-request.ts'
import { reasonHeaders, type Why } from './reason.ts'
import { refusalEnd } from './refusal.ts'
import { ReliableOrder } from './reliable.ts'
import { replacesValue } from './replaces.ts'
import { asking, minimumOf, settled, type Wish } from './session-timer.ts'
import type { Handle, Stack } from './stack.ts'
import { Usage } from './usage.ts'

/** One early dialog: forks of a call each have theirs, with its own order of reliable responses and its own answer. */
interface Branch {
  readonly tag: string
  readonly usage: Usage
  readonly order: ReliableOrder
  /** The answer, where a reliable response brought it. */
  answer?: string
}

const most = { tries: 6, branches: 12 } as const

export class OutgoingInvite implements OutgoingSession {
  readonly direction = 'outgoing'
  readonly callId: string
  readonly #stack: Stack
  readonly #capabilities: Capabilities
  readonly #options: InviteOptions
  readonly #authorizer: Authorizer
  readonly #front: Front
  readonly #from: string
  readonly #to: string
  readonly #user: string | undefined
  readonly #branches = new Map<string, Branch>()
  /** Branches whose 2xx nobody waited for, by tag: told BYE once, and ACK as often as they ask. */
  readonly #declined = new Map<string, Peer>()
  #wish: Wish
  #cseq: number
  #tries = 0
  #handle: Handle | undefined
  #winner: Branch | undefined
  #hangup: Why | undefined
  #flow: Flow | undefined

  constructor(stack: Stack, capabilities: Capabilities, options: InviteOptions) {
    this.#stack = stack
    this.#capabilities = capabilities
    this.#options = options
    this.callId = options.callId ?? stack.random(16)
    this.#cseq = 1 + (Number.parseInt(stack.random(2), 16) >>> 2)
    this.#authorizer = new Authorizer(options.credentials, stack.random)
    this.#front = new Front('calling', stack.options.onError)
    this.#wish = { interval: options.sessionExpires ?? 1800, minimum: stack.options.minSessionExpires ?? 90 }
    const from = readAddress('From', options.from)
    this.#from = formatNameAddr(withTag(from, stack.random(8)))
    this.#to = formatNameAddr(readAddress('To', options.to))
    const uri = parseUri(from.uri)
    this.#user = uri && 'user' in uri ? uri.user : undefined
    this.#send()
  }

  get state(): Session['state'] {
    return this.#front.state
  }

  get flow(): Flow | undefined {
    return this.#winner?.usage.peer.flow ?? this.#flow
  }

  get dialogId(): string | undefined {
    return this.#winner && replacesValue(this.#winner.usage.peer.dialog)
  }

  onEvent(listener: (event: SessionEvent) => void): void {
    this.#front.listen(listener)
  }

  reoffer(sdp: string, how?: 'invite' | 'update'): Promise<string> {
    const usage = this.#winner?.usage ?? [...this.#branches.values()].at(-1)?.usage
    if (!usage)
      return Promise.reject(
        new OffhookError('call.state', 'The call was not answered yet: there is nobody to offer to'),
      )
    return usage.offers.offer(sdp, how === undefined ? undefined : how === 'invite' ? 'INVITE' : 'UPDATE')
  }

  info(contentType: string, body: string): Promise<number> {
    return this.#winner?.usage.info(contentType, body) ?? Promise.resolve(481)
  }

  refer(to: string, options?: { readonly referredBy?: string; readonly replaces?: string }): Promise<number> {
    return this.#winner?.usage.transfers.refer(to, options) ?? Promise.resolve(481)
  }

  end(why: Why = {}): void {
    if (this.#front.ended || this.state === 'ending') return
    if (this.#winner) return this.#winner.usage.hangUp(why)
    this.#hangup = why
    this.#front.state = 'ending'
    if (this.#handle?.cancel(reasonHeaders(why)) === true) return
    this.#handle?.stop()
    this.#finish({ by: 'us', reason: why.reason ?? 'We gave up before anything was sent' })
  }

  /** One try: the first, with credentials, with a longer interval. Its branches are its own. */
  #send(): void {
    const { uri, proxy, listener } = this.#options
    this.#tries++
    for (const { usage } of this.#branches.values()) usage.close('The call is tried again')
    this.#branches.clear()
    const able = [...this.#capabilities.all, ...asking(this.#wish)]
    const numbered = { from: this.#from, to: this.#to, callId: this.callId, cseq: this.#cseq++ }
    const invite = this.#authorizer.prove(buildInvite(this.#options, numbered, able))
    this.#handle = this.#stack.request(
      {
        next: proxy ?? uri,
        build: (flow) => withHeader(invite, 'Contact', this.#contact(flow)),
        ...(listener !== undefined && { listener }),
      },
      {
        onResponse: (response, flow, sent) => this.#onResponse(response, flow, sent),
        onFailed: (kind, why) => this.#onFailed(kind, why),
      },
    )
  }

  #contact(flow: Flow): string {
    return this.#stack.contact(flow, this.#user)
  }

  #onResponse(response: SipResponse, flow: Flow, sent: SipRequest): void {
    this.#flow = flow
    if (response.status <= 100) return
    if (response.status < 200) return this.#onProvisional(response, flow, sent)
    if (response.status < 300) return this.#onAccepted(response, flow, sent)
    this.#onRefused(response, sent)
  }

  #onProvisional(response: SipResponse, flow: Flow, sent: SipRequest): void {
    if (this.#front.ended || this.#hangup || this.#winner) return
    const tag = tagOf(toOf(response)) ?? ''
    const branch = this.#branch(tag, response, flow, sent)
    const rseq = branch?.order.take(response)
    const first = rseq !== undefined && branch?.answer === undefined
    const sdp = sdpOf(response)
    if (branch && rseq !== undefined) this.#acknowledge(branch, rseq, sdp, sent)
    this.#front.state = 'early'
    const { status, reason } = response
    // An offer in there was told as one.
    const early = sdp !== undefined && (this.#options.offer !== undefined || !first) ? { sdp } : {}
    this.#front.tell({ type: 'progress', status, reason, tag, ...early, response })
  }

  /** PRACK, with our answer where the response offered (RFC 3262 §5). */
  #acknowledge(branch: Branch, rseq: number, sdp: string | undefined, sent: SipRequest): void {
    const { peer, offers } = branch.usage
    const rack = { name: 'RAck', value: `${rseq} ${cseqOf(sent).number} INVITE` }
    const prack = (answer?: string) => {
      const content = answer === undefined ? {} : { content: sdpContent(answer) }
      peer.send('PRACK', { headers: [rack], ...content }, () => this.#begun(offers))
    }
    if (sdp === undefined || branch.answer !== undefined) return prack()
    branch.answer = sdp
    offers.exchange = 'stable'
    if (this.#options.offer !== undefined) return prack()
    offers.exchange = 'received'
    let open = true
    const respond = (answer: string | { readonly status: number }): void => {
      if (!open) return
      open = false
      offers.exchange = 'stable'
      if (typeof answer !== 'string') {
        prack()
        return this.end({ reason: 'The offer of the peer was not acceptable' })
      }
      offers.local = answer
      prack(answer)
    }
    this.#front.tell({ type: 'offered', sdp, respond })
  }

  /** The PRACK of a description went through: UPDATE may come now. */
  #begun(offers: Offers): void {
    offers.begun = offers.exchange === 'stable' && offers.local !== undefined
    offers.pump()
  }

  #branch(tag: string, response: SipResponse, flow: Flow, sent: SipRequest): Branch | undefined {
    if (tag === '' && response.status < 200) return undefined
    const known = this.#branches.get(tag)
    if (known) {
      known.usage.peer.flow = flow
      return known
    }
    if (this.#branches.size >= most.branches) return undefined
    const usage = new Usage({
      ...this.#peerOptions(dialogAsCaller(sent, response), flow),
      capabilities: this.#capabilities,
      wish: this.#wish,
      session: this,
      front: this.#front,
      early: { bye: () => this.#onEarlyBye(), lost: () => {} },
    })
    usage.learn(response)
    usage.offers.invite = 'ours'
    usage.offers.local = this.#options.offer
    usage.offers.exchange = this.#options.offer === undefined ? 'stable' : 'sent'
    const branch: Branch = { tag, usage, order: new ReliableOrder() }
    this.#branches.set(tag, branch)
    return branch
  }

  #peerOptions(dialog: Dialog, flow: Flow): Omit<PeerOptions, 'lost'> {
    return { stack: this.#stack, dialog, flow, authorizer: this.#authorizer, user: this.#user }
  }

  #onAccepted(response: SipResponse, flow: Flow, sent: SipRequest): void {
    const tag = tagOf(toOf(response)) ?? ''
    if (this.#winner?.tag === tag) return this.#winner.usage.onStray(response)
    const branch =
      this.#winner || this.#front.ended || this.#hangup ? undefined : this.#branch(tag, response, flow, sent)
    if (!branch) return this.#decline(tag, response, flow, sent)
    this.#winner = branch
    for (const other of this.#branches.values()) if (other !== branch) other.usage.close('Another branch answered')
    const { usage } = branch
    usage.peer.dialog = confirmed(usage.peer.dialog, response)
    usage.peer.flow = flow
    usage.learn(response)
    usage.offers.invite = undefined
    this.#take(branch, response, sent)
  }

  /** Its 2xx was lost on the way, and it waited long enough for our ACK. */
  #onEarlyBye(): void {
    this.#handle?.cancel()
    this.#finish({ by: 'peer', reason: 'The peer hung up before its answer reached us' })
  }

  /** Offer and answer end here: the answer of the 2xx, or our answer to its offer, in the ACK. */
  #take({ usage, tag, answer }: Branch, response: SipResponse, sent: SipRequest): void {
    const { number } = cseqOf(response)
    const sdp = answer ?? sdpOf(response)
    const establish = (ours: string | undefined, theirs: string | undefined): void => {
      usage.acknowledged(number, sent, ours)
      usage.offers.exchange = 'stable'
      usage.timer.restart(settled(response))
      usage.establish()
      this.#front.tell({ type: 'established', tag, ...(theirs !== undefined && { sdp: theirs }) })
    }
    if (sdp === undefined) {
      usage.acknowledged(number, sent)
      const reason = 'The peer answered the call without a session description'
      return usage.bye({ status: 488, reason: 'No Session Description' }, { by: 'us', reason })
    }
    if (this.#options.offer !== undefined) return establish(undefined, sdp)
    if (answer !== undefined) return establish(undefined, undefined)
    usage.offers.exchange = 'received'
    let open = true
    const respond = (ours: string | { readonly status: number }): void => {
      if (!open || this.#front.ended) return
      open = false
      if (typeof ours === 'string') {
        usage.offers.local = ours
        return establish(ours, undefined)
      }
      usage.acknowledged(number, sent)
      const reason = 'The offer of the peer was not acceptable'
      usage.bye({ status: ours.status, reason: 'Not Acceptable' }, { by: 'us', status: ours.status, reason })
    }
    usage.beforeAck = () => usage.acknowledged(number, sent)
    if (!this.#front.tell({ type: 'offered', sdp, respond })) respond({ status: 488 })
  }

  /** A 2xx that nobody waits for any more: a fork, or one that crossed our CANCEL. ACK, and BYE (§13.2.2.4, §9.1). */
  #decline(tag: string, response: SipResponse, flow: Flow, sent: SipRequest): void {
    const known = this.#declined.get(tag)
    const peer = known ?? this.#branches.get(tag)?.usage.peer ?? this.#stranger(response, flow, sent)
    peer.ack(sent, cseqOf(response).number)
    if (known) return
    this.#declined.set(tag, peer)
    const why = this.#hangup ?? { status: 200, reason: 'Call completed elsewhere' }
    peer.send('BYE', { headers: reasonHeaders(why) }, () => {})
    if (this.#hangup) this.#cancelled()
  }

  #stranger(response: SipResponse, flow: Flow, sent: SipRequest): Peer {
    const dialog = confirmed(dialogAsCaller(sent, response), response)
    return new Peer({ ...this.#peerOptions(dialog, flow), lost: () => {} })
  }

  #onRefused(response: SipResponse, sent: SipRequest): void {
    if (this.#front.ended) return
    if (this.#hangup) return this.#cancelled()
    let why: string | undefined
    if (this.#tries < most.tries) {
      if (isChallenge(response)) {
        why = this.#authorizer.answer(response, sent)
        if (why === undefined) return this.#send()
      }
      if (response.status === 422 && minimumOf(response) > this.#wish.minimum) {
        this.#wish = { ...this.#wish, minimum: minimumOf(response) }
        return this.#send()
      }
    }
    this.#finish(refusalEnd(response, why))
  }

  #onFailed(kind: 'timeout' | 'transport' | 'resting', why: string): void {
    if (this.#front.ended || this.#winner) return
    if (this.#hangup) return this.#cancelled()
    const by = kind === 'timeout' ? 'timeout' : 'transport'
    this.#finish({ by, status: kind === 'timeout' ? 408 : 503, reason: why })
  }

  #cancelled(): void {
    const { reason = 'We gave up before the call was answered', q850 } = this.#hangup ?? {}
    this.#finish({ by: 'us', status: 487, reason, ...(q850 !== undefined && { q850 }) })
  }

  #finish(end: SessionEnd): void {
    for (const { usage } of this.#branches.values()) usage.close(end.reason)
    this.#front.end(end)
  }
}
