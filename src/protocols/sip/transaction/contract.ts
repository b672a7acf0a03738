/** Transactions as their user sees them (RFC 3261 §17 with RFC 6026): one request, and what is answered to it. */
import type { Clock } from '../../../lib/clock.ts'
import type { SipHeader, SipRequest, SipResponse } from '../message/message.ts'
import type { Admission, Flow, Seen, Standing, Target, Wire } from '../transport/contract.ts'
import type { KeepAliveOptions } from '../transport/keep-alive.ts'
import type { Times } from './times.ts'

export interface TransactionsOptions {
  readonly clock: Clock
  /** Unpredictable hexadecimal text of so many bytes. */
  readonly random: (bytes: number) => string
  readonly wire: Wire
  /**
   * A request that matches no transaction. Never an ACK (see `onAck`), never a CANCEL (it goes to its INVITE's `onCancel`;
   * one without is answered 481 here), never one merged on its way (482, §8.2.2.2).
   */
  readonly onRequest: (server: ServerTransaction) => void
  /** An ACK to a 2xx: its dialog is its user's to find. */
  readonly onAck: (ack: SipRequest, flow: Flow) => void
  /** A 2xx to an INVITE whose transaction is over. Whoever has its dialog sends the ACK again. */
  readonly onStray?: (response: SipResponse, flow: Flow) => void
  /** Before anything is read. Default: `known`. */
  readonly standing?: (flow: Flow) => Standing
  /** Asked for each request that matches no transaction, ACK and CANCEL excepted. What it answers is answered without state (§8.2.7). */
  readonly admit?: (request: SipRequest, flow: Flow) => Admission
  readonly onMessage?: (entry: Seen) => void
  readonly limits?: Partial<TransactionLimits>
  readonly times?: Partial<Times>
}

/** Above them requests get 503 with Retry-After when `known`, silence otherwise. */
export interface TransactionLimits {
  /** Server transactions that await their final response, of all peers. */
  readonly transactions: number
  /** The same, of one address. */
  readonly transactionsPerSource: number
}

export interface ServerTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  /**
   * `response` comes from `responseTo(request, …)`. Late ones change nothing. 2xx to INVITE are repeated by the user, who calls this again
   * until their ACK (§13.3.1.4).
   */
  respond(response: SipResponse): void
  /** INVITE only: a CANCEL came before a final response; it was answered 200 here, the INVITE is the user's to answer (487). */
  onCancel?: (cancel: SipRequest) => void
  /** A refusal was never acknowledged (Timer H), or the response cannot be sent. */
  onFailed?: (why: string) => void
}

export interface ClientUser {
  /**
   * Every provisional and the final response; of INVITE each further 2xx too (repeats and forks). 503 only from the last target.
   * `sent`: the request as it went out, Via included, for ACK and authentication.
   */
  readonly onResponse: (response: SipResponse, flow: Flow, sent: SipRequest) => void
  /**
   * No target gave a final response: behave as at 408 (`timeout`) or 503 (`transport`; `resting`: every target asked us to stay away
   * with Retry-After, nothing was sent), §8.1.3.1. Nothing comes after it.
   */
  readonly onFailed: (kind: 'timeout' | 'transport' | 'resting', why: string) => void
}

export interface ClientTransaction {
  /** INVITE: CANCEL, as soon as a provisional allows it (§9.1). Its user then sees 487, a 2xx that crossed it, or `timeout` after 64·T1. */
  cancel(headers?: readonly SipHeader[]): void
  /** Ends it without a word to anybody. */
  stop(): void
}

export interface RequestOptions {
  /** Called for each try, so that Contact carries the address of the listener in use. Via is put on top here, and Max-Forwards if absent. */
  readonly build: (flow: Flow) => SipRequest
  /** Best first. The next one is tried, with a new branch, on timeout, transport error and 503 (RFC 3263 §4.3). */
  readonly targets: readonly Target[]
  /** Tried before any target, while it lasts: the connection of a dialog or registration (RFC 5626). */
  readonly flow?: Flow
  /** From which of our listeners. */
  readonly listener?: string
}

export interface Transactions extends Disposable {
  request(options: RequestOptions, user: ClientUser): ClientTransaction
  /** Without a transaction, with a Via of a new branch: ACK to a 2xx. False in the end: it could not be sent. */
  send(options: RequestOptions): Promise<boolean>
  /** Holds a way through NAT and firewalls open, and notices when it is dead (RFC 5626 §4.4.1). */
  keepAlive(flow: Flow, options: KeepAliveOptions): Disposable
  readonly alive: Alive
}

/** What there is: a leak check. All zero when everything is over. */
export interface Alive {
  readonly clients: number
  readonly servers: number
  readonly timers: number
  readonly streams: number
}
