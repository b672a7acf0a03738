import { expect, test } from 'vitest'
import { writePcap, type Captured } from './pcap.ts'

const [one, other] = [
  { address: '192.0.2.1', port: 5060 },
  { address: '192.0.2.2', port: 4000 },
]
const hex = (packets: readonly Captured[]) => Buffer.from(writePcap(packets)).toString('hex')
const header = 'a1b2c3d4000200040000000000000000000400000000 0065'.replace(' ', '')

test('a datagram is written as IPv4 and UDP, checksums and all', () => {
  const packet: Captured = {
    at: 1_700_000_000_123.5,
    from: one,
    to: other,
    transport: 'udp',
    bytes: Uint8Array.of(1, 2, 3),
  }
  expect(hex([packet])).toBe(
    [
      header,
      '6553f100 0001e26c 0000001f 0000001f',
      '4500001f 00000000 4011f6ca c0000201 c0000202',
      '13c40fa0 000b546e 010203',
    ]
      .join('')
      .replaceAll(' ', ''),
  )
})

test('a stream is written as TCP whose numbers go on both ways, in the order of time', () => {
  const text = (at: number, from: typeof one, to: typeof one, bytes: string): Captured => ({
    ...{ at, from, to, transport: 'tcp', bytes: Buffer.from(bytes) },
  })
  const file = Buffer.from(
    writePcap([text(20, other, one, 'cc'), text(10, one, other, 'aaaa'), text(30, one, other, 'b')]),
  )
  const segments: (readonly [number, number, string])[] = []
  for (let at = 24; at < file.length; at += 16 + file.readUInt32BE(at + 8))
    segments.push([
      file.readUInt32BE(at + 40),
      file.readUInt32BE(at + 44),
      file.toString('utf8', at + 56, at + 16 + file.readUInt32BE(at + 8)),
    ])
  expect(segments).toEqual([
    [1, 1, 'aaaa'],
    [1, 5, 'cc'],
    [5, 3, 'b'],
  ])
})

test('IPv6 has its own header; what is no address, and what is too long for one packet, is written all the same', () => {
  const six: Captured = {
    ...{ at: 0, from: { address: '2001:db8::1', port: 1 }, to: { address: '192.0.2.2', port: 2 } },
    ...{ transport: 'udp', bytes: Uint8Array.of(9) },
  }
  expect(hex([six])).toContain(
    '600000000009114020010db8000000000000000000000001 00000000000000000000ffffc0000202'.replace(' ', ''),
  )
  expect(writePcap([{ ...six, from: { address: 'nobody', port: 1 }, to: other }]).length).toBe(24 + 16 + 20 + 8 + 1)
  expect(writePcap([{ ...six, from: one, to: other, bytes: new Uint8Array(65_001) }]).length).toBe(24 + 2 * 44 + 65_001)
})
