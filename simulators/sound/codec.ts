/** Telephone frames (µ-law, 8 kHz) in the encodings that carriers put on the wire, and back. */
import { decodeMulaw, encodeMulaw } from './mulaw.ts'

export interface Codec {
  /** Bytes of 20 ms. */
  readonly frame: number
  encode(mulaw: Uint8Array): Uint8Array
  decode(bytes: Uint8Array): Uint8Array
}

/** µ-law as it is. */
export const pcmu: Codec = { frame: 160, encode: (bytes) => bytes, decode: (bytes) => bytes }

const alawSamples = Int16Array.from({ length: 256 }, (_, code) => expandAlaw(code))
const alawCodes = Uint8Array.from({ length: 65_536 }, (_, index) => compressAlaw(index - 32_768))

/** A-law (ITU-T G.711), the telephone's eight bits outside North America and Japan. */
export const pcma: Codec = {
  frame: 160,
  encode: (mulaw) => Uint8Array.from(decodeMulaw(mulaw), (sample) => alawCodes[sample + 32_768]!),
  decode: (bytes) => encodeMulaw(Int16Array.from(bytes, (code) => alawSamples[code]!)),
}

/** Every other bit is sent inverted: sign, three bits of segment, four of step. */
function expandAlaw(code: number): number {
  const bits = code ^ 0x55
  const segment = (bits >> 4) & 7
  const step = ((bits & 0x0f) << 4) + 8
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1)
  return bits & 0x80 ? magnitude : -magnitude
}

function compressAlaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0
  const magnitude = Math.min(sample >= 0 ? sample : -sample - 1, 32_767)
  const segment = magnitude < 256 ? 0 : 24 - Math.clz32(magnitude)
  const step = segment === 0 ? magnitude >> 4 : (magnitude >> (segment + 3)) & 0x0f
  return (sign | (segment << 4) | step) ^ 0x55
}

/** Signed 16 bit, little-endian, at a multiple of 8 kHz: lines are drawn going up, averages taken going down. */
export function l16(rate: number): Codec {
  const times = rate / 8000
  return {
    frame: 320 * times,
    encode: (mulaw) => bytesOf(stretched(decodeMulaw(mulaw), times)),
    decode: (bytes) => encodeMulaw(shrunk(samplesOf(bytes), times)),
  }
}

function stretched(pcm: Int16Array, times: number): Int16Array {
  if (times === 1) return pcm
  return Int16Array.from({ length: pcm.length * times }, (_, at) => {
    const index = Math.floor(at / times)
    const left = pcm[index]!
    return left + ((pcm[index + 1] ?? left) - left) * ((at % times) / times)
  })
}

function shrunk(pcm: Int16Array, times: number): Int16Array {
  if (times === 1) return pcm
  return Int16Array.from({ length: Math.floor(pcm.length / times) }, (_, at) => {
    let sum = 0
    for (let part = 0; part < times; part++) sum += pcm[at * times + part]!
    return sum / times
  })
}

function bytesOf(pcm: Int16Array): Uint8Array {
  const bytes = new Uint8Array(pcm.length * 2)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < pcm.length; at++) view.setInt16(at * 2, pcm[at]!, true)
  return bytes
}

function samplesOf(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int16Array.from({ length: bytes.length >> 1 }, (_, at) => view.getInt16(at * 2, true))
}

/** Base64 as carriers read it: nothing but its alphabet, in whole groups. Undefined when it is something else. */
export function readBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length % 4 !== 0 || /[-_]/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  // Decoding skips what it does not know: only the exact length proves that there was nothing else.
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return bytes.length === (text.length / 4) * 3 - padding ? bytes : undefined
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}
