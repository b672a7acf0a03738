import { describe, expect, test } from 'vitest'
import { writeWav } from '../media/wav.ts'
import { checkSound, largestSound, readSound } from './sounds.ts'

const wav = (samples: number, rate = 16_000, channels = 1) =>
  writeWav({ rate, channels: Array.from({ length: channels }, () => new Int16Array(samples).fill(100)) })
const code = (expected: string) => expect.objectContaining({ code: expected })

describe('a sound of the user’s', () => {
  test('is read at its own rate, all channels as one', () => {
    expect(checkSound(wav(24_000, 16_000, 2))).toEqual({ durationMs: 1_500 })
    expect(readSound(wav(3, 44_100, 2))).toEqual({ rate: 44_100, pcm: Int16Array.of(100, 100, 100) })
  })

  test('that is no WAV, or holds nothing, is refused', () => {
    expect(() => checkSound(Buffer.from('ID3 an mp3, say'))).toThrow(code('audio.malformed'))
    expect(() => checkSound(wav(0))).toThrow(code('audio.malformed'))
  })

  test('of more than two minutes, or of too many bytes, is refused', () => {
    expect(() => checkSound(wav(121 * 8_000, 8_000))).toThrow(code('request.too-large'))
    expect(() => checkSound(new Uint8Array(largestSound + 1))).toThrow(code('request.too-large'))
  })
})
