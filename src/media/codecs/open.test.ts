import { describe, expect, test } from 'vitest'
import { concat, sine, silence } from '../tones.ts'
import { openCodec } from './open.ts'

const opus = { encoding: 'opus', rate: 16_000, frameMs: 20 } as const

/** How much of the sound is at `hertz`, 0 to 1 (Goertzel). */
function share(pcm: Int16Array, hertz: number, rate: number): number {
  let [re, im, all] = [0, 0, 0]
  pcm.forEach((sample, at) => {
    re += sample * Math.cos((2 * Math.PI * hertz * at) / rate)
    im += sample * Math.sin((2 * Math.PI * hertz * at) / rate)
    all += sample * sample
  })
  return all === 0 ? 0 : (2 * (re * re + im * im)) / (pcm.length * all)
}

const frames = (pcm: Int16Array, size: number) =>
  Array.from({ length: Math.floor(pcm.length / size) }, (_, at) => pcm.subarray(at * size, (at + 1) * size))

describe('Opus', () => {
  test.each([8000, 16_000, 24_000, 48_000])('carries a tone at %d Hz', async (rate) => {
    using codec = await openCodec({ ...opus, rate })
    const sent = frames(sine(440, { rate, ms: 400 }), rate / 50).map((frame) => codec.encode(frame))
    const heard = concat(...sent.map((packet) => codec.decode(packet).slice()))
    expect(heard).toHaveLength(rate * 0.4)
    expect(share(heard.subarray(rate / 10), 440, rate)).toBeGreaterThan(0.95)
    expect(Math.max(...sent.map(({ length }) => length))).toBeLessThan(200)
  })

  test('repairs a lost frame from the next one, and makes up those before it', async () => {
    using codec = await openCodec(opus)
    const sound = concat(sine(300, { rate: 16_000, ms: 400 }), sine(900, { rate: 16_000, ms: 400 }))
    const sent = frames(sound, 320).map((frame) => codec.encode(frame))
    for (const packet of sent.slice(0, 19)) codec.decode(packet)
    // The last frame of one tone and the first of the other are lost: the one is guessed, the other stands in the next packet.
    const made = codec.conceal(2, sent[21]).slice()
    expect(made).toHaveLength(640)
    expect(share(made.subarray(0, 320), 300, 16_000)).toBeGreaterThan(0.7)
    expect(share(made.subarray(480), 900, 16_000)).toBeGreaterThan(0.6)
    expect(codec.decode(sent[21]!)).toHaveLength(320)
  })

  test('takes no harm from packets that are none', async () => {
    using codec = await openCodec(opus)
    expect(codec.decode(new Uint8Array([0xff, 0xff, 0xff]))).toHaveLength(0)
    expect(codec.decode.dropped).toBe(3)
    expect(codec.conceal(3, new Uint8Array([0xff, 0xff]))).toHaveLength(960)
    expect(codec.decode(codec.encode(silence({ rate: 16_000, ms: 20 })))).toHaveLength(320)
  })

  test('has no other rates, and closes twice', async () => {
    await expect(openCodec({ ...opus, rate: 44_100 })).rejects.toMatchObject({ code: 'media.format' })
    const codec = await openCodec(opus)
    codec[Symbol.dispose]()
    codec[Symbol.dispose]()
  })
})

test('a lost frame of a waveform codec is the one before it, fading', async () => {
  using codec = await openCodec({ encoding: 'l16le', rate: 8000, frameMs: 20 })
  codec.decode(codec.encode(new Int16Array(160).fill(8000)))
  const made = codec.conceal(5)
  expect([made.length, made[0], made[160], made[320]]).toEqual([480, 4000, 2000, 1000])
})
