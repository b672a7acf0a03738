import { expect, test } from 'vitest'
import { heardTrack } from './track.ts'

const frame = (value: number) => new Int16Array(4).fill(value)

test('frames lie where they were due, with silence between', () => {
  const track = heardTrack(1_000)
  track.heard(frame(1), 1_004)
  track.heard(frame(2), 1_012)
  expect([...track.pcm(1_000)]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 2, 2])
})

test('what was taken back was not heard', () => {
  const track = heardTrack(0)
  track.heard(frame(1), 0)
  track.heard(frame(2), 4)
  track.heard(frame(3), 8)
  track.cleared(6)
  track.heard(frame(4), 10)
  expect([...track.pcm(1_000)]).toEqual([1, 1, 1, 1, 2, 2, 0, 0, 0, 0, 4, 4, 4, 4])
})
