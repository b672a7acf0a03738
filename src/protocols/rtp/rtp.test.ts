import { describe, expect, test } from 'vitest'
import { readDigit, type Digits } from './digits.ts'
import { outgoing } from './outgoing.ts'
import { readRtp, writeRtp } from './packet.ts'
import { extend, noSequence, type Sequence } from './sequence.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

describe('a packet', () => {
  test('is read as RFC 3550 draws it', () => {
    expect(readRtp(bytes('80 ef 0102 00000a0b deadbeef ff00'))).toEqual({
      ...{ payloadType: 111, marker: true, sequence: 0x0102, timestamp: 0x0a0b, source: 0xdeadbeef },
      payload: bytes('ff00'),
    })
  })

  test('is read past contributing sources and extensions, without its padding', () => {
    const packet = bytes('b1 00 0001 00000002 00000003 cccccccc bede 0001 01020304 aabb 0002')
    expect(readRtp(packet)?.payload).toEqual(bytes('aabb'))
  })

  test.each([
    ['too short', '80 00 0001'],
    ['another version', '40 00 0001 00000002 00000003 ff'],
    ['an extension that is cut off', '90 00 0001 00000002 00000003 bede'],
    ['an extension longer than the packet', '90 00 0001 00000002 00000003 bede 00ff'],
    ['more padding than there is', 'a0 00 0001 00000002 00000003 ff09'],
    ['no padding although it is announced', 'a0 00 0001 00000002 00000003 ff00'],
  ])('with %s is none', (_, hex) => {
    expect(readRtp(bytes(hex))).toBeUndefined()
  })

  test('comes back as it was written', () => {
    const packet = {
      payloadType: 0,
      marker: false,
      sequence: 65_535,
      timestamp: 4_294_967_295,
      source: 7,
      payload: bytes('01'),
    }
    expect(readRtp(writeRtp(packet))).toEqual(packet)
  })
})

describe('sequence numbers', () => {
  const numbers = (given: readonly (readonly [number, number])[]) => {
    let state: Sequence = noSequence
    return given.map(([sequence, source]) => {
      const { state: next, number } = extend(state, sequence, source)
      state = next
      return number
    })
  }

  test('go on over a wrap, also when packets come late around it', () => {
    const given = [65_534, 0, 65_535, 1].map((sequence) => [sequence, 1] as const)
    expect(numbers(given)).toEqual([65_534, 65_536, 65_535, 65_537])
  })

  test('go on right after what came before when the source changes or begins anew', () => {
    expect(
      numbers([
        [10, 1],
        [500, 2],
        [501, 2],
        [40_000, 2],
        [40_001, 2],
      ]),
    ).toEqual([10, 11, 12, 13, 14])
  })
})

describe('what we send', () => {
  const date = () => outgoing({ clockRate: 48_000, frameMs: 20, start: 0 })

  test('is numbered one by one and dated by its length, whatever the jitter', () => {
    const next = date()
    const dated = [0, 25, 38, 61].map((at) => next(at))
    expect(dated.map(({ sequence, timestamp, marker }) => [sequence, timestamp, marker])).toEqual([
      [0, 0, true],
      [1, 960, false],
      [2, 1920, false],
      [3, 2880, false],
    ])
  })

  test('is dated by the clock after silence, and marked', () => {
    const next = date()
    next(0)
    expect(next(1020)).toEqual({ sequence: 1, timestamp: 960 + 48_000, marker: true, end: 1040 })
    expect(next(1040)).toEqual({ sequence: 2, timestamp: 960 + 48_000 + 960, marker: false, end: 1060 })
  })

  test('wraps', () => {
    const next = outgoing({ clockRate: 8000, frameMs: 20, start: 1 - 2 ** -33 })
    expect(next(0)).toMatchObject({ sequence: 65_535, timestamp: 4_294_967_295 })
    expect(next(20)).toMatchObject({ sequence: 0, timestamp: 159 })
  })
})

describe('keys', () => {
  const told = (packets: readonly (readonly [string, number])[]) => {
    let state: Digits = {}
    return packets.flatMap(([hex, timestamp]) => {
      const read = readDigit(state, bytes(hex), timestamp)
      state = read.state
      return read.digit ?? []
    })
  }

  test('are told once, whichever of their packets come', () => {
    expect(
      told([
        ['04 0a 00a0', 100],
        ['04 0a 0140', 100],
        ['04 8a 0140', 100],
        ['04 8a 0140', 100],
        ['0b 8a 0140', 900],
        ['0b 8a 0140', 900],
      ]),
    ).toEqual(['4', '#'])
  })

  test('that are none are passed by', () => {
    expect(
      told([
        ['10 0a 00a0', 1],
        ['04', 2],
        ['', 3],
      ]),
    ).toEqual([])
  })
})
