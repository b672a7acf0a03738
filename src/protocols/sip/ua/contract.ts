/** A SIP user agent as its user sees it: sessions (INVITE dialogs with offer and answer), and what else comes in. No socket, no media. */
import type { Clock } from '../../../lib/clock.ts'
import type { SipHeader, SipRequest, SipResponse } from '../message/message.ts'
import type { TransactionLimits } from '../transaction/contract.ts'
import type { Times } from '../transaction/times.ts'
import type { KeepAliveOptions } from '../transport/keep-alive.ts'
import type { Admission, Answer, Flow, Seen, Standing, Target, Wire } from '../transport/contract.ts'

export interface UserAgentOptions {
  readonly clock: Clock
  /** Unpredictable hexadecimal text of so many bytes: tags, branches, Call-IDs, cnonces. */
  readonly random: (bytes: number) => string
  readonly wire: Wire
  /** RFC 3263: where a URI leads, best first. */
  readonly resolve: (uri: string, signal: AbortSignal) => Promise<readonly Target[]>
  /** `Server` and `User-Agent`. */
  readonly product: string
  /** Methods beyond the session's own that `onRequest` answers: they stand in `Allow`. */
  readonly allow?: readonly string[]
  /** Content types of INFO that mean something to us; others are answered 415. Default: the two of DTMF. */
  readonly infoTypes?: readonly string[]
  /** seconds; the shortest session interval we bear (RFC 4028). Default 90. */
  readonly minSessionExpires?: number
  /** Reliable provisional responses (RFC 3262). `supported`, the default: where the peer supports them. */
  readonly prack?: 'off' | 'supported'
  /** What is known of who speaks, before a byte is read. Default: `known`. */
  readonly standing?: (flow: Flow) => Standing
  readonly limits?: Partial<TransactionLimits>
  readonly times?: Partial<Times>
  /**
   * Before anything else: may this source speak to us at all? `drop`: not even a 400. Called for every request outside a dialog;
   * what it challenges or refuses never reaches a session.
   */
  readonly admit?: (request: SipRequest, flow: Flow) => Admission
  /** What is agreed on with this caller, where it differs from what is said here. Called after `admit`. */
  readonly terms?: (request: SipRequest, flow: Flow) => SessionTerms
  /** An INVITE that opens a dialog, after `admit`. Answer it through the session. */
  readonly onInvite: (session: IncomingSession) => void
  /**
   * Everything else outside a dialog: OPTIONS and what `allow` names (REGISTER, MESSAGE, SUBSCRIBE …), the latter within dialogs too.
   * Undefined: what this agent answers by itself (200 to OPTIONS, 481 or 405 to others).
   */
  readonly onRequest?: (request: SipRequest, flow: Flow) => Answer | undefined | Promise<Answer | undefined>
  /** A listener of ours threw: told here, and the session goes on. */
  readonly onError?: (error: unknown) => void
  /** Every message in and out, as bytes, for ladders and captures. */
  readonly onMessage?: (entry: Seen) => void
}

export interface SessionTerms {
  /** seconds; RFC 4028. 0: none of our own. Default 1800. */
  readonly sessionExpires?: number
  /** Default: as the user agent does it. */
  readonly prack?: 'off' | 'supported'
}

export interface Credentials {
  readonly username: string
  readonly password: string
  /** Challenges of other realms are not answered. Absent: any. */
  readonly realm?: string
}

export interface InviteOptions extends SessionTerms {
  /** The Request-URI, and where it leads unless `proxy` says. */
  readonly uri: string
  readonly from: string
  readonly to: string
  /** Outbound proxy: a Route is put before it. */
  readonly proxy?: string
  readonly headers?: readonly SipHeader[]
  /** Our SDP. Absent: late offer (the peer offers in its 2xx or reliable 1xx; the session tells `offered`). */
  readonly offer?: string
  readonly credentials?: Credentials
  /** Which listener's address we call from. */
  readonly listener?: string
  /** Default: one that nobody else has. */
  readonly callId?: string
}

/** What every session tells. `sdp` in an event is the peer's word as text. */
export type SessionEvent =
  /** 101–199, also repeated. Forks tell theirs too: `tag` is the branch that speaks (To tag). */
  | {
      readonly type: 'progress'
      readonly status: number
      readonly reason: string
      readonly tag: string
      readonly sdp?: string
      readonly response: SipResponse
    }
  /**
   * Confirmed: 2xx received (and ACKed), or our 2xx was ACKed. `sdp`: the answer of the branch that won, also when an earlier
   * `progress` of that `tag` had brought it; absent where the peer's word came as `offered` or was known before.
   */
  | { readonly type: 'established'; readonly tag: string; readonly sdp?: string }
  /** The peer offers anew (re-INVITE, UPDATE, or late offer): answer with `respond`. `hold` is for media to read out of the SDP. */
  | {
      readonly type: 'offered'
      readonly sdp: string
      /** Once; later calls do nothing. A refusal (488) leaves the session as it was, or ends one that was not established. */
      readonly respond: (answer: string | { readonly status: number }) => void
    }
  /** The peer wants our offer (INVITE without SDP): `respond` with one; its answer follows as `answered`. */
  | { readonly type: 'offer-wanted'; readonly respond: (offer: string) => void }
  /** The answer to an offer of ours. */
  | { readonly type: 'answered'; readonly sdp: string }
  | { readonly type: 'info'; readonly contentType: string; readonly body: string }
  /** The peer asks us to call somebody else (RFC 3515): `accept` reports back by NOTIFY until it says a final status. Neither called: 603. */
  | {
      readonly type: 'refer'
      /** The URI of Refer-To, without what its headers said; `tel:` is kept. */
      readonly to: string
      readonly referredBy?: string
      /** Unescaped: a Replaces header for the INVITE to `to`. */
      readonly replaces?: string
      readonly accept: () => { readonly notify: (status: number, reason: string) => void }
      readonly refuse: (status: number) => void
    }
  /** How our own `refer` goes: status of the other call as the peer reports it. */
  | { readonly type: 'referred'; readonly status: number; readonly reason: string; readonly final: boolean }
  /** Terminal, exactly once. */
  | { readonly type: 'ended'; readonly end: SessionEnd }

/** Why a session is over: one machine-readable cause, one sentence. */
export interface SessionEnd {
  readonly by: 'us' | 'peer' | 'timeout' | 'transport'
  /** The final SIP status, where one decided. */
  readonly status?: number
  /** Q.850 of a Reason header (RFC 3326). */
  readonly q850?: number
  readonly reason: string
  /** seconds */
  readonly retryAfter?: number
  /** The final response, where one decided: redirections carry their Contacts in it. */
  readonly response?: SipResponse
}

export interface Session {
  readonly callId: string
  /** `answering`: our 2xx waits for its ACK. `ending`: CANCEL is sent, or a BYE waits for the ACK. */
  readonly state: 'calling' | 'early' | 'answering' | 'established' | 'ending' | 'ended'
  /** The peer as last heard; undefined before the first response. */
  readonly flow: Flow | undefined
  onEvent(listener: (event: SessionEvent) => void): void
  /**
   * A new offer of ours (hold, codec, refresh). Resolves with the answer; rejects when refused, after glare was tried again.
   * Default: UPDATE before the session is established, re-INVITE afterwards.
   */
  reoffer(sdp: string, how?: 'invite' | 'update'): Promise<string>
  info(contentType: string, body: string): Promise<number>
  /** Status of the REFER itself; how it goes is told as `referred`. */
  refer(to: string, options?: { readonly referredBy?: string; readonly replaces?: string }): Promise<number>
  /** CANCEL, BYE or a refusal, as the state asks for. Idempotent. */
  end(why?: { readonly status?: number; readonly reason?: string; readonly q850?: number }): void
  /** For Replaces of an attended transfer: `call-id;to-tag=…;from-tag=…`. */
  readonly dialogId: string | undefined
}

export interface OutgoingSession extends Session {
  readonly direction: 'outgoing'
}

export interface IncomingSession extends Session {
  readonly direction: 'incoming'
  readonly request: SipRequest
  readonly flow: Flow
  /** The session this one asks to replace (RFC 3891): `accept` ends it, a refusal leaves it. */
  readonly replaces: Session | undefined
  /** The peer's offer; undefined: we offer in the 2xx. */
  readonly offer: string | undefined
  /** 101–199. With SDP it is early media. Repeated by itself each minute (§13.3.1.1); reliable where the peer supports it. */
  progress(status: number, sdp?: string, headers?: readonly SipHeader[]): void
  /** 200 with our answer (or offer). */
  accept(sdp: string, headers?: readonly SipHeader[]): void
  /** 3xx–6xx. */
  refuse(
    status: number,
    options?: { readonly reason?: string; readonly q850?: number; readonly headers?: readonly SipHeader[] },
  ): void
}

/** One request outside a dialog. */
export interface RequestOptions {
  readonly method: string
  readonly uri: string
  readonly from: string
  readonly to: string
  readonly proxy?: string
  readonly headers?: readonly SipHeader[]
  readonly body?: Uint8Array
  readonly credentials?: Credentials
  readonly listener?: string
  /** Tried before any target, while it lasts. */
  readonly flow?: Flow
  readonly callId?: string
  /** Of the first try; each further one, with credentials, is one higher. The response tells the last. */
  readonly cseq?: number
  /** Our Contact goes with it: its user, and its parameters as written (`;expires=300`). */
  readonly contact?: { readonly user?: string; readonly params?: string }
  /** Over which the final response came, and to what. */
  readonly onFlow?: (flow: Flow, sent: SipRequest) => void
}

/** Disposed of, it says nothing to anybody any more: sessions end, requests fail, and their users hear of it. */
export interface UserAgent extends Disposable {
  /** Throws where `from` or `to` is no address. */
  invite(options: InviteOptions): OutgoingSession
  /** Authenticated where asked; resolves with the final response of the first target that gave one, rejects where none did. */
  request(options: RequestOptions): Promise<SipResponse>
  /** Holds a way through NAT and firewalls open, and notices when it is dead. */
  keepAlive(flow: Flow, options: KeepAliveOptions): Disposable
  /** Transactions, dialogs and timers that are alive: a leak check. */
  readonly alive: {
    readonly transactions: number
    readonly dialogs: number
    readonly timers: number
    readonly streams: number
  }
}
