import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AudioFormat, Encoding } from '../../spec/audio.ts'
import { codecFor } from './index.ts'

const formats: readonly (AudioFormat & { readonly bytesPerMs: number })[] = [
  { encoding: 'pcmu', rate: 8000, bytesPerMs: 8 },
  { encoding: 'pcma', rate: 8000, bytesPerMs: 8 },
  { encoding: 'l16le', rate: 24000, bytesPerMs: 48 },
  { encoding: 'l16be', rate: 16000, bytesPerMs: 32 },
  { encoding: 'g722', rate: 16000, bytesPerMs: 8 },
]

describe('codecs', () => {
  test.each(formats)(
    '$encoding at $rate Hz takes $bytesPerMs bytes per millisecond',
    ({ encoding, rate, bytesPerMs }) => {
      const codec = codecFor({ encoding, rate })
      expect(codec.bytesPerMs).toBe(bytesPerMs)
      expect(codec.encoder()(new Int16Array(rate / 50))).toHaveLength(20 * bytesPerMs)
      expect(codec.decoder()(new Uint8Array(20 * bytesPerMs))).toHaveLength(rate / 50)
    },
  )

  test('linear bytes stand in the order that the name says', () => {
    const pcm = Int16Array.of(0x0102, -2, -32768)
    const little = codecFor({ encoding: 'l16le', rate: 8000 })
    const big = codecFor({ encoding: 'l16be', rate: 8000 })
    expect([...little.encoder()(pcm)]).toEqual([0x02, 0x01, 0xfe, 0xff, 0x00, 0x80])
    expect([...big.encoder()(pcm)]).toEqual([0x01, 0x02, 0xff, 0xfe, 0x80, 0x00])
    expect(little.decoder()(Uint8Array.of(0x02, 0x01, 0xfe, 0xff, 0x00, 0x80))).toEqual(pcm)
    expect(big.decoder()(Uint8Array.of(0x01, 0x02, 0xff, 0xfe, 0x80, 0x00))).toEqual(pcm)
  })

  test.each(['l16le', 'l16be'] as const)('%s: half a sample at the end is dropped and counted', (encoding) => {
    const decode = codecFor({ encoding, rate: 8000 }).decoder()
    expect(decode(Uint8Array.of(7, 7, 7))).toEqual(Int16Array.of(0x0707))
    expect(decode.dropped).toBe(1)
    expect(decode(Uint8Array.of(7))).toHaveLength(0)
    expect(decode(Uint8Array.of(7, 7))).toHaveLength(1)
    expect(decode.dropped).toBe(2)
  })

  test('linear sound comes back as it was, also from the middle of a buffer at an odd place', () => {
    fc.assert(
      fc.property(fc.int16Array(), fc.constantFrom<Encoding>('l16le', 'l16be'), (pcm, encoding) => {
        const codec = codecFor({ encoding, rate: 8000 })
        const bytes = codec.encoder()(pcm)
        const shifted = new Uint8Array(bytes.length + 1)
        shifted.set(bytes, 1)
        expect(codec.decoder()(shifted.subarray(1))).toEqual(pcm)
      }),
    )
  })

  test.each<Encoding>(['pcmu', 'pcma'])('%s: a decoder reuses one array for frames of one length', (encoding) => {
    const codec = codecFor({ encoding, rate: 8000 })
    const [decode, other] = [codec.decoder(), codec.decoder()]
    const [first, its] = [decode(new Uint8Array(160).fill(1)), other(new Uint8Array(160).fill(2))]
    expect(decode(new Uint8Array(160).fill(3))).toBe(first)
    expect(its).not.toBe(first)
    expect(decode(new Uint8Array(80))).toHaveLength(80)
  })

  test.each(formats)('$encoding: what was encoded stays as it is', ({ encoding, rate }) => {
    const encode = codecFor({ encoding, rate }).encoder()
    const first = encode(new Int16Array(320).fill(1000))
    const copy = first.slice()
    encode(new Int16Array(320).fill(-1000))
    expect(first).toEqual(copy)
  })

  test.each<Encoding>(['pcmu', 'pcma'])('%s: an encoder made to reuse its array does', (encoding) => {
    const codec = codecFor({ encoding, rate: 8000 })
    const [encode, other] = [codec.encoder('reuse'), codec.encoder('reuse')]
    const loud = new Int16Array(160).fill(1000)
    const first = encode(new Int16Array(160))
    expect(other(loud)).toEqual(codec.encoder()(loud))
    expect(encode(loud)).toBe(first)
    expect(first).toEqual(codec.encoder()(loud))
    expect(encode(new Int16Array(80))).toHaveLength(80)
  })

  test('rates that an encoding cannot have are refused by name', () => {
    expect(() => codecFor({ encoding: 'g722', rate: 8000 })).toThrow(
      expect.objectContaining({ code: 'media.format', message: expect.stringContaining('G.722 sound is 16000 Hz') }),
    )
    expect(() => codecFor({ encoding: 'pcmu', rate: 0 })).toThrow(expect.objectContaining({ code: 'media.format' }))
  })
})
