/** What goes into an offer or an answer of ours, what is remembered of it, and what two descriptions together mean. */
import type { MasterKey, SuiteName } from '../srtp/suites.ts'
import type { CodecName } from './codecs.ts'
import type { CryptoLine } from './crypto.ts'
import type { Direction } from './session.ts'

/** Our side of a call's sound. */
export interface Ours {
  /** Decimal digits for `o=`: no other session of ours has them. */
  readonly id: string
  /** As the peer must see it: an IP literal. */
  readonly address: string
  readonly port: number
  /** Default: the port after `port`. */
  readonly rtcpPort?: number
  /** The best first. Never empty. */
  readonly codecs: readonly CodecName[]
  /** Packet length we want to hear, ms. Default 20. */
  readonly frameMs?: number
  /** Keys as packets (RFC 4733). Default true. */
  readonly events?: boolean
  /** Comfort noise instead of silence may come (RFC 3389). Default false. */
  readonly comfortNoise?: boolean
  /** RTCP on the port of RTP is offered (RFC 5761); where the peer offers it, it is taken anyway. Default false. */
  readonly mux?: boolean
  /** `optional` offers RTP/AVP with keys (RFC 8643), `required` RTP/SAVP. Only over signalling that nobody else reads. Default `off`. */
  readonly srtp?: 'off' | 'optional' | 'required'
  /** The best first. */
  readonly suites?: readonly SuiteName[]
  /** Unpredictable bytes for keys. */
  readonly random: (bytes: number) => Uint8Array
  /** What we want by ourselves: `sendonly` holds the peer. Default `sendrecv`. */
  readonly direction?: Direction
}

/** A description that we gave, and what the next one in the same session must keep to. */
export interface Local {
  readonly sdp: string
  readonly version: number
  /** All but the `o=` line: the version rises when this changes (RFC 3264 §8). */
  readonly body: string
  /** One line for each `m=` of the session: those beside ours at `at` are rejected. */
  readonly lines: readonly string[]
  readonly at: number
  /** Payload types by `encoding/rate`: none ever changes its meaning within a session (RFC 3264 §8.3.2). */
  readonly types: ReadonlyMap<string, number>
  readonly crypto: readonly CryptoLine[]
}

export interface Address {
  readonly address: string
  readonly port: number
}

/** What was agreed on, seen from us. */
export interface Negotiated {
  readonly codec: CodecName
  /** Ours to them: the peer's own payload type, and sound per packet in ms. */
  readonly sends: { readonly payloadType: number; readonly frameMs: number }
  /** The peer's payload types of all codecs it takes from us: mostly of `codec` alone. */
  readonly types: ReadonlyMap<CodecName, number>
  /** Theirs to us, by payload type: mostly `codec` alone. */
  readonly hears: ReadonlyMap<number, CodecName>
  readonly events: { readonly sends?: number; readonly hears: readonly number[] }
  readonly noise: { readonly hears: readonly number[] }
  readonly direction: Direction
  /** The peer does not want to hear us: it put us on hold. */
  readonly held: boolean
  /** Where our packets go; undefined where the peer names no address (`c=0.0.0.0`). */
  readonly remote: { readonly rtp: Address; readonly rtcp: Address; readonly mux: boolean } | undefined
  /** Whose key is whose: each side encrypts with its own. */
  readonly srtp?: { readonly sends: MasterKey; readonly hears: MasterKey }
}

export type Agreement =
  | { readonly ok: true; readonly local: Local; readonly agreed: Negotiated }
  /** `status` for whoever refuses the offer: 488 mostly. */
  | { readonly ok: false; readonly status: number; readonly why: string }

/** A refusal that says why (RFC 3261 §21.4.26). */
export function notAcceptable(why: string): Agreement & { readonly ok: false } {
  return { ok: false, status: 488, why }
}
