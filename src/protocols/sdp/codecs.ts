/** The codecs we speak over RTP, by the names SDP has for them. */

export type CodecName = 'pcmu' | 'pcma' | 'g722' | 'opus' | 'l16/8000' | 'l16/16000'

export interface Codec {
  /** As in `a=rtpmap`. */
  readonly encoding: string
  /** Ticks per second of the RTP clock: 8000 for G.722, although its sound has 16000 (RFC 3551 §4.5.2). */
  readonly clockRate: number
  /** Where SDP names channels. Opus always says two (RFC 7587 §7), and we send one. */
  readonly channels?: number
  /** The payload type we offer; a dynamic one gives way to what the peer has used it for. */
  readonly payloadType: number
  readonly parameters?: string
  /** Packet lengths it can have, ms. */
  readonly frames: readonly number[]
}

const tens = [10, 20, 30, 40, 50, 60]

export const codecTable: Readonly<Record<CodecName, Codec>> = {
  pcmu: { encoding: 'PCMU', clockRate: 8000, payloadType: 0, frames: tens },
  pcma: { encoding: 'PCMA', clockRate: 8000, payloadType: 8, frames: tens },
  g722: { encoding: 'G722', clockRate: 8000, payloadType: 9, frames: tens },
  opus: {
    ...{ encoding: 'opus', clockRate: 48_000, channels: 2, payloadType: 111, frames: [10, 20, 40, 60] },
    parameters: 'minptime=10;useinbandfec=1',
  },
  'l16/8000': { encoding: 'L16', clockRate: 8000, payloadType: 118, frames: tens },
  // 640 bytes each 20 ms: more than 40 ms would not fit into one packet of an Ethernet.
  'l16/16000': { encoding: 'L16', clockRate: 16_000, payloadType: 119, frames: [10, 20, 30, 40] },
}

/** What stands beside sound: keys by their clock (RFC 4733 §2.1), comfort noise (RFC 3389). */
export const eventTypes: Readonly<Record<number, number>> = { 8000: 101, 16_000: 102, 48_000: 110 }
export const noiseType = 13

/** One payload type of a media description. */
export interface Format {
  readonly payloadType: number
  /** Lower-case. */
  readonly encoding: string
  readonly clockRate: number
  readonly channels: number
  /** The text of its `a=fmtp`. */
  readonly parameters?: string
}

/** RFC 3551 §6: what needs no rtpmap. */
export const staticFormats: Readonly<Record<number, Omit<Format, 'payloadType'>>> = {
  0: { encoding: 'pcmu', clockRate: 8000, channels: 1 },
  3: { encoding: 'gsm', clockRate: 8000, channels: 1 },
  4: { encoding: 'g723', clockRate: 8000, channels: 1 },
  8: { encoding: 'pcma', clockRate: 8000, channels: 1 },
  9: { encoding: 'g722', clockRate: 8000, channels: 1 },
  10: { encoding: 'l16', clockRate: 44_100, channels: 2 },
  11: { encoding: 'l16', clockRate: 44_100, channels: 1 },
  13: { encoding: 'cn', clockRate: 8000, channels: 1 },
  18: { encoding: 'g729', clockRate: 8000, channels: 1 },
}

/** Is this format that codec? */
export function isCodec({ encoding, clockRate, channels }: Format, name: CodecName): boolean {
  const codec = codecTable[name]
  if (encoding !== codec.encoding.toLowerCase() || clockRate !== codec.clockRate) return false
  return name === 'opus' || channels === 1
}
