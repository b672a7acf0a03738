/** The carrier's side of the house: what a provider of phone lines must be able to say. Every group is optional; absent = unsupported. */
import type { z } from 'zod'
import type { StreamFormat } from './audio.ts'
import type { CallCommand, CallPlan, CallStatus, CommandType, MachineResult, Variables } from './call.ts'
import type { OffhookError } from './errors.ts'
import type { FeatureName } from './features.ts'
import type { InboundRequest, Now, Operation, Reply } from './http.ts'
import type { Listen } from './listen.ts'
import type { ProviderSpec } from './provider.ts'

/**
 * A carrier. The engine reads one setting by its name, where there is one: `defaultFrom`, the number that calls go out with
 * unless they say another.
 */
export interface CarrierSpec<S extends z.ZodObject = z.ZodObject> extends ProviderSpec<S> {
  readonly kind: 'carrier'
  readonly webhook?: Webhook<z.output<S>>
  readonly control?: Control<z.output<S>>
  readonly stream?: Stream
  /** Calls that reach us by themselves; their media is `stream`'s, over a link instead of a carrier's socket. */
  readonly listen?: Listen<z.output<S>>
  /** What a process that listens is told whatever the connections: addresses, ports, certificates. Fields with `env`, read once at start. */
  readonly process?: z.ZodObject
  readonly numbers?: Numbers<z.output<S>>
  readonly recordings?: Recordings<z.output<S>>
  /** The price of an ended call in the carrier's currency; undefined until it is rated. Asked again later by the engine. */
  readonly cost?: (call: CallSeen, config: z.output<S>, now: Now) => Operation<Cost | undefined>
  /**
   * Looks a call up at the carrier after a crash: what did it take? `unknown`: the carrier knows no such call. `unsure`: it cannot
   * say, since the call's id never arrived; nothing is dialled again then.
   */
  readonly lookup?: (call: CallSeen, config: z.output<S>, now: Now) => Operation<LookedUp>
  /**
   * Did the carrier take a transfer that is in doubt? Where neither an ended stream (`endsStream`) nor the call itself tells. `absent`:
   * nothing of it is to be seen there, and would be; asked again for a while before it is believed.
   */
  readonly lookupTransfer?: (
    call: CallSeen,
    to: string,
    config: z.output<S>,
    now: Now,
  ) => Operation<'taken' | 'absent' | 'unsure'>
  /**
   * Prepares the account whenever its settings are saved: makes the carrier's application, or changes the one there is, so that
   * calls come here. Saving twice makes one. What numbers or others share is changed, never cleared.
   */
  readonly setUp?: (urls: Urls, config: z.output<S>, now: Now) => Operation<SetUp>
  /** What it cannot, and why, in a sentence for people. Where the engine does it instead, how (“By a second leg.”) is put before it. */
  readonly lacks?: Readonly<Partial<Record<FeatureName, string>>>
  /** What the live conformance suite has shown with this carrier's simulator: `shown.ts` beside the provider. The suite compares, and writes it. */
  readonly shown?: readonly FeatureName[]
  /** Checks the settings against the carrier ("test this connection"); resolves to a sentence, or throws an OffhookError. */
  readonly check?: (config: z.output<S>, now: Now) => Operation<string>
}

/** Our addresses for the calls of an account, and for what becomes of them: the purposes `voice` and `status`. */
export interface Urls {
  readonly voice: string
  readonly status: string
}

export interface SetUp {
  /** Values of `managed` settings from now on. */
  readonly settings?: Readonly<Record<string, string>>
  /** What was found and done, in sentences. */
  readonly notes: readonly string[]
  /** What a person still has to do, in sentences. */
  readonly warnings?: readonly string[]
}

/** What a look-up finds. */
export type LookedUp =
  | { readonly ref: string; readonly status: CallStatus; /** A sentence. */ readonly cause?: string }
  | 'unknown'
  | 'unsure'

export interface Cost {
  /** Positive: what the call cost. */
  readonly amount: number
  /** ISO 4217. */
  readonly currency: string
}

/** What a provider may know of a call when it writes a command. */
export interface CallSeen extends CallPlan {
  /** The carrier's id of the call, once known. */
  readonly ref?: string
  readonly status: CallStatus
  /** A media stream was open before: an answer is one anew. */
  readonly streamed?: boolean
  /** Set while a media stream is open. */
  readonly streamRef?: string
}

// ── webhooks ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Webhook<C> {
  /** Before any secret is chosen, on shared URLs: whose request might this be? Untrusted until verified. */
  identify(request: InboundRequest): { readonly account?: string; readonly number?: string; readonly ref?: string }
  /** Fails closed: a missing secret or signature is a refusal. `nonce`: seen twice within `until` (ms epoch) it is a replay (or an idempotent retry, see `retry`). */
  verify(request: InboundRequest, config: C, now: Now): Verdict
  /** Normalised reports; unknown purposes and events give an empty list. Lenient: reads what it needs. */
  decode(request: InboundRequest): readonly Report[]
  /** What to answer when a request asks for nothing (status callbacks): e.g. 204, or empty TwiML. */
  acknowledge(request: InboundRequest): Reply
  /** A refusal in the carrier's own format. */
  refuse(error: OffhookError, request: InboundRequest): Reply
}

/**
 * `nonce` alone: the request is refused when it comes again. With `retry` it is answered again, as the first time, and changes
 * nothing: for carriers that repeat the same bytes when an answer was lost. `until`: how long the nonce is remembered.
 */
export type Verdict =
  | { readonly ok: true; readonly nonce?: string; readonly until?: number; readonly retry?: boolean }
  | { readonly ok: false; readonly why: 'missing' | 'invalid' | 'stale'; readonly message: string }

/** What a carrier told us, in our words. `raw` keeps its own word for people. */
export type Report =
  | {
      readonly type: 'call.offered'
      readonly ref: string
      readonly from: string
      readonly to: string
      readonly account?: string
      readonly variables?: Variables
      /** Who answers, where the offer itself says; else the agent of the number. */
      readonly agent?: string
      /** Who answers a number that has no agent. */
      readonly otherwise?: string
      readonly metadata?: Readonly<Record<string, unknown>>
      /** How long the media may take to open, ms. */
      readonly mediaTimeout?: number
      /** Its stream is here already: somebody else answered, and nothing is asked of the carrier. */
      readonly streamed?: true
    }
  /**
   * The carrier has put one of our calls through and asks for its markup (an answer URL): it gets what `answer` encodes. From here
   * on `ref` is the carrier's id of the call, whatever its reply to the dial was called.
   */
  | { readonly type: 'answer.requested'; readonly ref: string; readonly raw: string }
  | {
      readonly type: 'call.status'
      readonly ref: string
      readonly status: CallStatus
      readonly raw: string
      /** Rises within a call where the carrier counts; later numbers win. */
      readonly sequence?: number
      /** Why, in the carrier's words: SIP code, cause text. */
      readonly cause?: string
      readonly durationSeconds?: number
    }
  | {
      readonly type: 'machine.detected'
      readonly ref: string
      readonly result: MachineResult
      readonly raw: string
      /** The greeting is over (beep heard or silence): a message may be left now. */
      readonly messageEnded: boolean
    }
  | {
      readonly type: 'recording.changed'
      readonly ref: string
      /** Our id of the call, where the carrier hands it back and names its own differently here. */
      readonly call?: string
      readonly recording: string
      readonly status: 'in-progress' | 'completed' | 'failed'
      readonly durationSeconds?: number
      readonly channels?: number
    }
  /** The message that `leave-message` asked for was played to its end, at a carrier that does not hang up by itself then. */
  | { readonly type: 'message.ended'; readonly ref: string; readonly raw: string }
  /** What the call cost, at a carrier that says so by itself. */
  | ({ readonly type: 'cost.known'; readonly ref: string } & Cost)
  /** The other party's leg exists: the carrier took the transfer. May be told more than once. */
  | { readonly type: 'transfer.started'; readonly ref: string; readonly raw: string }
  | { readonly type: 'transfer.ended'; readonly ref: string; readonly result: CallStatus; readonly raw: string }
  /**
   * Our stream is over, the caller is not: the carrier asks what to do with them now, and the answer to this request says it.
   * Stands before what it follows from, if the same request tells that.
   */
  | { readonly type: 'call.returned'; readonly ref: string }
  | {
      readonly type: 'stream.changed'
      readonly ref: string
      readonly status: 'started' | 'stopped' | 'failed'
      readonly cause?: string
    }

// ── control ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Addresses of ours that a carrier is told, and the token of the media stream. All for this call only. */
export interface Addresses {
  /** `https://…/carriers/{carrier}/{connection}/{purpose}`: signed callbacks. Purposes are the provider's own words; `decode` gets them back. */
  webhook(purpose: string): string
  /** `wss://…/media/{token}`: where the stream connects; the token is issued once per call of this function. */
  media(): string
}

export interface Control<C> {
  /** The commands this carrier takes; others are refused with `command.unsupported` or done by the engine. */
  readonly commands: readonly CommandType[]
  /** False: the carrier does not tell people from answering machines; the engine listens for itself. */
  readonly detectsMachines?: false
  /** Those that end the media stream: while it is open, the carrier has not taken them. */
  readonly endsStream?: readonly CommandType[]
  encode(
    command: CallCommand,
    call: CallSeen,
    config: C,
    context: { readonly now: Now; readonly urls: Addresses },
  ): Dispatch
}

/** How a command reaches the carrier. */
export type Dispatch =
  /** As the answer to the webhook that offered the call. */
  | { readonly by: 'reply'; readonly reply: Reply }
  /** By requests of ours. */
  | { readonly by: 'http'; readonly operation: Operation<Accepted> }
  /** On the open media stream. */
  | { readonly by: 'stream'; readonly orders: readonly StreamOrder[] }
  /** By what listens for this carrier in this process. */
  | { readonly by: 'link' }
  | { readonly by: 'unsupported'; readonly why: string }

/** What the carrier said to a command. "Already gone" on hang-up is success with `gone`. */
export interface Accepted {
  readonly ref?: string
  readonly status?: CallStatus
  readonly recording?: string
  readonly gone?: boolean
}

// ── media stream ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type WireMessage = { readonly text: string } | { readonly binary: Uint8Array }

/** Orders to the far side. Audio is one message's worth in the stream's encoding. */
export type StreamOrder =
  | { readonly type: 'audio'; readonly payload: Uint8Array }
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'clear' }
  | { readonly type: 'digits'; readonly digits: string }
  | { readonly type: 'close' }

export type StreamEvent =
  | {
      readonly type: 'started'
      /** The carrier's id of the call; absent where its start message names none: then the token alone says which call it is. */
      readonly ref?: string
      readonly streamRef: string
      readonly account?: string
      /** Who calls and who is called, where the start message says so; numbers in E.164 with plus. */
      readonly from?: string
      readonly to?: string
      /** A token the carrier handed back in its start message, where the URL carries none. */
      readonly token?: string
      readonly parameters: Readonly<Record<string, string>>
      /** What the carrier says of the call, in its own words: for programs that know the carrier. */
      readonly data?: Readonly<Record<string, unknown>>
      readonly format: StreamFormat
      /** How our own sound must be written, where that is not `format`; of the same rate. */
      readonly sends?: StreamFormat
    }
  /** `sequence` only ever rises: a counter that begins anew on the wire (sixteen bits last 22 minutes) is counted on by `step`. */
  | { readonly type: 'audio'; readonly payload: Uint8Array; readonly sequence?: number; readonly timestampMs?: number }
  /** Everything sent before this mark was played, or dropped by a clear. */
  | { readonly type: 'mark'; readonly name: string; readonly cleared: boolean }
  | { readonly type: 'digit'; readonly digit: string }
  | { readonly type: 'flow'; readonly paused: boolean }
  | { readonly type: 'stopped'; readonly cause?: string }
  /** Dropped and counted: unknown event, malformed message. */
  | { readonly type: 'ignored'; readonly why: string }

export type StreamInput = { readonly type: 'message'; readonly message: WireMessage } | StreamOrder

export interface StreamStep {
  readonly state: unknown
  readonly events: readonly StreamEvent[]
  readonly messages: readonly WireMessage[]
}

/** The translator of a media socket: pure, with memory (stream id, sequence numbers, pending marks). */
export interface Stream {
  readonly formats: readonly StreamFormat[]
  /** Marks are echoed: playout can know what was heard. */
  readonly marks: boolean
  /** False: what was sent cannot be taken back. Then little is sent ahead, whatever lead the format allows. Default true. */
  readonly clears?: boolean
  /** How long sound waits for a numbered frame that was overtaken or lost, ms. Default 200. */
  readonly patience?: number
  /** Subprotocols offered by the carrier that we accept. */
  readonly protocols?: readonly string[]
  /** The socket's upgrade is signed as webhooks are, or carries the connection's own secret: `webhook.verify` can tell. */
  readonly signed?: true
  /** The header of the upgrade in which the carrier hands back a token of ours. Lower-case. */
  readonly tokenHeader?: string
  /** Does this message look like ours, of those that open a stream? For sockets without a known carrier; the start message is nobody else's. */
  recognise(message: WireMessage): boolean
  begin(): unknown
  /** Never throws: malformed input gives `ignored`. `state` is what `begin` or the last step returned. */
  step(state: unknown, input: StreamInput): StreamStep
  /**
   * The short way of sound, fifty times a second each way: says and hears what `step` would, without texts and lists, and
   * leaves the state as it is. Undefined: `step` does it. Absent: `step` does all. Results are good until the next call.
   */
  readonly sound?: StreamSound
}

export interface StreamSound {
  /** Sound in a text message, as it came. */
  read(state: unknown, text: Uint8Array): (StreamEvent & { readonly type: 'audio' }) | undefined
  /** The text message for an audio order. */
  write(state: unknown, payload: Uint8Array): Uint8Array | undefined
}

// ── set-up ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface CarrierNumber {
  /** E.164 with plus. */
  readonly number: string
  /** The carrier's id of the number. */
  readonly ref?: string
  readonly label?: string
  readonly country?: string
  readonly locality?: string
  readonly capabilities?: readonly string[]
  /** Where its calls go now, as the carrier says. */
  readonly pointsAt?: string
}

export interface Numbers<C> {
  search?(
    wanted: {
      country: string
      areaCode?: string
      contains?: string
      kind?: 'local' | 'toll-free' | 'mobile'
      limit?: number
    },
    config: C,
  ): Operation<readonly CarrierNumber[]>
  buy?(number: string, config: C, urls: Urls): Operation<CarrierNumber>
  list?(config: C): Operation<readonly CarrierNumber[]>
  /** Makes calls to the number reach us. */
  point?(number: string, urls: Urls, config: C): Operation<CarrierNumber>
  release?(number: string, config: C): Operation<void>
}

export interface Recordings<C> {
  /** Where to fetch a finished recording; the engine sends the headers and drops Authorization on a cross-host redirect. */
  fetch(recording: string, call: CallSeen, config: C, now: Now): Location | Operation<Location>
}

export interface Location {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}
