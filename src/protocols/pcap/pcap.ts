/** Captures as Wireshark opens them: a pcap file made of what was sent and received, with the IP and transport headers it had. */
import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

export interface Place {
  readonly address: string
  readonly port: number
}

export interface Captured {
  /** Wall time, ms since 1970. */
  readonly at: number
  readonly from: Place
  readonly to: Place
  /** What carried it. A stream's bytes are shown as TCP would have them, in clear where it was TLS. */
  readonly transport: 'udp' | 'tcp'
  readonly bytes: Uint8Array
}

/** Raw IP: no Ethernet beneath. */
const rawIp = 101
const mostBytes = 65_000

const protocols = { udp: 17, tcp: 6 } as const

/** The file, in the order of time. */
export function writePcap(packets: readonly Captured[]): Uint8Array {
  const sequences = new Map<string, number>()
  const parts = packets
    .toSorted((one, other) => one.at - other.at)
    .flatMap((packet) => segmentsOf(packet).map((segment) => record(segment, sequences)))
  return Buffer.concat([fileHeader(), ...parts])
}

/** A message longer than an IP packet can be comes in several. */
function segmentsOf(packet: Captured): readonly Captured[] {
  if (packet.bytes.length <= mostBytes) return [packet]
  const count = Math.ceil(packet.bytes.length / mostBytes)
  return Array.from({ length: count }, (_, index) => ({
    ...packet,
    bytes: packet.bytes.subarray(index * mostBytes, (index + 1) * mostBytes),
  }))
}

/** Microseconds, big-endian: whoever reads it sees by the first word. */
function fileHeader(): Uint8Array {
  const head = Buffer.alloc(24)
  head.writeUInt32BE(0xa1b2c3d4)
  head.writeUInt16BE(2, 4)
  head.writeUInt16BE(4, 6)
  head.writeUInt32BE(262_144, 16)
  head.writeUInt32BE(rawIp, 20)
  return head
}

function record(packet: Captured, sequences: Map<string, number>): Uint8Array {
  const body = packet.transport === 'udp' ? udp(packet) : tcp(packet, sequences)
  const ip = isIPv6(packet.from.address) || isIPv6(packet.to.address) ? ip6(packet, body) : ip4(packet, body)
  const head = Buffer.alloc(16)
  head.writeUInt32BE(Math.floor(packet.at / 1000))
  head.writeUInt32BE(Math.floor((packet.at % 1000) * 1000), 4)
  head.writeUInt32BE(ip.length, 8)
  head.writeUInt32BE(ip.length, 12)
  return Buffer.concat([head, ip])
}

function udp({ from, to, bytes }: Captured): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt16BE(from.port)
  head.writeUInt16BE(to.port, 2)
  head.writeUInt16BE(8 + bytes.length, 4)
  return Buffer.concat([head, bytes])
}

/** Numbered as if nothing was ever lost; each says that it has seen all of the other side's. */
function tcp({ from, to, bytes }: Captured, sequences: Map<string, number>): Buffer {
  const [own, other] = [`${keyOf(from)} ${keyOf(to)}`, `${keyOf(to)} ${keyOf(from)}`]
  const sequence = sequences.get(own) ?? 1
  sequences.set(own, (sequence + bytes.length) >>> 0)
  const head = Buffer.alloc(20)
  head.writeUInt16BE(from.port)
  head.writeUInt16BE(to.port, 2)
  head.writeUInt32BE(sequence, 4)
  head.writeUInt32BE(sequences.get(other) ?? 1, 8)
  head[12] = 5 << 4
  const pushAndAck = 0x18
  head[13] = pushAndAck
  head.writeUInt16BE(0xffff, 14)
  return Buffer.concat([head, bytes])
}

function keyOf({ address, port }: Place): string {
  return `${address} ${port}`
}

function ip4({ from, to, transport }: Captured, body: Buffer): Buffer {
  const head = Buffer.alloc(20)
  head[0] = 0x45
  head.writeUInt16BE(20 + body.length, 2)
  head[8] = 64
  head[9] = protocols[transport]
  head.set(bytesOf(from.address, 4), 12)
  head.set(bytesOf(to.address, 4), 16)
  head.writeUInt16BE(checksum(head), 10)
  const whole = Buffer.concat([head, body])
  seal(whole.subarray(20), transport, head.subarray(12, 20))
  return whole
}

function ip6({ from, to, transport }: Captured, body: Buffer): Buffer {
  const head = Buffer.alloc(40)
  head[0] = 0x60
  head.writeUInt16BE(body.length, 4)
  head[6] = protocols[transport]
  head[7] = 64
  head.set(bytesOf(from.address, 16), 8)
  head.set(bytesOf(to.address, 16), 24)
  const whole = Buffer.concat([head, body])
  seal(whole.subarray(40), transport, head.subarray(8, 40))
  return whole
}

/** The transport's checksum, over addresses, protocol and length as well. */
function seal(segment: Buffer, transport: Captured['transport'], addresses: Uint8Array): void {
  const pseudo = Buffer.alloc(8)
  pseudo.writeUInt32BE(segment.length)
  pseudo[7] = protocols[transport]
  const sum = checksum(Buffer.concat([addresses, pseudo, segment]))
  // For UDP a zero would mean that there is none.
  segment.writeUInt16BE(sum === 0 && transport === 'udp' ? 0xffff : sum, transport === 'udp' ? 6 : 16)
}

/** RFC 1071 */
function checksum(bytes: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** What is no address is shown as nobody's. */
function bytesOf(address: string, length: 4 | 16): Uint8Array {
  const parsed = ipaddr.isValid(address) ? ipaddr.parse(address) : undefined
  const bytes = Uint8Array.from(parsed?.toByteArray() ?? [])
  if (bytes.length === length) return bytes
  if (bytes.length !== 4 || length === 4) return new Uint8Array(length)
  return Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes])
}
