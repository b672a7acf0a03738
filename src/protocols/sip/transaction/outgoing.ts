/** A request of ours over its targets: the next one, with a new branch, when one is silent, broken or unavailable (RFC 3263 §4.3). */
import type { Timer } from '../../../lib/clock.ts'
import type { SipHeader, SipRequest, SipResponse } from '../message/message.ts'
import { tagOf } from '../message/name-addr.ts'
import { toOf } from '../message/read.ts'
import type { Flow, Target } from '../transport/contract.ts'
import { Attempt, type Clients } from './attempt.ts'
import type { ClientTransaction, ClientUser, RequestOptions } from './contract.ts'
import { targetOf, waysOf, type Dispatch, type Ready, type Way } from './dispatch.ts'
import { cancelOf } from './requests.ts'
import type { Memory } from './rest.ts'
import { countedTimer } from './run.ts'
import { patience } from './times.ts'

export interface OutgoingOptions {
  readonly clients: Clients
  readonly dispatch: Dispatch
  readonly memory: Memory
  /** A final response came, or none ever will: once. What is left absorbs repeats by itself. */
  readonly onOver: () => void
}

type Failure = readonly [kind: Parameters<ClientUser['onFailed']>[0], why: string]

export class Outgoing implements ClientTransaction {
  readonly #options: OutgoingOptions
  readonly #request: RequestOptions
  readonly #user: ClientUser
  readonly #ways: Way[]
  readonly #stopped = new AbortController()
  /** The one that counts; earlier ones absorb their repeats unheard. */
  #attempt: Attempt | undefined
  /** Somebody there works on it: nobody else is asked any more. */
  #taken = false
  /** Headers of the CANCEL that is wanted. */
  #cancelling: readonly SipHeader[] | undefined
  #cancelled: Timer | undefined
  #failure: Failure | undefined
  #over = false

  constructor(options: OutgoingOptions, request: RequestOptions, user: ClientUser) {
    this.#options = options
    this.#request = request
    this.#user = user
    this.#ways = waysOf(request)
  }

  /** Nothing was sent yet: it waits for a connection. */
  get opening(): boolean {
    return this.#attempt === undefined
  }

  start(): void {
    void this.#next()
  }

  cancel(headers: readonly SipHeader[] = []): void {
    if (this.#over || this.#cancelling) return
    this.#cancelling = headers
    if (!this.#attempt) this.#fail(['transport', 'cancelled before it could be sent'])
    else if (this.#attempt.state === 'proceeding') this.#sendCancel(this.#attempt)
  }

  stop(): void {
    this.#finish()
    this.#attempt?.stop()
  }

  async #next(): Promise<void> {
    this.#attempt = undefined
    for (let way = this.#ways.shift(); way; way = this.#ways.shift()) {
      // oxlint-disable-next-line no-await-in-loop -- one way after the other is the point
      const ready = await this.#open(way)
      if (this.#over) return
      if (ready) return this.#try(ready)
    }
    this.#fail(this.#failure ?? ['transport', 'there is no target to send to'])
  }

  async #open(way: Way): Promise<Ready | undefined> {
    try {
      const ready = await this.#options.dispatch.open(way, this.#request, this.#stopped.signal)
      // Who asked to be left alone meant new things, not the end of a call that is up.
      const fresh = tagOf(toOf(ready.request)) === undefined
      if (!fresh || !this.#options.memory.rests(ready.target)) return ready
      this.#failure ??= ['resting', `${ready.target.address} asked to be left alone for a while (503 with Retry-After)`]
    } catch (error) {
      this.#failure = ['transport', error instanceof Error ? error.message : String(error)]
    }
    return undefined
  }

  #try({ request, flow, target }: Ready): void {
    const attempt = new Attempt(this.#options.clients, request, flow, {
      onResponse: (response, from) => attempt === this.#attempt && this.#heard(attempt, response, from, target),
      onFailed: (kind, why) => attempt === this.#attempt && this.#failed([kind, why]),
    })
    this.#attempt = attempt
    attempt.start()
  }

  #heard(attempt: Attempt, response: SipResponse, from: Flow, target: Target): void {
    if (response.status === 503) {
      this.#options.memory.unavailable(target, response)
      if (!this.#taken && !this.#cancelling && this.#ways.length > 0) return void this.#next()
    }
    if (response.status >= 200) this.#finish()
    else if (response.status > 100) this.#taken = true
    this.#user.onResponse(response, from, attempt.request)
    if (!this.#over) this.#sendCancel(attempt)
  }

  #failed(failure: Failure): void {
    this.#failure = failure
    if (this.#taken || this.#cancelling) this.#fail(failure)
    else void this.#next()
  }

  /** §9.1. Whoever never answers the INVITE afterwards is waited for 64·T1. */
  #sendCancel({ request, flow }: Attempt): void {
    if (this.#cancelled || !this.#cancelling) return
    const { clients } = this.#options
    this.#cancelled = countedTimer(clients.transport.clock, clients.count, patience(clients.times), () => {
      this.#attempt?.stop()
      this.#fail(['timeout', 'no final response to INVITE after its CANCEL'])
    })
    const cancel = cancelOf(request, this.#cancelling)
    this.#carry(cancel, flow, () => void this.#carryAnew(cancel, flow))
  }

  /** It takes the way of its INVITE: the same branch, and what becomes of it is heard from the INVITE. */
  #carry(cancel: SipRequest, flow: Flow, onLost: () => void): void {
    const onFailed = (kind: string) => kind === 'transport' && onLost()
    new Attempt(this.#options.clients, cancel, flow, { onResponse: () => undefined, onFailed }).start()
  }

  /** The connection is gone, and somebody still rings there. */
  async #carryAnew(cancel: SipRequest, flow: Flow): Promise<void> {
    const { transport, times } = this.#options.clients
    try {
      const anew = await transport.connect(targetOf(flow), { within: times.connect, signal: this.#stopped.signal })
      if (!this.#over) this.#carry(cancel, anew, () => undefined)
    } catch {
      // Then the INVITE ends by its own timer.
    }
  }

  #fail([kind, why]: Failure): void {
    if (this.#over) return
    this.#finish()
    this.#user.onFailed(kind, why)
  }

  #finish(): void {
    if (this.#over) return
    this.#over = true
    this.#cancelled?.cancel()
    if (!this.#attempt || this.#cancelling) this.#stopped.abort(new Error('stopped'))
    this.#options.onOver()
  }
}
