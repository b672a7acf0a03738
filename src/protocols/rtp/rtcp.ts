/** RTCP (RFC 3550 §6): compound packets of reports, names and farewells, read and written. */

export interface ReportBlock {
  /** SSRC of whom it is about. */
  readonly source: number
  /** Part of the packets lost since the report before, in 256ths. */
  readonly fraction: number
  /** Packets lost since the beginning; negative where more came than were sent. */
  readonly lost: number
  /** Extended highest sequence number received. */
  readonly highest: number
  /** In ticks of the codec's clock. */
  readonly jitter: number
  /** Middle 32 bits of the last sender report's time, and how long ago it came (65536ths of a second). 0: none came. */
  readonly lastReport: number
  readonly delay: number
}

export interface SenderInfo {
  /** NTP time, seconds and 2^-32 seconds. */
  readonly seconds: number
  readonly fraction: number
  readonly timestamp: number
  readonly packets: number
  readonly bytes: number
}

export type RtcpPacket =
  | {
      readonly type: 'sender-report'
      readonly source: number
      readonly sent: SenderInfo
      readonly blocks: readonly ReportBlock[]
    }
  | { readonly type: 'receiver-report'; readonly source: number; readonly blocks: readonly ReportBlock[] }
  | { readonly type: 'description'; readonly source: number; readonly name: string }
  | { readonly type: 'goodbye'; readonly sources: readonly number[] }

const types = { senderReport: 200, receiverReport: 201, description: 202, goodbye: 203 } as const
const blockLength = 24
const headLength = 8
const infoLength = 20
/** SDES item: the canonical name. */
const cname = 1
const mostBlocks = 31

/**
 *  0                   1                   2                   3
 * |V=2|P|    RC   |   PT=SR=200   |             length            |
 *
 * What we do not know is passed by; undefined for what is no RTCP at all.
 */
export function readRtcp(bytes: Uint8Array): readonly RtcpPacket[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const packets: RtcpPacket[] = []
  let at = 0
  while (at + 4 <= bytes.length) {
    const end = at + (view.getUint16(at + 2) + 1) * 4
    if (bytes[at]! >> 6 !== 2 || end > bytes.length) return undefined
    const read = readOne(new DataView(bytes.buffer, bytes.byteOffset + at, end - at))
    if (read) packets.push(read)
    at = end
  }
  return at === 0 || at !== bytes.length ? undefined : packets
}

function readOne(view: DataView): RtcpPacket | undefined {
  const count = view.getUint8(0) & 0x1f
  if (view.byteLength < headLength) return undefined
  const source = view.getUint32(4)
  switch (view.getUint8(1)) {
    case types.senderReport:
      if (view.byteLength < headLength + infoLength) return undefined
      return {
        type: 'sender-report',
        source,
        sent: readInfo(view),
        blocks: readBlocks(view, headLength + infoLength, count),
      }
    case types.receiverReport:
      return { type: 'receiver-report', source, blocks: readBlocks(view, headLength, count) }
    case types.description: {
      const name = readName(view)
      return name === undefined ? undefined : { type: 'description', source, name }
    }
    case types.goodbye: {
      const most = Math.min(count, (view.byteLength - 4) >> 2)
      return { type: 'goodbye', sources: Array.from({ length: most }, (_, index) => view.getUint32(4 + index * 4)) }
    }
    default:
      return undefined
  }
}

function readInfo(view: DataView): SenderInfo {
  return {
    ...{ seconds: view.getUint32(8), fraction: view.getUint32(12), timestamp: view.getUint32(16) },
    ...{ packets: view.getUint32(20), bytes: view.getUint32(24) },
  }
}

function readBlocks(view: DataView, start: number, count: number): readonly ReportBlock[] {
  const there = Math.min(count, Math.floor((view.byteLength - start) / blockLength))
  return Array.from({ length: Math.max(0, there) }, (_, index) => {
    const at = start + index * blockLength
    return {
      ...{ source: view.getUint32(at), fraction: view.getUint8(at + 4) },
      // 24 bits with a sign.
      lost: (view.getUint32(at + 4) << 8) >> 8,
      ...{ highest: view.getUint32(at + 8), jitter: view.getUint32(at + 12) },
      ...{ lastReport: view.getUint32(at + 16), delay: view.getUint32(at + 20) },
    }
  })
}

/** The canonical name of the first chunk; undefined where it has none. */
function readName(view: DataView): string | undefined {
  let at = headLength
  while (at + 2 <= view.byteLength && view.getUint8(at) !== 0) {
    const length = view.getUint8(at + 1)
    const end = at + 2 + length
    if (end > view.byteLength) return undefined
    if (view.getUint8(at) === cname) return Buffer.from(view.buffer, view.byteOffset + at + 2, length).toString('utf8')
    at = end
  }
  return undefined
}

export function writeRtcp(packets: readonly RtcpPacket[]): Uint8Array {
  const written = packets.map(writeOne)
  const whole = new Uint8Array(written.reduce((length, one) => length + one.length, 0))
  let at = 0
  for (const one of written) {
    whole.set(one, at)
    at += one.length
  }
  return whole
}

function writeOne(packet: RtcpPacket): Uint8Array {
  switch (packet.type) {
    case 'sender-report':
    case 'receiver-report':
      return writeReport(packet)
    case 'description':
      return writeName(packet.source, packet.name)
    case 'goodbye': {
      const view = head(types.goodbye, packet.sources.length, 4 + packet.sources.length * 4)
      for (const [index, source] of packet.sources.entries()) view.setUint32(4 + index * 4, source)
      return new Uint8Array(view.buffer)
    }
    default:
      return packet satisfies never
  }
}

function writeReport(report: RtcpPacket & { readonly type: 'sender-report' | 'receiver-report' }): Uint8Array {
  const blocks = report.blocks.slice(0, mostBlocks)
  const start = report.type === 'sender-report' ? headLength + infoLength : headLength
  const type = report.type === 'sender-report' ? types.senderReport : types.receiverReport
  const view = head(type, blocks.length, start + blocks.length * blockLength)
  view.setUint32(4, report.source)
  if (report.type === 'sender-report') {
    const { seconds, fraction, timestamp, packets, bytes } = report.sent
    for (const [index, value] of [seconds, fraction, timestamp, packets, bytes].entries())
      view.setUint32(8 + index * 4, value)
  }
  for (const [index, block] of blocks.entries()) writeBlock(view, start + index * blockLength, block)
  return new Uint8Array(view.buffer)
}

function writeBlock(view: DataView, at: number, block: ReportBlock): void {
  view.setUint32(at, block.source)
  const lost = Math.max(-0x80_0000, Math.min(0x7f_ffff, block.lost))
  view.setUint32(at + 4, ((block.fraction << 24) | (lost & 0xff_ffff)) >>> 0)
  for (const [index, value] of [block.highest, block.jitter, block.lastReport, block.delay].entries())
    view.setUint32(at + 8 + index * 4, value)
}

/** One chunk with one item, ended by a zero and filled to 32 bits. */
function writeName(source: number, name: string): Uint8Array {
  const text = Buffer.from(name).subarray(0, 255)
  const view = head(types.description, 1, (headLength + 2 + text.length + 4) & ~3)
  view.setUint32(4, source)
  view.setUint8(8, cname)
  view.setUint8(9, text.length)
  const bytes = new Uint8Array(view.buffer)
  bytes.set(text, 10)
  return bytes
}

function head(type: number, count: number, length: number): DataView {
  const view = new DataView(new ArrayBuffer(length))
  view.setUint8(0, 0x80 | count)
  view.setUint8(1, type)
  view.setUint16(2, length / 4 - 1)
  return view
}

/** RTP and RTCP on one port: the second byte tells (RFC 5761 §4). */
export function isRtcp(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[1]! >= 192 && bytes[1]! <= 223
}

/** Wall time in ms as NTP has it: seconds since 1900, and 2^-32 of one. */
export function ntpOf(now: number): { readonly seconds: number; readonly fraction: number } {
  const whole = Math.floor(now / 1000)
  return { seconds: (whole + 2_208_988_800) >>> 0, fraction: Math.floor(((now % 1000) / 1000) * 2 ** 32) >>> 0 }
}

/** The middle 32 bits: 65536ths of a second, of the last eighteen hours. */
export function middleOf({ seconds, fraction }: { readonly seconds: number; readonly fraction: number }): number {
  return ((seconds << 16) | (fraction >>> 16)) >>> 0
}
