/** The transaction layer: every message finds its transaction, or becomes one (RFC 3261 §17, §18). */
import { createHash } from 'node:crypto'
import { responseTo, type ResponseParts } from '../message/build.ts'
import { headerValues } from '../message/headers.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { tagOf } from '../message/name-addr.ts'
import { cseqOf, topVia, toOf } from '../message/read.ts'
import type { Answer, Flow, Standing } from '../transport/contract.ts'
import { keepAlive, type KeepAliveOptions } from '../transport/keep-alive.ts'
import { openReply } from '../transport/reply.ts'
import { openTransport, type Transport } from '../transport/transport.ts'
import type { Attempt, Clients } from './attempt.ts'
import type {
  Alive,
  ClientTransaction,
  ClientUser,
  RequestOptions,
  Transactions,
  TransactionsOptions,
} from './contract.ts'
import { Dispatch, waysOf } from './dispatch.ts'
import { Incoming } from './incoming.ts'
import { Crowd, defaultLimits } from './crowd.ts'
import { mergeKey, responseKey, sentBy, serverKey } from './match.ts'
import { Outgoing } from './outgoing.ts'
import { Memory } from './rest.ts'
import { defaultTimes, type Times } from './times.ts'

export function createTransactions(options: TransactionsOptions): Transactions {
  return new Layer(options)
}

class Layer implements Transactions {
  readonly #options: TransactionsOptions
  readonly #times: Times
  readonly #count = { timers: 0 }
  readonly #attempts = new Map<string, Attempt>()
  readonly #outgoing = new Set<Outgoing>()
  readonly #incoming = new Map<string, Incoming>()
  /** Requests there is a transaction for already, whatever way they came (§8.2.2.2). */
  readonly #merged = new Set<string>()
  readonly #keepAlives = new Set<Disposable>()
  readonly #crowd: Crowd
  readonly #memory: Memory
  readonly #transport: Transport
  readonly #dispatch: Dispatch
  readonly #clients: Clients
  readonly #over = new AbortController()
  /** Tags of answers without state are the same for a request that comes again (§8.2.7). */
  readonly #secret: string

  constructor(options: TransactionsOptions) {
    const { clock, random, wire } = options
    this.#options = options
    this.#times = { ...defaultTimes, ...options.times }
    this.#secret = random(16)
    this.#crowd = new Crowd({ ...defaultLimits, ...options.limits })
    this.#memory = new Memory(clock)
    this.#transport = openTransport({
      ...{ clock, random, wire, onMessage: options.onMessage },
      standing: options.standing ?? (() => 'known'),
      onRequest: (request, flow, standing) => this.#asked(request, flow, standing),
      onResponse: (response, flow) => this.#answered(response, flow),
      onClosed: (flow, why) => this.#closed(flow, why),
    })
    const shared = { transport: this.#transport, times: this.#times, memory: this.#memory }
    this.#dispatch = new Dispatch({ ...shared, wire, random })
    this.#clients = { ...shared, count: this.#count, attempts: this.#attempts }
  }

  get alive(): Alive {
    const opening = [...this.#outgoing].filter((one) => one.opening).length
    return {
      clients: this.#attempts.size + opening,
      servers: this.#incoming.size,
      timers: this.#count.timers,
      streams: this.#transport.streams,
    }
  }

  request(request: RequestOptions, user: ClientUser): ClientTransaction {
    const onOver = () => void this.#outgoing.delete(outgoing)
    const shared = { clients: this.#clients, dispatch: this.#dispatch, memory: this.#memory }
    const outgoing = new Outgoing({ ...shared, onOver }, request, user)
    this.#outgoing.add(outgoing)
    outgoing.start()
    return outgoing
  }

  async send(options: RequestOptions): Promise<boolean> {
    for (const way of waysOf(options)) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- the next way is for when this one fails
        const { flow, request } = await this.#dispatch.open(way, options, this.#over.signal)
        if (this.#transport.send(flow, request)) return true
      } catch {
        // No way there: the next one may be.
      }
    }
    return false
  }

  keepAlive(flow: Flow, options: KeepAliveOptions): Disposable {
    const random = () => Number.parseInt(this.#options.random(2), 16) / 0x1_0000
    const forget = () => void this.#keepAlives.delete(keeping)
    const keeping = keepAlive(this.#transport, flow, { ...options, random, onEnded: forget })
    this.#keepAlives.add(keeping)
    return keeping
  }

  [Symbol.dispose](): void {
    if (this.#over.signal.aborted) return
    this.#over.abort(new Error('the SIP stack is closed'))
    for (const one of [...this.#outgoing, ...this.#attempts.values(), ...this.#incoming.values()]) one.stop()
    for (const keeping of this.#keepAlives) keeping[Symbol.dispose]()
    this.#keepAlives.clear()
    this.#transport[Symbol.dispose]()
  }

  #asked(request: SipRequest, flow: Flow, standing: Standing): void {
    const key = serverKey(request)
    const known = this.#incoming.get(key)
    if (request.method === 'ACK') {
      // One that a refusal was waiting for is used up; one to a 2xx has a branch of its own (§13.2.2.4).
      if (!known?.acknowledged(request, flow)) this.#options.onAck(request, flow)
    } else if (known) known.repeated()
    else if (request.method === 'CANCEL') this.#cancelled(request, flow, standing)
    else this.#arrived(key, request, flow, standing)
  }

  /** §9.2. Answered without state: while its INVITE lives a repeat gets the same answer. */
  #cancelled(cancel: SipRequest, flow: Flow, standing: Standing): void {
    const invite = this.#incoming.get(serverKey(cancel, 'INVITE'))
    if (!invite) return standing === 'known' ? this.#answer(cancel, flow, { status: 481 }) : undefined
    const tag = invite.response && tagOf(toOf(invite.response))
    this.#answer(cancel, flow, { status: 200 }, tag)
    invite.cancelled(cancel)
  }

  #arrived(key: string, request: SipRequest, flow: Flow, standing: Standing): void {
    const admission = this.#options.admit?.(request, flow) ?? { type: 'pass' }
    if (admission.type === 'drop') return
    if (admission.type === 'answer') return this.#answer(request, flow, admission)
    const merge = mergeKey(request)
    if (merge !== undefined && this.#merged.has(merge)) return this.#answer(request, flow, { status: 482 })
    if (!this.#crowd.enter(flow.remote.address)) return this.#turnAway(request, flow, standing)
    this.#begin(key, merge, request, flow)
  }

  #turnAway(request: SipRequest, flow: Flow, standing: Standing): void {
    if (standing !== 'known') return
    this.#answer(request, flow, { status: 503, headers: [{ name: 'Retry-After', value: '5' }] })
  }

  #begin(key: string, merge: string | undefined, request: SipRequest, flow: Flow): void {
    const reply = openReply(this.#transport, request, flow)
    if (!reply) return
    const incoming = new Incoming(request, flow, {
      ...{ clock: this.#options.clock, count: this.#count, times: this.#times, reply },
      onAck: (ack, from) => this.#options.onAck(ack, from),
      onAnswered: () => this.#crowd.leave(flow.remote.address),
      onEnded: () => {
        this.#incoming.delete(key)
        if (merge !== undefined) this.#merged.delete(merge)
      },
    })
    this.#incoming.set(key, incoming)
    if (merge !== undefined) this.#merged.add(merge)
    incoming.start()
    this.#options.onRequest(incoming)
  }

  /** Without a transaction (§8.2.7). */
  #answer(request: SipRequest, flow: Flow, { status, ...parts }: Answer, tag = this.#tagFor(request)): void {
    const response = responseTo(request, status, { ...parts, toTag: tag } satisfies ResponseParts)
    openReply(this.#transport, request, flow)?.send(response, () => undefined)
  }

  #tagFor(request: SipRequest): string {
    return createHash('sha256')
      .update(`${this.#secret} ${serverKey(request)}`)
      .digest('hex')
      .slice(0, 16)
  }

  #answered(response: SipResponse, flow: Flow): void {
    const attempt = this.#attempts.get(responseKey(response))
    // §18.1.2, §8.1.3.3: not sent by us, or gone astray on its way back.
    const astray = headerValues(response, 'via').length !== 1
    if (attempt && !astray && sentBy(topVia(response)) === sentBy(topVia(attempt.request)))
      return attempt.heard(response, flow)
    const success = response.status >= 200 && response.status < 300
    if (!attempt && success && cseqOf(response).method === 'INVITE') this.#options.onStray?.(response, flow)
  }

  #closed(flow: Flow, why: string): void {
    for (const attempt of this.#attempts.values()) if (attempt.flow.id === flow.id) attempt.broken(why)
  }
}
