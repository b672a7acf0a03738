import { expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import { Ears } from './ears.ts'
import type { Engine } from './engine.ts'
import { listenIn } from './listen-in.ts'
import type { LiveCall } from './live.ts'

function setting() {
  const clock = new VirtualClock()
  const ears = new Ears()
  const over = Promise.withResolvers<void>()
  const pieces: Int16Array[] = []
  const gone = new AbortController()
  const live = { ears, over } as unknown as LiveCall
  const hear = () =>
    listenIn(
      { clock } as unknown as Engine,
      live,
      (bytes) => void pieces.push(new Int16Array(new Uint8Array(bytes).buffer)),
      gone.signal,
    )
  return { clock, ears, over, pieces, gone, hear }
}

const frame = (value: number) => new Int16Array(160).fill(value)

test('a listener hears both sides in time, the caller left, from where it began to listen', async () => {
  const { clock, ears, pieces, gone, hear } = setting()
  const taps = ears.taps(8_000)
  taps.said.write(frame(9))
  const heard = (await hear())!
  expect(heard.rate).toBe(8_000)
  for (let ms = 0; ms < 500; ms += 20) {
    taps.said.write(frame(100))
    if (ms >= 200) taps.heard.heard(frame(200), clock.monotonic())
    await clock.advanceAsync(20)
  }
  const sound = pieces.flatMap((piece) => [...piece])
  // 100 ms a piece, some 150 ms late: 300 ms of stereo are there by now.
  expect(pieces.map(({ length }) => length)).toEqual([1_600, 1_600, 1_600])
  const left = sound.filter((_, index) => index % 2 === 0)
  const right = sound.filter((_, index) => index % 2 === 1)
  expect(left.every((sample) => sample === 100)).toBe(true)
  expect([right.indexOf(200), right.lastIndexOf(200)]).toEqual([1_600, 2_399])
  gone.abort()
  await heard.over
  expect([ears.size, clock.pending]).toEqual([0, 0])
})

test('a listener waits for the line; a call that ends before it, or a listener who leaves, has nothing', async () => {
  const early = setting()
  const waiting = early.hear()
  early.ears.taps(16_000)
  expect((await waiting)?.rate).toBe(16_000)
  const ended = setting()
  const none = ended.hear()
  ended.over.resolve()
  expect(await none).toBeUndefined()
  const left = setting()
  const nobody = left.hear()
  left.gone.abort()
  expect(await nobody).toBeUndefined()
  expect(left.ears.size).toBe(0)
})

test('what a listener hears ends with the call, and with a line of another rate', async () => {
  const { ears, over, hear } = setting()
  ears.taps(8_000)
  const [one, two] = [(await hear())!, (await hear())!]
  ears.taps(8_000)
  expect(ears.size).toBe(2)
  ears.taps(16_000)
  await Promise.all([one.over, two.over])
  expect(ears.size).toBe(0)
  const again = (await hear())!
  over.resolve()
  await again.over
  expect(ears.size).toBe(0)
})
