/** What a call's sound is told when it is opened, and what it can say of itself. */
import type { Clock } from '../../../../lib/clock.ts'
import type { Ids } from '../../../../lib/ids.ts'
import type { CodecName } from '../../../../protocols/sdp/codecs.ts'
import type { Ours } from '../../../../protocols/sdp/negotiated.ts'
import type { Direction } from '../../../../protocols/sdp/session.ts'
import type { SuiteName } from '../../../../protocols/srtp/suites.ts'
import type { MediaQuality } from '../../../../spec/listen.ts'
import type { Ports } from './ports.ts'

export interface MediaOptions {
  readonly clock: Clock
  readonly ids: Ids
  readonly ports: Ports
  /** Our own address, and as the peer must see it. IP literals. */
  readonly bind: string
  readonly advertised: string
  /** The best first. */
  readonly codecs: readonly CodecName[]
  readonly frameMs?: number
  readonly srtp?: Ours['srtp']
  readonly suites?: readonly SuiteName[]
  /** Keys as RTP packets are offered, and taken. Default true. */
  readonly events?: boolean
  /** Keys are listened for as tones where they do not come as packets; until the first comes by INFO. Default false. */
  readonly tones?: boolean
  /** May sound come from an address that no description of the peer names? Say yes to where its signalling comes from. */
  readonly allows?: (address: string) => boolean
  /** So long without a packet, and `timedOut` is told, ms. Default 30 s. */
  readonly timeout?: number
  /** The newest packets are kept for `captured`. */
  readonly capture?: boolean
  readonly on: MediaListener
}

export interface MediaListener {
  /** Neither RTP nor RTCP came for so long, though the peer should be speaking: one sentence. Told once. */
  timedOut(why: string): void
  /** The engine wants keys pressed that cannot go as RTP packets: by INFO, or as tones. Default: nobody. */
  digits?(digits: string): void
  /** The link to the engine could not be opened again after a change of codec. */
  failed?(error: unknown): void
}

export interface MediaStatistics extends MediaQuality {
  readonly codec: CodecName | undefined
  readonly encrypted: SuiteName | undefined
  readonly local: string
  readonly remote: string | undefined
  readonly direction: Direction | undefined
  readonly held: boolean
  readonly sent: number
  /** Came too late to be heard, twice, or not at all. */
  readonly late: number
  readonly repeated: number
  readonly missing: number
  /** What a gap waits by now, ms. */
  readonly wait: number
  /** Packets that were not heard: from elsewhere, without the right key, of no type that was agreed on. */
  readonly strangers: number
  readonly unauthentic: number
  readonly unknown: number
  /** Mean opinion score, estimated; undefined before anything was heard. */
  readonly score: number | undefined
}

export type Outcome =
  | { readonly ok: true; readonly sdp: string }
  | { readonly ok: false; readonly status: number; readonly why: string }
