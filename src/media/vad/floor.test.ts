import { expect, test } from 'vitest'
import { NoiseFloor } from './floor.ts'

const feed = (floor: NoiseFloor, level: number, frames: number, speaking = false) => {
  let loud = 0
  for (let frame = 0; frame < frames; frame++) if (floor.loud(level, speaking)) loud++
  return loud
}

test('what stands out from the line is loud, what does not is not', () => {
  const floor = new NoiseFloor()
  feed(floor, -50, 100)
  expect(feed(floor, -43, 5)).toBe(0)
  expect(feed(floor, -38, 5)).toBe(5)
  // Once loud, a little less is enough.
  expect(feed(floor, -43, 5)).toBe(5)
  expect(feed(floor, -49, 5)).toBe(0)
})

test('nothing soft is loud, however silent the line', () => {
  const floor = new NoiseFloor()
  feed(floor, -120, 100)
  expect(feed(floor, -51, 5)).toBe(0)
})

test('a call that begins with speech is heard after its first dip', () => {
  const floor = new NoiseFloor()
  feed(floor, -18, 10)
  feed(floor, -60, 5)
  expect(feed(floor, -18, 5)).toBe(5)
})

test('a sound that never varies becomes the line’s own within half a second', () => {
  const floor = new NoiseFloor()
  feed(floor, -60, 100)
  expect(feed(floor, -30, 100)).toBeLessThanOrEqual(50)
  expect(floor.level).toBeCloseTo(-30)
  // And is unlearned with the first pauses.
  feed(floor, -60, 8)
  expect(floor.level).toBeLessThan(-55)
})
