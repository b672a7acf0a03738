import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OffhookError } from '../spec/errors.ts'
import { mono, readWav, wavHeader, writeWav } from './wav.ts'

/** A header of 44 bytes as the format's description has it: mono, 16 bit, 8000 Hz, four bytes of sound. */
const header = '524946462800000057415645666d74201000000001000100401f0000803e0000020010006461746104000000'
const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const u16 = (value: number) => hex(Buffer.from(Uint16Array.of(value).buffer).toString('hex'))
const u32 = (value: number) => hex(Buffer.from(Uint32Array.of(value).buffer).toString('hex'))
const letters = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const join = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
const chunk = (id: string, body: Uint8Array, length = body.length) => join(letters(id), u32(length), body)
const riff = (...chunks: readonly Uint8Array[]) => join(letters('RIFF'), u32(0), letters('WAVE'), ...chunks)
const fmt = (tag: number, bits: number, channels = 1, rate = 8000) =>
  chunk('fmt ', join(u16(tag), u16(channels), u32(rate), u32(0), u16(0), u16(bits)))

describe('writing', () => {
  test('gives the bytes of the format', () => {
    const file = writeWav({ rate: 8000, channels: [Int16Array.of(1, -2)] })
    expect(Buffer.from(file).toString('hex')).toBe(`${header}0100feff`)
  })

  test('channels lie side by side, shorter ones filled up with silence', () => {
    const file = writeWav({ rate: 16000, channels: [Int16Array.of(1, 2), Int16Array.of(3)] })
    expect([...new Int16Array(file.buffer, 44)]).toEqual([1, 3, 2, 0])
    expect(readWav(file)).toEqual({ rate: 16000, channels: [Int16Array.of(1, 2), Int16Array.of(3, 0)] })
  })

  test('the header of a stream leaves the length open, and the file can be read before it is closed', () => {
    const open = wavHeader({ rate: 8000, channels: 1 })
    expect([...open.subarray(40)]).toEqual([0xff, 0xff, 0xff, 0xff])
    expect(readWav(join(open, hex('0100feff'))).channels).toEqual([Int16Array.of(1, -2)])
    expect(Buffer.from(wavHeader({ rate: 8000, channels: 1, dataBytes: 4 })).toString('hex')).toBe(header)
  })

  test('what was written is read again', () => {
    const channels = fc.array(fc.int16Array({ minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(channels, fc.integer({ min: 1, max: 192_000 }), (sounds, rate) => {
        expect(readWav(writeWav({ rate, channels: sounds }))).toEqual({ rate, channels: sounds })
      }),
    )
    expect(readWav(writeWav({ rate: 8000, channels: [new Int16Array(0)] })).channels).toEqual([new Int16Array(0)])
  })
})

describe('reading', () => {
  test.each([
    ['8 bit', 1, 8, '00 80 ff', [-32768, 0, 32512]],
    ['16 bit', 1, 16, '0080 0000 ff7f', [-32768, 0, 32767]],
    ['24 bit', 1, 24, '000080 000000 ffff7f', [-32768, 0, 32767]],
    ['32 bit', 1, 32, '00000080 00000000 ffffff7f', [-32768, 0, 32767]],
    ['float', 3, 32, '000080bf 00000000 0000003f 00000040 0000c07f', [-32768, 0, 16384, 32767, 0]],
    ['A-law', 6, 8, 'd5 55 aa', [8, -8, 32256]],
    ['µ-law', 7, 8, 'ff 00 80', [0, -32124, 32124]],
  ] as const)('%s', (_, tag, bits, bytes, samples) => {
    const wav = readWav(riff(fmt(tag, bits), chunk('data', hex(bytes))))
    expect(wav).toEqual({ rate: 8000, channels: [Int16Array.from(samples)] })
  })

  test('the extensible header, other chunks before the sound, and odd lengths with their padding', () => {
    const extensible = chunk(
      'fmt ',
      join(
        u16(0xfffe),
        u16(2),
        u32(48000),
        u32(0),
        u16(0),
        u16(16),
        u16(22),
        u16(16),
        u32(3),
        u16(1),
        new Uint8Array(14),
      ),
    )
    const wav = readWav(riff(chunk('LIST', letters('odd'), 3), hex('00'), extensible, chunk('data', hex('01000200'))))
    expect(wav).toEqual({ rate: 48000, channels: [Int16Array.of(1), Int16Array.of(2)] })
  })

  test('a file cut short gives what there is', () => {
    expect(readWav(riff(fmt(1, 16, 2), chunk('data', hex('0100 0200 0300 04'), 4000))).channels).toEqual([
      Int16Array.of(1),
      Int16Array.of(2),
    ])
  })

  test('a length of zero before sound means "to the end"', () => {
    expect(readWav(riff(fmt(1, 16), chunk('data', hex('0100'), 0))).channels).toEqual([Int16Array.of(1)])
  })

  test('all channels as one are their mean', () => {
    expect(mono({ rate: 8000, channels: [Int16Array.of(10, 32767), Int16Array.of(20, 32767)] })).toEqual(
      Int16Array.of(15, 32767),
    )
    expect(mono({ rate: 8000, channels: [Int16Array.of(3)] })).toEqual(Int16Array.of(3))
  })

  test.each([
    ['nothing', new Uint8Array(0), 'RIFF'],
    ['an MP3', letters('ID3\u0004 and more bytes than twelve'), 'RIFF'],
    ['no sound', riff(fmt(1, 16)), 'no data chunk'],
    ['sound before its format', riff(chunk('data', hex('0000'))), 'before its fmt'],
    ['a short format', riff(chunk('fmt ', hex('0100'))), '2 bytes'],
    ['no channels', riff(fmt(1, 16, 0), chunk('data', hex('0000'))), '0 channels'],
    ['65535 channels', riff(fmt(1, 16, 65535), chunk('data', hex('0000'))), '65535 channels'],
    ['no rate', riff(fmt(1, 16, 1, 0), chunk('data', hex('0000'))), '0 Hz'],
    ['ADPCM', riff(fmt(2, 4), chunk('data', hex('0000'))), 'tag 2 with 4 bit'],
  ])('%s is refused with a reason', (_, bytes, reason) => {
    expect(() => readWav(bytes)).toThrow(
      expect.objectContaining({ code: 'audio.malformed', message: expect.stringContaining(reason) }),
    )
  })

  test('any bytes, and any damage to a good file, give sound or the named error', () => {
    const damaged = fc
      .tuple(fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }), fc.nat(70))
      .map(([changes, length]) => {
        const file = writeWav({ rate: 8000, channels: [new Int16Array(13)] })
        for (const [at, value] of changes) file[at] = value
        return file.subarray(0, length)
      })
    const headed = fc.uint8Array({ maxLength: 200 }).map((bytes) => riff(bytes))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), headed, damaged), (bytes) => {
        expect(outcome(bytes)).toBe('lawful')
      }),
      { numRuns: 2000 },
    )
  })
})

/** What reading the bytes came to: everything but "lawful" says what went wrong. */
function outcome(bytes: Uint8Array): string {
  try {
    const { rate, channels } = readWav(bytes)
    const lawful = rate > 0 && channels.length > 0 && channels.every((channel) => channel.length <= bytes.length)
    return lawful ? 'lawful' : `${channels.length} channels at ${rate} Hz`
  } catch (error) {
    return error instanceof OffhookError && error.code === 'audio.malformed' ? 'lawful' : String(error)
  }
}
