import { expect, test } from 'vitest'
import { SentSound } from './playout-sent.ts'

const samples = (...all: readonly number[]) => Int16Array.from(all)

test('gives back the newest, in order, and no more than it keeps', () => {
  const sent = new SentSound(5)
  expect(sent.take(3)).toEqual(samples())
  sent.add(samples(1, 2, 3))
  sent.add(samples(4, 5, 6, 7))
  expect(sent.take(9)).toEqual(samples(3, 4, 5, 6, 7))
})

test('what was taken back is gone until it is sent again', () => {
  const sent = new SentSound(4)
  sent.add(samples(1, 2, 3))
  expect(sent.take(2)).toEqual(samples(2, 3))
  expect(sent.take(2)).toEqual(samples(1))
  sent.add(samples(2, 3))
  expect(sent.take(4)).toEqual(samples(2, 3))
})
