import { expect, test } from 'vitest'
import { framesOf, silentFrame } from './frames.ts'
import { decodeMulaw, encodeMulaw, energy, mixMulaw } from './mulaw.ts'
import { framesOfTone, join, keypad, silence, tone, toneShare } from './tones.ts'
import { readWav, toTelephone, writeWav } from './wav.ts'

test('every µ-law code but the negative zero survives the way to PCM and back', () => {
  const codes = Uint8Array.from({ length: 256 }, (_, code) => code)
  const back = encodeMulaw(decodeMulaw(codes))
  expect([...back].map((code, at) => [at, code]).filter(([at, code]) => at !== code)).toEqual([[0x7f, 0xff]])
})

test('known µ-law values (ITU-T G.711)', () => {
  expect([...encodeMulaw(Int16Array.of(0, 32_767, -32_768, 1000, -1000))]).toEqual([0xff, 0x80, 0x00, 0xce, 0x4e])
  expect([...decodeMulaw(Uint8Array.of(0xff, 0x80, 0x00))]).toEqual([0, 32_124, -32_124])
})

test('mixing adds two voices and never wraps around', () => {
  const loud = encodeMulaw(Int16Array.of(30_000, -30_000, 100))
  expect([...decodeMulaw(mixMulaw(loud, loud))].map(Math.sign)).toEqual([1, -1, 1])
  expect(energy(mixMulaw(encodeMulaw(tone(440, 20)), silentFrame.bytes))).toBeGreaterThan(1e6)
})

test('a tone is told by its frequency', () => {
  const heard = decodeMulaw(encodeMulaw(tone(440, 500)))
  expect(toneShare(heard, 440)).toBeGreaterThan(0.95)
  expect(toneShare(heard, 880)).toBeLessThan(0.01)
  expect(toneShare(silence(100), 440)).toBe(0)
})

test('frames of a tone are counted whatever lies between them', () => {
  const broken = join(tone(440, 40), silence(20), tone(440, 60), tone(880, 100))
  expect(framesOfTone(broken, 440)).toBe(5)
  expect(framesOfTone(broken, 880)).toBe(5)
  expect(framesOfTone(broken, 1000)).toBe(0)
})

test('a key is two tones', () => {
  const five = keypad('5').subarray(0, 800)
  expect(toneShare(five, 770)).toBeGreaterThan(0.4)
  expect(toneShare(five, 1336)).toBeGreaterThan(0.4)
})

test('frames are 20 ms, the last one filled with silence, and built once', () => {
  const sound = join(tone(440, 30))
  const frames = framesOf(sound)
  expect(frames.map(({ bytes }) => bytes.length)).toEqual([160, 160])
  expect([...frames[1]!.bytes.subarray(80)]).toEqual(Array.from({ length: 80 }, () => 0xff))
  expect(Buffer.from(frames[0]!.base64, 'base64')).toEqual(Buffer.from(frames[0]!.bytes))
  expect(framesOf(sound)).toBe(frames)
})

test('WAV: what is written is read, two channels apart', () => {
  const wav = { rate: 8000, channels: [tone(440, 20), tone(880, 20)] }
  expect(readWav(writeWav(wav))).toEqual(wav)
  const inside = Buffer.concat([Buffer.alloc(3), writeWav(wav)]).subarray(3) // a view at an odd offset
  expect(readWav(inside)).toEqual(wav)
})

test('WAV at any rate becomes telephone sound of the same pitch', () => {
  for (const rate of [8000, 16_000, 44_100]) {
    const pcm = Int16Array.from({ length: rate / 2 }, (_, at) => 8000 * Math.sin((2 * Math.PI * 440 * at) / rate))
    const heard = toTelephone({ rate, channels: [pcm] })
    expect(heard.length).toBe(4000)
    expect(toneShare(heard, 440)).toBeGreaterThan(0.98)
  }
})

test.each([
  ['no head', new Uint8Array(20)],
  ['no data', writeWav({ rate: 8000, channels: [] }).slice(0, 36)],
])('a WAV with %s is refused', (_, bytes) => {
  expect(() => readWav(bytes)).toThrow('this WAV cannot be played')
})
