/** Packets in which nothing is said: what we send while the agent is quiet, and what the agent hears while the caller is. */
import { codecFor } from '../../../../media/codecs/index.ts'
import { noiseOf } from '../../../../protocols/rtp/noise.ts'
import type { CodecName } from '../../../../protocols/sdp/codecs.ts'
import { formatOf } from './format.ts'

/** RFC 6716 §3.1: 20 ms of fullband sound by CELT, in which nothing is coded; longer packets hold several of them. */
const quietOpus: Readonly<Record<number, readonly number[]>> = {
  10: [0xf0, 0xff, 0xfe],
  20: [0xf8, 0xff, 0xfe],
  40: [0xf9, 0xff, 0xfe, 0xff, 0xfe],
  60: [0xfb, 0x03, 0xff, 0xfe, 0xff, 0xfe, 0xff, 0xfe],
}

/** One packet of silence. */
export function silenceOf(codec: CodecName, frameMs: number): Uint8Array {
  const format = formatOf(codec, frameMs)
  if (format.encoding === 'opus') return Uint8Array.from(quietOpus[frameMs] ?? quietOpus[20]!)
  return codecFor(format).encoder()(new Int16Array((format.rate * frameMs) / 1000))
}

/** Makes packets of comfort noise, one after the other; of Opus there is none, and it is silence. */
export function noiseMaker(codec: CodecName, frameMs: number, fraction: () => number): (level: number) => Uint8Array {
  const format = formatOf(codec, frameMs)
  if (format.encoding === 'opus') return () => silenceOf(codec, frameMs)
  const encode = codecFor(format).encoder()
  return (level) => encode(noiseOf(level, (format.rate * frameMs) / 1000, fraction))
}
