import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { opinionScore } from './quality.ts'
import { Reception, reportInterval, roundTripOf } from './reception.ts'
import { isRtcp, middleOf, ntpOf, readRtcp, writeRtcp, type ReportBlock, type RtcpPacket } from './rtcp.ts'

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'))

const block: ReportBlock = {
  ...{
    source: 0x11223344,
    fraction: 25,
    lost: -2,
    highest: 0x1_0005,
    jitter: 31,
    lastReport: 0xaabbccdd,
    delay: 0x1_8000,
  },
}

describe('a compound', () => {
  const packets: readonly RtcpPacket[] = [
    {
      ...{ type: 'sender-report', source: 7 },
      sent: { seconds: 0xee000001, fraction: 0x80000000, timestamp: 160, packets: 2, bytes: 320 },
      blocks: [block],
    },
    { type: 'description', source: 7, name: 'x@y' },
    { type: 'goodbye', sources: [7, 8] },
  ]
  const written = bytes(`
    81c8000c 00000007 ee000001 80000000 000000a0 00000002 00000140
             11223344 19fffffe 00010005 0000001f aabbccdd 00018000
    81ca0003 00000007 01037840 79000000
    82cb0002 00000007 00000008`)

  test('is written as RFC 3550 draws it, and read back', () => {
    expect(Buffer.from(writeRtcp(packets)).toString('hex')).toBe(Buffer.from(written).toString('hex'))
    expect(readRtcp(written)).toEqual(packets)
  })

  test('of a receiver has blocks alone', () => {
    const report: RtcpPacket = { type: 'receiver-report', source: 9, blocks: [block] }
    expect(readRtcp(writeRtcp([report]))).toEqual([report])
    expect(readRtcp(writeRtcp([{ ...report, blocks: [] }]))).toEqual([{ ...report, blocks: [] }])
  })

  test.each([
    ['nothing', ''],
    ['a word', '81c8'],
    ['another version', '40c90001 00000007'],
    ['a length beyond the end', '80c90002 00000007'],
    ['something behind it', '80c90001 00000007 00'],
  ])('is not made of %s', (_, hex) => {
    expect(readRtcp(bytes(hex))).toBeUndefined()
  })

  test('is read past what we do not know, and what says more than it has', () => {
    expect(readRtcp(bytes('80cc0002 00000007 6e616d65 9fc90001 00000007 81ca0002 00000007 01ff4142'))).toEqual([
      { type: 'receiver-report', source: 7, blocks: [] },
    ])
  })

  test('of a stranger never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(200, 201, 202, 203, 204), (random, type) => {
        const made = Uint8Array.from([
          0x80 | ((random[0] ?? 0) % 32),
          type,
          0,
          Math.max(0, (random.length >> 2) - 0),
          ...random,
        ])
        readRtcp(made)
        readRtcp(random)
        for (let end = 0; end < written.length; end += 7) readRtcp(written.subarray(0, end))
      }),
      { numRuns: 200 },
    )
  })

  test('is told from RTP by its second byte', () => {
    expect([bytes('80c8'), bytes('80df'), bytes('8000'), bytes('80e0'), bytes('80')].map(isRtcp)).toEqual([
      ...[true, true, false, false, false],
    ])
  })
})

describe('what is received', () => {
  const packet = (sequence: number, timestamp = sequence * 160, source = 7) => ({ sequence, timestamp, source })

  test('is counted: losses since the last report in 256ths, and in all', () => {
    const reception = new Reception(8000)
    for (const sequence of [10, 11, 13, 14]) reception.take(packet(sequence), sequence * 20)
    expect(reception.block(undefined)).toMatchObject({ fraction: 51, lost: 1, highest: 14, lastReport: 0, delay: 0 })
    for (const sequence of [15, 16]) reception.take(packet(sequence), sequence * 20)
    expect(reception.block({ report: 5, delayMs: 1000 })).toMatchObject({
      fraction: 0,
      lost: 1,
      lastReport: 5,
      delay: 65_536,
    })
    expect([reception.received, reception.lost]).toEqual([6, 1])
  })

  test('twice makes up for no loss', () => {
    const reception = new Reception(8000)
    for (const sequence of [1, 1, 1, 3]) reception.take(packet(sequence), 0)
    expect([reception.lost, reception.block(undefined).lost]).toEqual([0, -1])
  })

  test('evenly has no jitter, unevenly what RFC 3550 A.8 makes of it', () => {
    const [even, uneven] = [new Reception(8000), new Reception(8000)]
    for (let sequence = 0; sequence < 200; sequence++) {
      even.take(packet(sequence), sequence * 20)
      uneven.take(packet(sequence), sequence * 20 + (sequence % 2) * 8)
    }
    expect(even.jitter).toBe(0)
    expect(uneven.jitter).toBeCloseTo(8, 1)
  })

  test('of the same instant, as keys are, is no jitter', () => {
    const reception = new Reception(8000)
    for (const [sequence, timestamp] of [0, 160, 160, 160, 640, 800].entries())
      reception.take(packet(sequence, timestamp), sequence * 20)
    expect(reception.jitter).toBe(0)
  })

  test('half of it is 128 of 256', () => {
    const reception = new Reception(8000)
    for (const sequence of [1, 3, 5, 8]) reception.take(packet(sequence), 0)
    expect(reception.block(undefined)).toMatchObject({ fraction: 128, lost: 4 })
  })

  test('anew by another source is no jitter', () => {
    const reception = new Reception(8000)
    reception.take(packet(1), 0)
    reception.take({ sequence: 500, timestamp: 800, source: 8 }, 20)
    reception.take({ sequence: 501, timestamp: 960, source: 8 }, 40)
    expect([reception.jitter, reception.source, reception.lost]).toEqual([0, 8, 0])
  })
})

describe('times', () => {
  test('go to NTP and back to a round trip', () => {
    const sent = ntpOf(Date.UTC(2026, 0, 1, 0, 0, 0, 500))
    expect(sent).toEqual({ seconds: 3_976_214_400, fraction: 0x8000_0000 })
    const now = (middleOf(sent) + 65_536 + 6554) >>> 0
    const trip = roundTripOf(now, { ...block, lastReport: middleOf(sent), delay: 65_536 })
    expect(trip).toBeCloseTo(100, 1)
    expect(roundTripOf(now, { ...block, lastReport: 0 })).toBeUndefined()
    expect(roundTripOf(middleOf(sent), { ...block, lastReport: middleOf(sent), delay: 60 })).toBe(0)
  })

  test('between reports are five seconds, half to one and a half times, the first after half of that', () => {
    expect([reportInterval(0, false), reportInterval(1, false), reportInterval(0.5, true)]).toEqual([2500, 7500, 2500])
  })
})

test('a call’s score falls with loss and delay', () => {
  const score = (loss: number, delay: number) => opinionScore({ codec: 'pcmu', loss, delay })
  expect(score(0, 20)).toBe(4.4)
  expect(score(0.01, 60)).toBeCloseTo(4.3, 1)
  expect(score(0.1, 60)).toBeCloseTo(3.2, 0)
  expect(score(0.1, 400)).toBeLessThan(score(0.1, 60))
  expect(score(0, 400)).toBeCloseTo(3.05, 1)
  expect(score(1, 5000)).toBe(1)
})
