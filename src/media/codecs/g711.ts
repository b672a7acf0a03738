/** G.711 µ-law and A-law: one byte a sample, by table both ways. */

/** Added before the segment is found, so that all segments have one shape (33 steps of 14 bit). */
const bias = 33 << 2
const loudest = 32635

/** Decoded value of each byte: 14 bit (µ-law) and 13 bit (A-law), left-justified in 16 bit. */
const fromUlaw = Int16Array.from({ length: 256 }, (_, byte) => expandUlaw(byte))
const fromAlaw = Int16Array.from({ length: 256 }, (_, byte) => expandAlaw(byte))
/** Byte for each sample; the index is the sample's 16 bits read as unsigned. */
const toUlaw = Uint8Array.from({ length: 65536 }, (_, bits) => compressUlaw((bits << 16) >> 16))
const toAlaw = Uint8Array.from({ length: 65536 }, (_, bits) => compressAlaw((bits << 16) >> 16))

/** Into `pcm` where it is given: as long as `bytes`. */
export function decodeUlaw(bytes: Uint8Array, pcm: Int16Array = new Int16Array(bytes.length)): Int16Array {
  return expand(bytes, fromUlaw, pcm)
}

/**
 * Returns every byte that `decodeUlaw` was given, except the negative zero 0x7F, which comes back as 0xFF (the same sound).
 * Into `bytes` where it is given: as long as `pcm`.
 */
export function encodeUlaw(pcm: Int16Array, bytes: Uint8Array = new Uint8Array(pcm.length)): Uint8Array {
  return compress(pcm, toUlaw, bytes)
}

export function decodeAlaw(bytes: Uint8Array, pcm: Int16Array = new Int16Array(bytes.length)): Int16Array {
  return expand(bytes, fromAlaw, pcm)
}

/** Returns every byte that `decodeAlaw` was given. */
export function encodeAlaw(pcm: Int16Array, bytes: Uint8Array = new Uint8Array(pcm.length)): Uint8Array {
  return compress(pcm, toAlaw, bytes)
}

function expand(bytes: Uint8Array, table: Int16Array, pcm: Int16Array): Int16Array {
  for (let index = 0; index < bytes.length; index++) pcm[index] = table[bytes[index]!]!
  return pcm
}

function compress(pcm: Int16Array, table: Uint8Array, bytes: Uint8Array): Uint8Array {
  for (let index = 0; index < pcm.length; index++) bytes[index] = table[pcm[index]! & 0xffff]!
  return bytes
}

// On the wire, before the inversions (µ-law: all bits; A-law: 0x55):
//
//    7   6 5 4   3 2 1 0
//  sign | segment | step       G.711 tables 1a/2a; sign 1 is positive

function expandUlaw(byte: number): number {
  const code = ~byte & 0xff
  const magnitude = ((((code & 0x0f) << 3) + bias) << ((code >> 4) & 7)) - bias
  return code & 0x80 ? -magnitude : magnitude
}

function compressUlaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), loudest) + bias
  const segment = 31 - Math.clz32(magnitude) - 7
  const code = (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)
  return ~(sample < 0 ? code | 0x80 : code) & 0xff
}

function expandAlaw(byte: number): number {
  const code = byte ^ 0x55
  const segment = (code >> 4) & 7
  const step = ((code & 0x0f) << 4) + 8
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1)
  return code & 0x80 ? magnitude : -magnitude
}

function compressAlaw(sample: number): number {
  const magnitude = (sample < 0 ? ~sample : sample) >> 4
  const segment = Math.max(0, 31 - Math.clz32(magnitude) - 3)
  const step = (segment < 2 ? magnitude : magnitude >> (segment - 1)) & 0x0f
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | step) ^ 0x55
}
