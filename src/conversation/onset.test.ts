import { expect, test } from 'vitest'
import { codecFor } from '../media/codecs/index.ts'
import { concat, noise, silence, sine } from '../media/tones.ts'
import { onset } from './onset.ts'

const rate = 8000

test('is where the first piece above silence begins', () => {
  const voice = sine(200, { rate, ms: 40, level: -20 })
  expect(onset(concat(silence({ rate, ms: 35 }), voice), rate)).toBe(35)
  expect(onset(voice, rate)).toBe(0)
})

test('silence has none, nor has the noise of a telephone codec', () => {
  expect(onset(new Int16Array(0), rate)).toBeUndefined()
  expect(onset(silence({ rate, ms: 500 }), rate)).toBeUndefined()
  const codec = codecFor({ encoding: 'pcma', rate })
  const idle = codec.decoder()(codec.encoder()(noise(1, { rate, ms: 200, level: -62 })))
  expect(onset(idle, rate)).toBeUndefined()
})

test('a quiet voice is heard', () => {
  expect(onset(noise(1, { rate, ms: 20, level: -45 }), rate)).toBe(0)
})
