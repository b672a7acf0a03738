import { expect, test } from 'vitest'
import { soundFromBase64, soundToBase64 } from './base64.ts'

const pcm = Int16Array.of(0, 1000, -1000, 32_000, -32_000)

test.each([
  ['l16le', 'AADoAxj8AH0Agw=='],
  ['pcmu', '/85OgAA='],
  ['pcma', '1fp6qio='],
] as const)('%s reads %s, and comes back', (encoding, text) => {
  expect(soundToBase64(pcm, encoding)).toBe(text)
  const back = soundFromBase64(text, encoding)!
  expect(back).toHaveLength(pcm.length)
  for (const [at, sample] of back.entries()) expect(Math.abs(sample - pcm[at]!)).toBeLessThan(700)
})

test.each(['no base64!', 'AAAAA', '%%%%'])('%j is no sound', (text) => {
  expect(soundFromBase64(text, 'pcmu')).toBeUndefined()
})

test('no letters are no samples; half a sample at the end is none', () => {
  expect(soundFromBase64('', 'l16le')).toEqual(new Int16Array(0))
  expect(soundFromBase64('AAAA', 'l16le')).toHaveLength(1)
})
