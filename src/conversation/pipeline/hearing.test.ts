import { expect, test } from 'vitest'
import { Hearing } from './hearing.ts'

/** One sample a millisecond, each worth the millisecond it came at. */
function listen(): { hearing: Hearing; until(ms: number): void } {
  const hearing = new Hearing(1000)
  let now = 0
  return {
    hearing,
    until(ms) {
      for (; now < ms; now += 20) hearing.write(Int16Array.from({ length: 20 }, (_, index) => now + index))
    },
  }
}

test('the first syllable is not clipped, the silence behind the last is', () => {
  const { hearing, until } = listen()
  until(1000)
  hearing.start(100)
  until(2000)
  const turn = hearing.stop(600)
  expect(turn[0]).toBe(600)
  expect(turn.at(-1)).toBe(1599)
})

test('a turn from the very start of the call is whole', () => {
  const { hearing, until } = listen()
  hearing.start(0)
  until(500)
  expect(hearing.stop(0)).toHaveLength(500)
})

test('a turn that follows at once still gets its beginning', () => {
  const { hearing, until } = listen()
  until(1000)
  hearing.start(0)
  until(2000)
  hearing.stop(600)
  hearing.start(100)
  until(2100)
  expect(hearing.stop(0)[0]).toBe(1600)
})

test('memory is bounded: two seconds of silence, two minutes of speech, the end of it', () => {
  const { hearing, until } = listen()
  until(10_000)
  hearing.start(9_000)
  expect(hearing.stop(0).length).toBeLessThanOrEqual(2020)
  hearing.start(0)
  until(200_000)
  const turn = hearing.stop(0)
  expect(turn.length).toBeLessThanOrEqual(120_020)
  expect(turn.length).toBeGreaterThan(119_000)
})

test('a turn shorter than its silence is empty, not backwards', () => {
  const { hearing, until } = listen()
  hearing.start(0)
  until(100)
  expect(hearing.stop(5_000)).toHaveLength(0)
  expect(hearing.listening).toBe(false)
})

test('the array of a writer is not kept', () => {
  const hearing = new Hearing(1000)
  const pcm = new Int16Array([7])
  hearing.start(0)
  hearing.write(pcm)
  pcm[0] = 0
  expect(hearing.stop(0)[0]).toBe(7)
})
