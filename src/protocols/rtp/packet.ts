/** RTP packets (RFC 3550 §5.1): read from bytes, written without extensions. */

export interface RtpPacket {
  readonly payloadType: number
  readonly marker: boolean
  /** 16 bit. */
  readonly sequence: number
  /** 32 bit, in ticks of the codec's clock. */
  readonly timestamp: number
  /** 32 bit. */
  readonly source: number
  /** A view of the packet's own bytes. */
  readonly payload: Uint8Array
}

const headerLength = 12

/**
 *  0                   1                   2                   3
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * |                           timestamp                           |
 * |           synchronization source (SSRC) identifier            |
 *
 * Undefined for what is no RTP packet: too short, another version, lengths that do not fit.
 */
export function readRtp(bytes: Uint8Array): RtpPacket | undefined {
  const start = payloadStart(bytes)
  if (start === undefined) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = bytes[0]!
  const end = first & 0x20 ? bytes.length - bytes.at(-1)! : bytes.length
  // Padding counts its own length byte, so it is never empty.
  if (start > end || (first & 0x20 && bytes.at(-1) === 0)) return undefined
  return {
    payloadType: bytes[1]! & 0x7f,
    marker: (bytes[1]! & 0x80) !== 0,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    source: view.getUint32(8),
    payload: bytes.subarray(start, end),
  }
}

/** Where the header ends, contributing sources and extension included; undefined for what has none. */
export function payloadStart(bytes: Uint8Array): number | undefined {
  if (bytes.length < headerLength || bytes[0]! >> 6 !== 2) return undefined
  const start = headerLength + (bytes[0]! & 0x0f) * 4
  if ((bytes[0]! & 0x10) === 0) return start > bytes.length ? undefined : start
  if (bytes.length < start + 4) return undefined
  const end = start + 4 + ((bytes[start + 2]! << 8) | bytes[start + 3]!) * 4
  return end > bytes.length ? undefined : end
}

export function writeRtp({ payloadType, marker, sequence, timestamp, source, payload }: RtpPacket): Uint8Array {
  const bytes = new Uint8Array(headerLength + payload.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = 0x80
  bytes[1] = (marker ? 0x80 : 0) | payloadType
  view.setUint16(2, sequence)
  view.setUint32(4, timestamp)
  view.setUint32(8, source)
  bytes.set(payload, headerLength)
  return bytes
}
