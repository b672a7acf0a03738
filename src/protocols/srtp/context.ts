/** SRTP and SRTCP of one key (RFC 3711 §3): clear packets to sealed ones, and back, each index once. */
import { payloadStart } from '../rtp/packet.ts'
import { transformOf, type Transform } from './cipher.ts'
import { deriveKeys } from './derive.ts'
import { indexOf, ReplayWindow } from './replay.ts'
import { suites, type MasterKey, type Suite } from './suites.ts'

/** RTCP's first eight bytes stay legible. */
const rtcpHeader = 8
const indexLength = 4
const encryptedBit = 0x8000_0000
/** Sources that one key may bring: more are somebody's games. */
const mostSources = 8

/** What we send, with our own key. */
export class SrtpSender {
  readonly #rtp: Transform
  readonly #rtcp: Transform
  readonly #suite: Suite
  /** Highest index by source: a codec with another clock is another source of ours, under the same key. */
  readonly #highest = new Map<number, number>()
  #rtcpIndex = 0

  constructor(key: MasterKey) {
    const keys = deriveKeys(key)
    this.#suite = suites[key.suite]
    this.#rtp = transformOf(this.#suite, keys.rtp, 'rtp')
    this.#rtcp = transformOf(this.#suite, keys.rtcp, 'rtcp')
  }

  /** A packet of ours: its sequence numbers rise, so the roll-over count is known. */
  sealRtp(bytes: Uint8Array): Uint8Array {
    const source = word32(bytes, 8)
    const highest = this.#highest.get(source) ?? -1
    const index = indexOf(word16(bytes, 2), highest)
    if (index > highest) this.#highest.set(source, index)
    const sealed = this.#rtp.seal({
      ...{ bytes, start: payloadStart(bytes) ?? bytes.length, source, index },
      trailer: rollOver(index),
    })
    return Buffer.concat([sealed.bytes, sealed.tag])
  }

  sealRtcp(bytes: Uint8Array): Uint8Array {
    const index = this.#rtcpIndex
    this.#rtcpIndex = (index + 1) % encryptedBit
    const trailer = bytes32(encryptedBit + index)
    const sealed = this.#rtcp.seal({ bytes, start: rtcpHeader, source: word32(bytes, 4), index, trailer })
    // GCM puts the tag before the index (RFC 7714 §9.2), HMAC behind it (RFC 3711 §3.4).
    return isGalois(this.#suite)
      ? Buffer.concat([sealed.bytes, sealed.tag, trailer])
      : Buffer.concat([sealed.bytes, trailer, sealed.tag])
  }
}

/** What the peer sends, with its key. Undefined for what is not authentic, was there before, or is too old. */
export class SrtpReceiver {
  readonly #rtp: Transform
  readonly #rtcp: Transform
  readonly #suite: Suite
  readonly #windows = new Map<number, ReplayWindow>()
  readonly #rtcpWindows = new Map<number, ReplayWindow>()

  constructor(key: MasterKey) {
    const keys = deriveKeys(key)
    this.#suite = suites[key.suite]
    this.#rtp = transformOf(this.#suite, keys.rtp, 'rtp')
    this.#rtcp = transformOf(this.#suite, keys.rtcp, 'rtcp')
  }

  openRtp(sealed: Uint8Array): Uint8Array | undefined {
    const end = sealed.length - this.#suite.tag
    const start = payloadStart(sealed)
    if (start === undefined || start > end) return undefined
    const source = word32(sealed, 8)
    const window = this.#windows.get(source) ?? new ReplayWindow()
    const index = indexOf(word16(sealed, 2), window.highest)
    if (!window.isFresh(index)) return undefined
    const packet = { bytes: sealed.subarray(0, end), start, source, index, trailer: rollOver(index) }
    const clear = this.#rtp.open(packet, sealed.subarray(end))
    if (clear) keep(this.#windows, source, window, index)
    return clear
  }

  openRtcp(sealed: Uint8Array): Uint8Array | undefined {
    const { rtcpTag } = this.#suite
    const end = sealed.length - rtcpTag - indexLength
    if (end < rtcpHeader) return undefined
    const galois = isGalois(this.#suite)
    const trailerAt = galois ? sealed.length - indexLength : end
    const tagAt = galois ? end : end + indexLength
    const word = word32(sealed, trailerAt)
    // All of our suites encrypt: a packet that says it is not was never ours.
    if (word < encryptedBit) return undefined
    const [source, index] = [word32(sealed, 4), word - encryptedBit]
    const window = this.#rtcpWindows.get(source) ?? new ReplayWindow()
    if (!window.isFresh(index)) return undefined
    const trailer = sealed.subarray(trailerAt, trailerAt + indexLength)
    const packet = { bytes: sealed.subarray(0, end), start: rtcpHeader, source, index, trailer }
    const clear = this.#rtcp.open(packet, sealed.subarray(tagAt, tagAt + rtcpTag))
    if (clear) keep(this.#rtcpWindows, source, window, index)
    return clear
  }
}

function isGalois({ cipher }: Suite): boolean {
  return cipher.endsWith('gcm')
}

function keep(windows: Map<number, ReplayWindow>, source: number, window: ReplayWindow, index: number): void {
  window.mark(index)
  // The newest stays last: a source that was long silent is the first to be forgotten.
  windows.delete(source)
  windows.set(source, window)
  const [oldest] = windows.keys()
  if (windows.size > mostSources && oldest !== undefined) windows.delete(oldest)
}

function rollOver(index: number): Uint8Array {
  return bytes32(Math.floor(index / 0x1_0000))
}

function bytes32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

function word16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

function word32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}
