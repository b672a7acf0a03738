/** The transforms of SRTP: what turns clear bytes into sealed ones, given the index of their packet. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  timingSafeEqual,
  type Cipheriv,
} from 'node:crypto'
import type { SessionKey } from './derive.ts'
import type { Suite } from './suites.ts'

/** One packet on its way: `bytes` from 0 to `start` stay legible. */
export interface Packet {
  readonly bytes: Uint8Array
  readonly start: number
  readonly source: number
  /** 48 bits of RTP (roll-over count and sequence number), 31 bits of RTCP. */
  readonly index: number
  /** What is authenticated behind the bytes: the roll-over count of RTP, the E-bit and index of RTCP. */
  readonly trailer: Uint8Array
}

export interface Transform {
  /** Sealed bytes and their tag. */
  seal(packet: Packet): { readonly bytes: Uint8Array; readonly tag: Uint8Array }
  /** Clear bytes; undefined where the tag is not theirs. */
  open(packet: Packet, tag: Uint8Array): Uint8Array | undefined
}

export function transformOf(suite: Suite, key: SessionKey, kind: 'rtp' | 'rtcp'): Transform {
  return suite.cipher.endsWith('gcm') ? galois(suite, key, kind) : counter(suite, key, kind)
}

// ── AES in counter mode with HMAC-SHA1 (RFC 3711 §4.1.1, §4.2.1) ──────────────────────────────────────────────────────

function counter({ cipher, tag, rtcpTag }: Suite, key: SessionKey, kind: 'rtp' | 'rtcp'): Transform {
  const stream = keystream(cipher === 'aes-256-ctr' ? 'aes-256-ecb' : 'aes-128-ecb', key)
  const secret = createSecretKey(key.auth)
  const length = kind === 'rtp' ? tag : rtcpTag
  const tagOf = (bytes: Uint8Array, trailer: Uint8Array): Uint8Array =>
    createHmac('sha1', secret).update(bytes).update(trailer).digest().subarray(0, length)
  return {
    seal(packet) {
      const bytes = stream(packet)
      return { bytes, tag: tagOf(bytes, packet.trailer) }
    },
    open(packet, given) {
      if (given.length !== length || !timingSafeEqual(given, tagOf(packet.bytes, packet.trailer))) return undefined
      return stream(packet)
    },
  }
}

/** The counters of a packet are encrypted in one go by a cipher that lives as long as the key: half the cost of one per packet. */
function keystream(cipher: string, { cipher: key, salt }: SessionKey): (packet: Packet) => Uint8Array {
  const block: Cipheriv = createCipheriv(cipher, key, null).setAutoPadding(false)
  let counters = Buffer.alloc(0)
  return ({ bytes, start, source, index }) => {
    const blocks = Math.ceil((bytes.length - start) / 16)
    if (counters.length < blocks * 16) counters = Buffer.alloc(blocks * 16)
    for (let at = 0; at < blocks; at++) writeCounter(counters, at, salt, source, index)
    const pad = block.update(counters.subarray(0, blocks * 16))
    const done = Buffer.allocUnsafe(bytes.length)
    for (let at = 0; at < start; at++) done[at] = bytes[at]!
    for (let at = start; at < bytes.length; at++) done[at] = bytes[at]! ^ pad[at - start]!
    return done
  }
}

/**
 *  0      4        8            14      16
 * | salt (14 bytes)              | block |
 * |      ^ SSRC   ^ index        |
 */
function writeCounter(to: Buffer, block: number, salt: Uint8Array, source: number, index: number): void {
  const at = block * 16
  to.set(salt, at)
  to.writeUInt32BE((to.readUInt32BE(at + 4) ^ source) >>> 0, at + 4)
  to.writeUInt16BE(to.readUInt16BE(at + 8) ^ Math.floor(index / 0x1_0000_0000), at + 8)
  to.writeUInt32BE((to.readUInt32BE(at + 10) ^ index) >>> 0, at + 10)
  to.writeUInt16BE(block, at + 14)
}

// ── AES-GCM (RFC 7714) ───────────────────────────────────────────────────────────────────────────────────────────────

type GcmName = 'aes-128-gcm' | 'aes-256-gcm'

function galois({ cipher, tag: authTagLength }: Suite, key: SessionKey, kind: 'rtp' | 'rtcp'): Transform {
  const name = cipher as GcmName // the caller has looked
  const secret = createSecretKey(key.cipher)
  const vector = kind === 'rtp' ? rtpVector : rtcpVector
  // The E-bit and the index of RTCP are authenticated with the header (§9.1); the roll-over count stands in the vector.
  const legible = ({ bytes, start, trailer }: Packet): Uint8Array =>
    kind === 'rtp' ? bytes.subarray(0, start) : Buffer.concat([bytes.subarray(0, start), trailer])
  return {
    seal(packet) {
      const cipherer = createCipheriv(name, secret, vector(key.salt, packet), { authTagLength })
      cipherer.setAAD(legible(packet))
      const { bytes, start } = packet
      const sealed = Buffer.concat([bytes.subarray(0, start), cipherer.update(bytes.subarray(start)), cipherer.final()])
      return { bytes: sealed, tag: cipherer.getAuthTag() }
    },
    open(packet, given) {
      if (given.length !== authTagLength) return undefined
      const decipherer = createDecipheriv(name, secret, vector(key.salt, packet), { authTagLength })
      decipherer.setAAD(legible(packet)).setAuthTag(given)
      const { bytes, start } = packet
      const clear = decipherer.update(bytes.subarray(start))
      try {
        decipherer.final()
      } catch {
        return undefined // the tag is another packet's, or nobody's
      }
      return Buffer.concat([bytes.subarray(0, start), clear])
    },
  }
}

/** §8.1: two zeros, SSRC, roll-over count, sequence number; all mixed with the salt. */
function rtpVector(salt: Uint8Array, { source, index }: Packet): Uint8Array {
  const vector = Buffer.alloc(12)
  vector.writeUInt32BE(source, 2)
  vector.writeUIntBE(index, 6, 6)
  return mixed(vector, salt)
}

/** §9.1: two zeros, SSRC, two zeros, the index of 31 bits. */
function rtcpVector(salt: Uint8Array, { source, index }: Packet): Uint8Array {
  const vector = Buffer.alloc(12)
  vector.writeUInt32BE(source, 2)
  vector.writeUInt32BE(index, 8)
  return mixed(vector, salt)
}

function mixed(vector: Buffer, salt: Uint8Array): Uint8Array {
  for (let at = 0; at < vector.length; at++) vector[at] = vector[at]! ^ salt[at]!
  return vector
}
