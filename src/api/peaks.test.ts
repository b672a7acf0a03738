import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { writeWav } from '../media/wav.ts'
import { peaksOf } from './peaks.ts'

const wav = (left: readonly number[], right: readonly number[]) =>
  writeWav({ rate: 8_000, channels: [Int16Array.from(left), Int16Array.from(right)] })

/** In pieces of odd lengths, as files come. */
function pieces(bytes: Uint8Array, size: number) {
  const parts = []
  for (let at = 0; at < bytes.length; at += size) parts.push(Buffer.from(bytes.subarray(at, at + size)))
  return { size: bytes.length, stream: Readable.from(parts) }
}

const ramp = Array.from({ length: 800 }, (_, index) => (index % 2 === 0 ? index * 10 : -index * 10))
const quiet = Array.from({ length: 800 }, () => 0)

test.each([1, 3, 7, 64, 100_000])(
  'a recording read %i bytes at a time has the greatest sample of each span',
  async (size) => {
    const { durationMs, left, right } = await peaksOf(pieces(wav(ramp, quiet), size), 4)
    expect(durationMs).toBe(100)
    expect(left).toEqual([199, 399, 599, 799].map((top) => Math.round((top * 10 * 1_000) / 32_768) / 1_000))
    expect(right).toEqual([0, 0, 0, 0])
  },
)

test('a full-scale sample is one, whichever way', async () => {
  const { left, right } = await peaksOf(pieces(wav([-32_768], [32_767]), 44), 800)
  expect([left, right]).toEqual([[1], [1]])
})

test('a recording without sound, or cut short, has the spans that are there', async () => {
  expect(await peaksOf(pieces(wav([], []), 44), 800)).toEqual({ durationMs: 0, left: [], right: [] })
  const half = wav(ramp, ramp).subarray(0, 44 + 1_601)
  expect((await peaksOf(pieces(half, 100), 400)).left).toHaveLength(400)
  expect(await peaksOf({ size: 20, stream: Readable.from([Buffer.alloc(20)]) }, 10)).toMatchObject({ left: [] })
})
