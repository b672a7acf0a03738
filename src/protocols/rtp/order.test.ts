import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../lib/clock.ts'
import { keyPackets, readDigit, type Digits } from './digits.ts'
import { readInfoDigit, writeInfoDigit } from './info.ts'
import { JitterBuffer } from './jitter.ts'
import { Latch } from './latch.ts'
import { noiseOf, readNoise } from './noise.ts'

describe('a jitter buffer', () => {
  function set(options: { readonly shortest?: number; readonly longest?: number } = {}) {
    const clock = new VirtualClock()
    const heard: (readonly [sequence: number, missing: number, at: number])[] = []
    const buffer = new JitterBuffer({
      ...{ clock, ...options },
      next: ({ sequence }, missing) => void heard.push([sequence, missing, clock.monotonic()]),
    })
    const take = (sequence: number, source = 7, jitter = 0) =>
      buffer.take(
        { sequence, source, timestamp: 0, payloadType: 0, marker: false, payload: new Uint8Array(0) },
        jitter,
        clock.monotonic(),
      )
    return { clock, heard, buffer, take }
  }

  test('passes at once what comes in its turn, also over a wrap', () => {
    const { clock, heard, take } = set()
    for (const sequence of [65_534, 65_535, 0, 1]) take(sequence)
    expect(heard).toEqual([
      [65_534, 0, 0],
      [65_535, 0, 0],
      [0, 0, 0],
      [1, 0, 0],
    ])
    expect(clock.pending).toBe(0)
  })

  test('lets a gap wait, and closes it when what was missing comes', () => {
    const { clock, heard, take } = set()
    for (const sequence of [1, 3, 4]) take(sequence)
    clock.advance(30)
    take(2)
    expect(heard.map(([sequence, missing]) => [sequence, missing])).toEqual(
      [1, 2, 3, 4].map((sequence) => [sequence, 0]),
    )
    expect(clock.pending).toBe(0)
  })

  test('gives a gap up after its wait, by the clock, and tells how many are missing', () => {
    const { clock, heard, buffer, take } = set()
    take(1)
    take(4)
    clock.advance(20)
    take(6)
    clock.advance(19)
    expect(heard).toHaveLength(1)
    clock.advance(100)
    expect(heard).toEqual([
      [1, 0, 0],
      [4, 2, 40],
      [6, 1, 60],
    ])
    take(2)
    expect([buffer.counts, clock.pending]).toEqual([{ late: 1, repeated: 0, missing: 3 }, 0])
  })

  test('waits longer where packets come late, within its bounds, and forgets slowly', () => {
    const { clock, buffer, take } = set()
    take(1)
    take(3)
    clock.advance(40)
    clock.advance(25)
    take(2)
    expect(buffer.wait).toBe(75)
    for (let sequence = 4; sequence < 604; sequence++) take(sequence)
    expect(buffer.wait).toBeCloseTo(63, 0)
    take(604, 7, 30)
    expect(buffer.wait).toBe(90)
    take(605, 7, 500)
    expect(buffer.wait).toBe(200)
  })

  test('hears another source at once, after what was left of the one before', () => {
    const { clock, heard, take } = set()
    for (const sequence of [10, 12]) take(sequence)
    take(40_000, 8)
    take(40_001, 8)
    expect(heard.map(([sequence, missing]) => [sequence, missing])).toEqual([
      [10, 0],
      [12, 1],
      [40_000, 0],
      [40_001, 0],
    ])
    expect(clock.pending).toBe(0)
  })

  test('in any weather hands on each packet at most once, in order, and ends empty', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 50 })), { maxLength: 80 }),
        (steps) => {
          const { clock, heard, take } = set()
          for (const [sequence, pause] of steps) {
            take(sequence)
            clock.advance(pause)
          }
          clock.advance(1000)
          const sequences = heard.map(([sequence]) => sequence)
          expect(sequences).toEqual([...new Set(sequences)].toSorted((one, other) => one - other))
          const first = sequences[0] ?? 0
          expect(heard.reduce((sum, [, missing]) => sum + missing + 1, first)).toBe((sequences.at(-1) ?? -1) + 1)
          expect(clock.pending).toBe(0)
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('a latch', () => {
  const named = { address: '198.51.100.7', port: 9000 }
  const near = { address: '198.51.100.7', port: 1234 }
  const nat = { address: '192.0.2.50', port: 7000 }
  const stranger = { address: '203.0.113.66', port: 6666 }

  function set() {
    const latch = new Latch({ allows: (address) => address === nat.address })
    latch.name(named, 0)
    let sequence = 0
    const take = (from: typeof named, at: number, source = 1) => latch.take(from, { sequence: sequence++, source }, at)
    return { latch, take }
  }

  test('keeps the first good source, and sends back to it', () => {
    const { latch, take } = set()
    expect([latch.target, latch.latched]).toEqual([named, false])
    expect([take(stranger, 0), take(near, 1), take(stranger, 2), take(nat, 3), take(near, 4)]).toEqual([
      ...[false, true, false, false, true],
    ])
    expect([latch.target, latch.latched]).toEqual([near, true])
  })

  test('within its window gives way to the address that was named, afterwards not', () => {
    const early = set()
    expect([early.take(nat, 0), early.take(named, 1000), early.take(nat, 1001)]).toEqual([true, true, false])
    const late = set()
    expect([late.take(nat, 0), late.take(named, 2500), late.take(nat, 2501)]).toEqual([true, false, true])
  })

  test('never follows a newcomer while its source is heard, however much it sends', () => {
    const { latch, take } = set()
    take(named, 0)
    for (let at = 20; at < 10_000; at += 20) {
      expect(take(named, at)).toBe(true)
      expect(take(near, at)).toBe(false)
    }
    expect(latch.target).toEqual(named)
  })

  test('follows one that goes on in good order after silence', () => {
    const { latch, take } = set()
    take(named, 0)
    const heard = Array.from({ length: 200 }, (_, at) => take(near, at * 20))
    expect([heard.indexOf(true), latch.target]).toEqual([150, near])
    const fresh = set()
    fresh.take(named, 0)
    expect(Array.from({ length: 200 }, (_, at) => fresh.take(near, at * 20, at)).includes(true)).toBe(false)
    const skipping = set().latch
    skipping.take(named, { sequence: 0, source: 1 }, 0)
    const twos = Array.from({ length: 200 }, (_, at) => skipping.take(near, { sequence: at * 2, source: 1 }, at * 20))
    expect(twos.includes(true)).toBe(false)
  })

  test('opens anew when another place is named, and not for a mere refresh', () => {
    const { latch, take } = set()
    take(named, 0)
    latch.name({ ...named }, 100)
    expect(take(near, 101)).toBe(false)
    latch.name({ address: '198.51.100.8', port: 9100 }, 200)
    expect([latch.target, take(named, 201), take({ address: '198.51.100.8', port: 9100 }, 202)]).toEqual([
      ...[{ address: '198.51.100.8', port: 9100 }, false, true],
    ])
  })
})

describe('keys', () => {
  const options = { ticks: 160, pressed: 5, pause: 3 }
  const read = (packets: readonly (readonly [payload: Uint8Array, timestamp: number])[]) => {
    let state: Digits = {}
    return packets.flatMap(([payload, timestamp]) => {
      const next = readDigit(state, payload, timestamp)
      state = next.state
      return next.digit ?? []
    })
  }
  /** Packets of keys as they would be sent, with their timestamps. */
  const sent = (digits: string, more = options) => {
    const slots = [...digits].flatMap((digit) => keyPackets(digit, more) ?? [])
    return slots.flatMap((packet, slot) =>
      packet ? [[packet.payload, (slot - packet.after) * more.ticks + 0xffff_ff00] as const] : [],
    )
  }

  test('are pressed, let go three times, and followed by a pause', () => {
    const packets = keyPackets('5', options)!
    expect(
      packets.map((packet) => packet && [Buffer.from(packet.payload).toString('hex'), packet.marker, packet.after]),
    ).toEqual([
      ['050a00a0', true, 0],
      ['050a0140', false, 1],
      ['050a01e0', false, 2],
      ['050a0280', false, 3],
      ['058a0320', false, 4],
      ['058a0320', false, 5],
      ['058a0320', false, 6],
      undefined,
    ])
    expect([keyPackets('x', options), keyPackets('', options), keyPackets('12', options)]).toEqual([...Array(3)])
  })

  test('held longer than a duration can say go on as one key', () => {
    const packets = sent('7', { ticks: 960, pressed: 150, pause: 0 })
    expect(new Set(packets.map(([, timestamp]) => timestamp)).size).toBe(3)
    expect(read(packets.map(([payload, timestamp]) => [payload, timestamp >>> 0]))).toEqual(['7'])
  })

  test('are told once each and in order, whichever of their packets come', () => {
    const some = fc.tuple(fc.nat(6), fc.nat(6))
    fc.assert(
      fc.property(fc.tuple(some, some, some, some), (ranges) => {
        const packets = [...'11#2'].flatMap((digit, at) => {
          const whole = sent(digit).map(([payload, time]) => [payload, (time + at * 8 * 160) >>> 0] as const)
          const [from, to] = ranges[at]!.toSorted((one, other) => one - other)
          return whole.slice(from, to! + 1)
        })
        expect(read(packets).join('')).toBe('11#2')
      }),
      { numRuns: 100 },
    )
  })

  test('told before are not told again by a packet that comes late', () => {
    const [one, two] = [sent('1'), sent('2').map(([payload, time]) => [payload, time + 8 * 160] as const)]
    expect(read([...one.slice(0, 3), ...two.slice(0, 2), ...one.slice(3), ...two.slice(2)])).toEqual(['1', '2'])
  })

  test.each([
    ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', '5'],
    ['application/dtmf-relay; charset=utf-8', 'Duration=160\nsignal = *', '*'],
    ['application/dtmf-relay', 'Signal=11', '#'],
    ['application/dtmf', ' d\r\n', 'D'],
    ['application/dtmf', '10', '*'],
    ['application/dtmf', 'xx', undefined],
    ['application/dtmf-relay', '5', undefined],
    ['text/plain', '5', undefined],
  ])('in INFO: %s %j is %s', (type, body, digit) => {
    expect(readInfoDigit(type, body)).toBe(digit)
  })

  test('in INFO are written as gateways read them', () => {
    expect(readInfoDigit('application/dtmf-relay', writeInfoDigit('#', 160))).toBe('#')
    expect(writeInfoDigit('5', 160)).toBe('Signal=5\r\nDuration=160\r\n')
  })
})

test('comfort noise is as loud as it says, and never loud', () => {
  expect([readNoise(Uint8Array.of(60, 1, 2)), readNoise(Uint8Array.of(0x80)), readNoise(new Uint8Array(0))]).toEqual([
    ...[60, 30, undefined],
  ])
  let seed = 1
  const fraction = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
  const noise = noiseOf(50, 8000, fraction)
  const mean = Math.sqrt(noise.reduce((sum, sample) => sum + sample * sample, 0) / noise.length)
  expect(20 * Math.log10(mean / 32_767)).toBeCloseTo(-50, 0)
})
