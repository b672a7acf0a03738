/** From wire bytes to samples and back: the one place that knows every encoding. */
import type { AudioFormat } from '../../spec/audio.ts'
import { OffhookError } from '../../spec/errors.ts'
import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from './g711.ts'
import { g722Decoder, g722Encoder } from './g722.ts'
import { decodeL16be, decodeL16le, encodeL16be, encodeL16le, type Linear } from './l16.ts'

export interface Codec {
  readonly format: AudioFormat
  /** Bytes on the wire for one millisecond of sound. */
  readonly bytesPerMs: number
  /** A decoder with a state of its own: one per stream. */
  decoder(): Decoder
  /** An encoder with a state of its own: one per stream. `reuse`: its results may be good until the next call only. */
  encoder(reuse?: 'reuse'): Encoder
}

/** Never throws, whatever the bytes. A result is good until the next call: whoever keeps it copies it. */
export interface Decoder {
  (bytes: Uint8Array): Int16Array
  /** Bytes that could not be part of a sample (the odd ends of linear messages), since the start. */
  readonly dropped: number
}

/** Every result is a fresh array, unless the encoder was made to reuse it. */
export type Encoder = (pcm: Int16Array) => Uint8Array

/** Throws `media.format` for a rate that the encoding cannot have. */
export function codecFor(format: AudioFormat): Codec {
  const { encoding, rate } = format
  if (!Number.isFinite(rate) || rate <= 0) throw refused(format, 'give a sample rate in Hz, such as 8000')
  switch (encoding) {
    case 'pcmu':
      return codec(
        format,
        1,
        () => whole(reusing(decodeUlaw)),
        (reuse) => (reuse ? reusingBytes(encodeUlaw) : (pcm) => encodeUlaw(pcm)),
      )
    case 'pcma':
      return codec(
        format,
        1,
        () => whole(reusing(decodeAlaw)),
        (reuse) => (reuse ? reusingBytes(encodeAlaw) : (pcm) => encodeAlaw(pcm)),
      )
    case 'l16le':
      return codec(
        format,
        2,
        () => halving(decodeL16le),
        () => encodeL16le,
      )
    case 'l16be':
      return codec(
        format,
        2,
        () => halving(decodeL16be),
        () => encodeL16be,
      )
    case 'g722':
      if (rate !== 16000) throw refused(format, 'G.722 sound is 16000 Hz, although SDP writes 8000 (RFC 3551 §4.5.2)')
      return codec(format, 0.5, () => whole(g722Decoder()), g722Encoder)
    case 'opus':
      throw refused(format, 'Opus is loaded first: use openCodec')
    default:
      throw refused({ encoding: encoding satisfies never, rate }, 'use pcmu, pcma, l16le, l16be or g722')
  }
}

function codec(format: AudioFormat, bytesPerSample: number, decoder: () => Decoder, encoder: Codec['encoder']): Codec {
  return { format, bytesPerMs: (format.rate * bytesPerSample) / 1000, decoder, encoder }
}

/** Fifty frames a second of one length: one array does for all of them. */
function reusing(decode: (bytes: Uint8Array, pcm: Int16Array) => Int16Array): (bytes: Uint8Array) => Int16Array {
  let pcm = new Int16Array(0)
  return (bytes) => {
    if (pcm.length !== bytes.length) pcm = new Int16Array(bytes.length)
    return decode(bytes, pcm)
  }
}

function reusingBytes(encode: (pcm: Int16Array, bytes: Uint8Array) => Uint8Array): Encoder {
  let bytes = new Uint8Array(0)
  return (pcm) => {
    if (bytes.length !== pcm.length) bytes = new Uint8Array(pcm.length)
    return encode(pcm, bytes)
  }
}

/** A decoder that can use every byte. */
function whole(decode: (bytes: Uint8Array) => Int16Array): Decoder {
  return Object.assign((bytes: Uint8Array) => decode(bytes), { dropped: 0 })
}

function halving(decode: (bytes: Uint8Array) => Linear): Decoder {
  const decoder = (bytes: Uint8Array): Int16Array => {
    const { pcm, dropped } = decode(bytes)
    decoder.dropped += dropped
    return pcm
  }
  decoder.dropped = 0
  return decoder
}

function refused(format: AudioFormat, advice: string): OffhookError {
  return new OffhookError('media.format', `No codec for ${format.encoding} at ${format.rate} Hz: ${advice}.`, {
    details: { ...format },
  })
}
