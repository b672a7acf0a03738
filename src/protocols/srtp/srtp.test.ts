import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeRtp } from '../rtp/packet.ts'
import { writeRtcp } from '../rtp/rtcp.ts'
import { transformOf } from './cipher.ts'
import { SrtpReceiver, SrtpSender } from './context.ts'
import { deriveKeys } from './derive.ts'
import { indexOf, ReplayWindow } from './replay.ts'
import { suites, type MasterKey, type SuiteName } from './suites.ts'

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'))
const hex = (given: Uint8Array | undefined) => given && Buffer.from(given).toString('hex')

/** RFC 3711 B.3 and RFC 6188 §7.2. */
const master128: MasterKey = {
  suite: 'AES_CM_128_HMAC_SHA1_80',
  secret: bytes('e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6'),
}
const master256: MasterKey = {
  suite: 'AES_256_CM_HMAC_SHA1_80',
  secret: bytes('f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2'),
}

describe('session keys', () => {
  test('are those of RFC 3711 B.3', () => {
    const { rtp, rtcp } = deriveKeys(master128)
    expect([rtp, rtcp].map(({ cipher, auth, salt }) => [hex(cipher), hex(auth), hex(salt)])).toEqual([
      ['c61e7a93744f39ee10734afe3ff7a087', 'cebe321f6ff7716b6fd4ab49af256a156d38baa4', '30cbbc08863d8c85d49db34a9ae1'],
      ['4c1aa45a81f73d61c800bbb00fbb1eaa', '8d54534feb49ae8e7993a6bd0b844fc323a93dfd', '9581c7ad87b3e530bf3e4454a8b3'],
    ])
  })

  test('of 256 bits are those of RFC 6188 §7.2', () => {
    const { cipher, auth, salt } = deriveKeys(master256).rtp
    expect([hex(cipher), hex(auth), hex(salt)]).toEqual([
      '5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4',
      'fd9c32d39ed5fbb5a9dc96b30818454d1313dc05',
      'fa31791685ca444a9e07c6c64e93',
    ])
  })
})

describe('packets that others have sealed', () => {
  const clear = `800f1234decafbadcafebabe${'ab'.repeat(16)}`

  test.each([
    ['128 bits', master128, '4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb'],
    ['256 bits', master256, 'f1d9de17ff251ff1aa007774b0b4b40da08d9d9a5b3a55d8873b'],
  ])('by counter mode with %s', (_, key, sealed) => {
    const packet = bytes(`800f1234decafbadcafebabe${sealed}`)
    expect(hex(new SrtpSender(key).sealRtp(bytes(clear)))).toBe(hex(packet))
    expect(hex(new SrtpReceiver(key).openRtp(packet))).toBe(clear)
  })

  test('of RTCP, by counter mode', () => {
    const sealed = bytes('81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798')
    expect(hex(new SrtpReceiver(master128).openRtcp(sealed))).toBe(`81c8000bcafebabe${'ab'.repeat(16)}`)
  })

  // RFC 7714 §16.1.1, §16.2.1, §17.1 and §17.2 begin with the session's keys.
  const gcm = (suite: SuiteName, kind: 'rtp' | 'rtcp') =>
    transformOf(
      suites[suite],
      {
        cipher: Uint8Array.from({ length: suites[suite].key }, (_, at) => at),
        auth: new Uint8Array(0),
        salt: bytes('517569642070726f2071756f'),
      },
      kind,
    )

  test.each([
    [
      'AEAD_AES_128_GCM',
      'f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833',
      '899d7f27beb16a9152cf765ee4390cce',
    ],
    [
      'AEAD_AES_256_GCM',
      '32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b',
      '7aa3db36dfffd6b0f9bb7878d7a76c13',
    ],
  ] as const)('by %s', (suite, sealed, tag) => {
    const packet = {
      bytes: bytes(
        '8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573',
      ),
      ...{ start: 12, source: 0x5501a0b2, index: 0xf17b, trailer: new Uint8Array(4) },
    }
    const made = gcm(suite, 'rtp').seal(packet)
    expect([hex(made.bytes), hex(made.tag)]).toEqual([`8040f17b8041f8d35501a0b2${sealed}`, tag])
    expect(gcm(suite, 'rtp').open({ ...packet, bytes: made.bytes }, made.tag)).toEqual(Buffer.from(packet.bytes))
  })

  test.each([
    [
      'AEAD_AES_128_GCM',
      '63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b',
      'c84aa45896cf4d2fc5abf87245d9eade',
    ],
    [
      'AEAD_AES_256_GCM',
      'd50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad',
      '1d1eb30c4446839f57ff6f6cb26ac3be',
    ],
  ] as const)('of RTCP, by %s', (suite, sealed, tag) => {
    const packet = {
      bytes: bytes(
        '81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef',
      ),
      ...{ start: 8, source: 0x4d617273, index: 0x5d4, trailer: bytes('800005d4') },
    }
    const made = gcm(suite, 'rtcp').seal(packet)
    expect([hex(made.bytes), hex(made.tag)]).toEqual([`81c8000d4d617273${sealed}`, tag])
  })
})

const keyOf = (suite: SuiteName): MasterKey => ({
  suite,
  secret: Uint8Array.from({ length: suites[suite].key + suites[suite].salt }, (_, at) => at * 7),
})
const packet = (sequence: number, source = 7) =>
  writeRtp({ payloadType: 0, marker: false, sequence, timestamp: 1, source, payload: new Uint8Array(160).fill(3) })
const names = Object.keys(suites) as SuiteName[] // its own keys

describe.each(names)('%s', (suite) => {
  test('opens what it sealed, also over a roll-over and out of order, and each packet once', () => {
    const [sender, receiver] = [new SrtpSender(keyOf(suite)), new SrtpReceiver(keyOf(suite))]
    const sent = [65_534, 65_535, 0, 1, 2].map(
      (sequence) => [packet(sequence), sender.sealRtp(packet(sequence))] as const,
    )
    for (const at of [0, 2, 1, 4, 3]) expect(receiver.openRtp(sent[at]![1])).toEqual(Buffer.from(sent[at]![0]))
    for (const [, sealed] of sent) expect(receiver.openRtp(sealed)).toBeUndefined()
  })

  test('seals and opens RTCP, each packet once', () => {
    const [sender, receiver] = [new SrtpSender(keyOf(suite)), new SrtpReceiver(keyOf(suite))]
    const compound = writeRtcp([{ type: 'goodbye', sources: [7] }])
    const sealed = [sender.sealRtcp(compound), sender.sealRtcp(compound)]
    expect(sealed[0]!.length).toBe(8 + 4 + suites[suite].rtcpTag)
    for (const one of sealed.toReversed()) expect(receiver.openRtcp(one)).toEqual(Buffer.from(compound))
    expect(receiver.openRtcp(sealed[0]!)).toBeUndefined()
  })

  test('opens nothing that was changed, cut, or sealed with another key', () => {
    const sealed = new SrtpSender(keyOf(suite)).sealRtp(packet(5))
    const other = new SrtpReceiver({ suite, secret: keyOf(suite).secret.map((byte) => byte ^ 1) })
    expect(other.openRtp(sealed)).toBeUndefined()
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, change, cut) => {
        const changed = cut
          ? sealed.subarray(0, at)
          : sealed.map((byte, index) => (index === at ? byte ^ change : byte))
        expect(new SrtpReceiver(keyOf(suite)).openRtp(changed)).toBeUndefined()
        expect(new SrtpReceiver(keyOf(suite)).openRtcp(changed)).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })
})

test('a forged packet moves no window: what is true is still opened', () => {
  const key = keyOf('AES_CM_128_HMAC_SHA1_32')
  const [sender, receiver] = [new SrtpSender(key), new SrtpReceiver(key)]
  const sealed = sender.sealRtp(packet(100))
  const forged = packet(40_000)
  expect(receiver.openRtp(forged)).toBeUndefined()
  expect(receiver.openRtp(sealed)).toBeDefined()
})

test('RTCP that is authentic and says that it is not encrypted is not taken: we agreed on encryption', () => {
  const clear = writeRtcp([{ type: 'goodbye', sources: [7] }])
  const tagged = Buffer.concat([clear, Uint8Array.of(0, 0, 0, 9)])
  const tag = createHmac('sha1', deriveKeys(master128).rtcp.auth).update(tagged).digest().subarray(0, 10)
  expect(new SrtpReceiver(master128).openRtcp(Buffer.concat([tagged, tag]))).toBeUndefined()
})

test('sources have roll-over counts of their own', () => {
  const key = keyOf('AEAD_AES_128_GCM')
  const [sender, receiver] = [new SrtpSender(key), new SrtpReceiver(key)]
  for (const [sequence, source] of [
    [65_535, 1],
    [0, 1],
    [9, 2],
    [1, 1],
    [10, 2],
  ] as const)
    expect(receiver.openRtp(sender.sealRtp(packet(sequence, source)))).toEqual(Buffer.from(packet(sequence, source)))
})

describe('indices', () => {
  test.each([
    [5, -1, 5],
    [0, 65_535, 65_536],
    [65_535, 65_536, 65_535],
    [1, 65_536 * 3 + 65_530, 65_536 * 4 + 1],
    [65_000, 3, 65_000],
  ])('%i after %i is %i', (sequence, highest, index) => {
    expect(indexOf(sequence, highest)).toBe(index)
  })

  test('are fresh once, within 128', () => {
    const window = new ReplayWindow()
    for (const index of [1000, 873, 1001]) {
      expect(window.isFresh(index)).toBe(true)
      window.mark(index)
      expect(window.isFresh(index)).toBe(false)
    }
    expect([window.isFresh(872), window.isFresh(873), window.isFresh(874), window.isFresh(1130)]).toEqual([
      ...[false, false, true, true],
    ])
  })
})
