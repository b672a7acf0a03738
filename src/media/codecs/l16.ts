/**
 * Linear 16 bit, little endian (most AI vendors, AudioSocket) and big endian (RTP L16, RFC 3551 §4.5.11). Samples in memory are little
 * endian on every processor that Node comes to us for: those are copied as they lie.
 */

/** An odd last byte is half a sample: it is dropped, and `dropped` says so. */
export interface Linear {
  readonly pcm: Int16Array
  readonly dropped: 0 | 1
}

export function decodeL16le(bytes: Uint8Array): Linear {
  const pcm = new Int16Array(bytes.length >> 1)
  const dropped = bytes.length & 1 ? 1 : 0
  // The bytes may begin at an odd address, where no sample can be read.
  new Uint8Array(pcm.buffer).set(dropped ? bytes.subarray(0, -1) : bytes)
  return { pcm, dropped }
}

export function decodeL16be(bytes: Uint8Array): Linear {
  const pcm = new Int16Array(bytes.length >> 1)
  for (let index = 0, at = 0; index < pcm.length; index++, at += 2) pcm[index] = (bytes[at]! << 8) | bytes[at + 1]!
  return { pcm, dropped: bytes.length & 1 ? 1 : 0 }
}

export function encodeL16le(pcm: Int16Array): Uint8Array {
  return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength).slice()
}

export function encodeL16be(pcm: Int16Array): Uint8Array {
  const bytes = new Uint8Array(pcm.length * 2)
  for (let index = 0, at = 0; index < pcm.length; index++) {
    bytes[at++] = pcm[index]! >> 8
    bytes[at++] = pcm[index]!
  }
  return bytes
}
