import { describe, expect, test } from 'vitest'
import type { Moonshine } from './moonshine.ts'
import { believable, loudness, pieces, trimmed, understand } from './utterance.ts'

const rate = 16_000

function tone(seconds: number, level: number): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: seconds * rate }, (_, index) => level * Math.sin(index / 5))
}

/** Says how many seconds it was given. */
const counting: Moonshine = {
  transcribe: async (sound) => ({ text: (sound.length / rate).toFixed(2), ended: true }),
}

describe('understand', () => {
  test.each([
    ['under a tenth of a second', tone(0.09, 20_000), ''],
    ['silence', new Int16Array(rate), ''],
    ['a whisper of −60 dBFS', tone(1, 46), ''],
    ['a voice', tone(1, 5000), '1.00'],
    ['nothing', new Int16Array(0), ''],
  ])('%s', async (_, pcm, text) => {
    expect(await understand(counting, { pcm, silence: -50 })).toBe(text)
  })

  test('one loud tenth of a second in a minute of silence is heard, and only its piece', async () => {
    const pcm = new Int16Array(60 * rate)
    pcm.set(tone(0.1, 20_000), 5 * rate)
    expect(await understand(counting, { pcm, silence: -50 })).toMatch(/^\d+\.\d\d$/)
  })

  test('samples reach the model between −1 and 1', async () => {
    let seen = new Float32Array(0)
    const model: Moonshine = {
      async transcribe(sound) {
        seen = Float32Array.from(sound)
        return { text: '', ended: true }
      },
    }
    await understand(model, { pcm: new Int16Array(rate).fill(-32768), silence: -50 })
    expect([seen.length, seen[0]]).toEqual([rate, -1])
  })
})

describe('trimmed', () => {
  const spoken = (noise: number) => {
    const pcm = Int16Array.from({ length: 2 * rate }, (_, index) => noise * Math.cos(index * 1.7))
    pcm.set(tone(0.5, 10_000), 0.8 * rate)
    return trimmed(pcm)
  }

  test.each([0, 100, 500])('leaves 80 ms before the speech and 100 ms after it, line noise of %i or none', (noise) => {
    const pcm = spoken(noise)
    expect(pcm.length / rate).toBeCloseTo(0.08 + 0.5 + 0.1, 2)
    expect(pcm.subarray(0.08 * rate)[10]).toBeCloseTo(10_000 * Math.sin(2), -1)
  })

  test('leaves sound alone that has no quiet part, and the edges where they are', () => {
    expect(trimmed(tone(1, 5000))).toHaveLength(rate)
    expect(trimmed(new Int16Array(0))).toHaveLength(0)
    expect(trimmed(new Int16Array(500))).toHaveLength(500)
  })
})

describe('pieces', () => {
  test('twenty seconds stay whole', () => {
    expect(pieces(tone(20, 1000)).map((piece) => piece.length)).toEqual([20 * rate])
  })

  test('longer sound is cut in the pauses and none of it is lost', () => {
    const pcm = tone(45, 8000)
    pcm.fill(0, 14 * rate, 14.5 * rate)
    pcm.fill(0, 30 * rate, 30.5 * rate)
    const cut = pieces(pcm).map((piece) => piece.length / rate)
    expect(cut).toHaveLength(3)
    expect(cut[0]).toBeGreaterThan(14)
    expect(cut[0]).toBeLessThan(14.5)
    expect(cut[0]! + cut[1]!).toBeGreaterThan(30)
    expect(cut[0]! + cut[1]!).toBeLessThan(30.5)
    expect(cut[0]! + cut[1]! + cut[2]!).toBe(45)
  })
})

test('loudness is that of the loudest tenth of a second', () => {
  expect(loudness(new Int16Array(rate).fill(16384))).toBeCloseTo(-6.02, 1)
  const pcm = new Int16Array(rate)
  pcm.fill(16384, 0, rate / 10)
  expect(loudness(pcm)).toBeCloseTo(-6.02, 1)
})

describe('believable', () => {
  test.each([
    ['it went on and on and on and on and on', false, 'it went on and'],
    ['thank you thank you thank you th', false, 'thank you'],
    ['five five five five', true, 'five five five five'],
    ['a table for six on friday and', false, 'a table for six on friday and'],
    ['no no', false, 'no no'],
    ['', false, ''],
  ])('%j, ended %j: %j', (text, ended, kept) => {
    expect(believable({ text, ended })).toBe(kept)
  })
})
