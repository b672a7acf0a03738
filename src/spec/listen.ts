/** Lines that reach us by themselves (browsers, SIP, sockets): what a provider that listens is given, and what it gives back. */
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Logger } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import type { Socket } from '../lib/socket/socket.ts'
import type { AgentEvent } from './agent.ts'
import type { CallCommand, CallStatus, Variables } from './call.ts'
import type { Accepted, CallSeen, WireMessage } from './carrier.ts'
import type { CallEvent } from './event.ts'
import type { Reply } from './http.ts'

/**
 * Opens what listens: once per process, however many connections there are. The provider keeps what is of its wire (sockets,
 * keys, jitter of its transport); calls, codecs, pacing and journal are the engine's. Everything opened is closed by `host.scope`.
 */
export type Listen<C> = (host: ListenHost<C>) => Promise<Listener>

export interface ListenHost<C> {
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly scope: Scope
  /** Counters for metrics. */
  readonly count: (name: string, labels?: Readonly<Record<string, string>>) => void
  /** Our public address, with a trailing slash. */
  readonly publicUrl: () => URL
  /** Of the environment: the texts of the fields of the provider's `process`, by field; checked at start. */
  readonly process: Readonly<Record<string, string>>
  /** The connections may have changed: at once when this process changed them, else a little later. */
  onChange(listener: () => void): Disposable
  /** The stored connections of this provider: an organization's, or everybody's. The default one first. */
  connections(organization?: string): Promise<readonly ListenConnection<C>[]>
  /** Is this number one of the connection's? */
  serves(connection: string, number: string): Promise<boolean>
  /** Somebody calls: the same call however often it is offered under one `ref`. Rejects with an OffhookError. */
  offer(offer: LineOffer): Promise<LineCall>
}

export interface ListenConnection<C> {
  readonly id: string
  readonly organization: string
  readonly isDefault: boolean
  readonly settings: C
}

export interface LineOffer {
  readonly connection: string
  /** The line's own id of the call; unique per connection. */
  readonly ref: string
  readonly from: string
  readonly to: string
  /** Who answers. Default: the agent of the number `to`. */
  readonly agent?: string
  /** Who answers a number that has no agent. */
  readonly otherwise?: string
  readonly variables?: Variables
  readonly metadata?: Readonly<Record<string, unknown>>
  /** How long the media may take to open, ms. Default: as for any carrier. */
  readonly mediaTimeout?: number
}

/** One call of a line, from the provider's side. */
export interface LineCall {
  /** Our id of the call. */
  readonly id: string
  readonly over: boolean
  /** The agent is there and hears. */
  readonly ready: boolean
  /** The number of ours in this call: whoever is called on its behalf sees that. */
  readonly own: string
  /** May this number or address be called on behalf of this call? Rejects with `target.forbidden` as a call out would. */
  requireAllowed(to: string): Promise<void>
  /**
   * The media is there: `start` is the first message of the provider's own `stream` dialect. Returns the provider's end of the
   * link; the engine has the other. A second one takes the first one's place. Rejects when the call is over.
   */
  connect(start: WireMessage): Promise<Socket>
  /** The line's word on the call: it failed, or the caller left. */
  report(status: CallStatus, raw: string, cause?: string): void
  /** A message of the line's own signalling, for people to read: bounded, without secrets. */
  note(word: LineWord): void
  /** How a transfer went that the line took: `completed` when the other party answered; else the caller is ours again. */
  transferred(result: CallStatus, raw: string): void
  /** The caller's side put us on hold, or is back. Said again it changes nothing. */
  held(on: boolean): void
  /** Hears of everything that happens to the call and of what its agent says, as it happens. */
  watch(listener: (seen: CallEvent | AgentEvent) => void): Disposable
  /** How loud both sides are, dBFS, five times a second; measured only while somebody listens. */
  levels(listener: (caller: number, agent: number) => void): Disposable
  /** What the transport measured of the media, at its end or in between: stands in the journal and among the call's metrics. */
  measured(quality: MediaQuality): void
  /** The caller wrote something instead of saying it. False: this agent takes no text now. */
  write(text: string): boolean
  /** The caller wants the agent to be quiet. */
  interrupt(): void
  /** A message of the caller's own program for the agent's. Rejects with `command.unsupported` where the agent takes none. */
  message(type: string, data: unknown): Promise<unknown>
  /** The agent wants to see what the caller shows. */
  readonly looks: boolean
  see(frame: VideoFrame): void
}

export interface LineWord {
  readonly direction: 'in' | 'out'
  /** What it is, in a few words: `INVITE`, `180 Ringing`. */
  readonly title: string
  readonly body: string
  /** When it was said, where that was before now. */
  readonly at?: number
}

export interface MediaQuality {
  /** Packets of the caller that came, and that never did. */
  readonly received: number
  readonly lost: number
  /** ms */
  readonly jitter: number
  /** ms; absent where nobody measured it. */
  readonly roundTrip?: number
  /** Packets of ours that the caller missed; absent where they do not say. */
  readonly lostThere?: number
  /** Came too late to be heard; and were of others than the caller, and not heard. Packets. */
  readonly late?: number
  readonly strangers?: number
  /** As agreed on: `pcmu`, `g722`, `opus` …; and the suite of SRTP, where it was encrypted. */
  readonly codec?: string
  readonly encrypted?: string
  /** Mean opinion score, 1–4.5: estimated from the above. */
  readonly score?: number
}

/** One encoded picture of a camera or a screen. */
export interface VideoFrame {
  readonly source: 'camera' | 'screen'
  /** `vp8`, `h264` …, as negotiated. */
  readonly codec: string
  /** A whole picture can be made of it alone. */
  readonly key: boolean
  /** ms, from an arbitrary start. */
  readonly timestampMs: number
  /** Annex B for H.264. */
  readonly data: Uint8Array
}

export interface Listener {
  /** Signalling over HTTP, served beside the API. */
  readonly http?: ListenerHttp
  /**
   * Carries out a command whose translator said `by: 'link'`. `line`: the call, for those that begin here (`dial`). Rejects with an
   * OffhookError; with `command.unsupported` the engine does it in its own way, where it has one.
   */
  perform?(command: CallCommand, call: CallSeen, line: LineCall): Promise<Accepted>
  /** Where it listens, as bound. */
  readonly doors?: readonly Door[]
  /** How the lines of an organization stand: registrations, who is registered here, what was turned away and why. */
  standing?(organization: string): Promise<readonly LineStanding[]>
  /** Hears when `standing` may say something else now; of whom is not said, and often it is the same. */
  onStanding?(listener: () => void): Disposable
  /** What passed on the wire of a call, as a pcap file; undefined when nothing of it is kept here. */
  capture?(call: string): Promise<Uint8Array | undefined>
  /** What the holder of a one-shot grant needs to call: where, and over which relays. Undefined when the connection is none of its own. */
  invite?(connection: string | undefined, organization: string): Promise<Invitation | undefined>
}

export interface Door {
  readonly protocol: string
  readonly host: string
  readonly port: number
}

/** How one connection stands with its peer. */
export interface LineStanding {
  readonly connection: string
  /** Ours at the peer; absent where the line needs none. */
  readonly registration?: {
    readonly state: 'registering' | 'registered' | 'failed' | 'stopped'
    /** A sentence: until when, or why not. */
    readonly says: string
    /** ms since 1970: when it is tried again or renewed. */
    readonly next?: number
  }
  /** Whether the peer is there, as it was last asked; absent where it is not asked. */
  readonly peer?: {
    readonly state: 'asking' | 'alive' | 'down'
    /** A sentence: what it answered, or why not. */
    readonly says: string
    /** ms since 1970: when it is asked again. */
    readonly next?: number
  }
  /** Who of ours is registered here. */
  readonly extensions: readonly {
    readonly name: string
    readonly registered: boolean
    /** Where, without what is secret; ms since 1970. */
    readonly contacts: readonly { readonly address: string; readonly product?: string; readonly until: number }[]
  }[]
  /** The last ones that were turned away, newest first. */
  readonly refused: readonly Refused[]
}

/** A call or a source that was turned away. */
export interface Refused {
  readonly at: number
  readonly from: string
  /** One word for machines. */
  readonly cause: string
  /** One sentence for people. */
  readonly says: string
}

export interface Invitation {
  readonly connection: string
  /** Path below our public address. */
  readonly path: string
  readonly iceServers: readonly IceServer[]
}

export interface IceServer {
  readonly urls: readonly string[]
  readonly username?: string
  readonly credential?: string
}

export interface ListenerHttp {
  readonly routes: readonly { readonly method: 'GET' | 'POST' | 'PATCH'; readonly path: string }[]
  /** Largest body, bytes. */
  readonly largestBody: number
  /** May pages of another origin use these routes? (Same-origin pages always may.) */
  allows(origin: string): Promise<boolean>
  /** What it throws is answered as the API answers failures. */
  handle(request: ListenerRequest): Promise<Reply>
}

export interface ListenerRequest {
  readonly method: string
  /** The route's path as in `routes`. */
  readonly route: string
  /** Values of the `:names` in it. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly origin: string | undefined
  /** The peer as seen through trusted proxies. */
  readonly address: string
  /** The JSON body; undefined when it is none or malformed. */
  readonly json: unknown
  /** Who asks. Rejects with `auth.*`: whoever does not ask serves strangers. */
  principal(): Promise<Principal>
}

/** Who asks, and what they may do: call, in this organization. */
export interface Principal {
  readonly organization: string
  /** Tells principals apart; holds no secret. */
  readonly name: string
  /** Set for one-shot grants: what they are bound to. */
  readonly grant?: LineGrant
}

export interface LineGrant {
  readonly connection: string
  readonly agent: string
  readonly variables: Variables
  readonly metadata: Readonly<Record<string, unknown>>
  /** Uses it up, for one call. Rejects with `auth.invalid` when it was used before. */
  claim(): Promise<void>
}
