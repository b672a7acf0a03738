import { expect, test } from 'vitest'
import { l16, pcma, readBase64 } from './codec.ts'
import { encodeMulaw } from './mulaw.ts'
import { tone, toneShare } from './tones.ts'
import { decodeMulaw } from './mulaw.ts'

const sound = encodeMulaw(tone(440, 100))

test.each([
  ['A-law', pcma, 160],
  ['L16 at 8 kHz', l16(8000), 320],
  ['L16 at 16 kHz', l16(16_000), 640],
  ['L16 at 24 kHz', l16(24_000), 960],
] as const)('%s keeps the tone both ways', (_, codec, frame) => {
  expect(codec.frame).toBe(frame)
  const wire = codec.encode(sound)
  expect(wire.length).toBe(frame * 5)
  expect(toneShare(decodeMulaw(codec.decode(wire)), 440)).toBeGreaterThan(0.98)
})

test('A-law silence is 0xD5, and codes come back as they were', () => {
  expect(pcma.encode(new Uint8Array([0xff]))[0]).toBe(0xd5)
  // Loud samples survive µ-law and A-law within a step.
  const loud = encodeMulaw(new Int16Array([20_000, -20_000, 1000, -1000]))
  const back = decodeMulaw(pcma.decode(pcma.encode(loud)))
  for (const [at, value] of decodeMulaw(loud).entries()) expect(Math.abs(back[at]! - value)).toBeLessThan(700)
})

test('L16 is little-endian', () => {
  expect([
    ...l16(8000)
      .encode(encodeMulaw(new Int16Array([8000])))
      .subarray(0, 2),
  ]).toEqual([0xfc, 0x1e])
})

test.each([['ab'], ['ab-_'], ['a b='], [7], ['abc!']])('%j is no base64', (text) => {
  expect(readBase64(text)).toBeUndefined()
})
