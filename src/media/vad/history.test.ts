import { expect, test } from 'vitest'
import { History } from './history.ts'

test('keeps the last samples in their order, however they come', () => {
  const history = new History(5)
  expect([...history.read()]).toEqual([])
  history.write(Int16Array.of(1, 2, 3))
  expect([...history.read()]).toEqual([1, 2, 3])
  history.write(Int16Array.of(4, 5, 6, 7))
  expect([...history.read()]).toEqual([3, 4, 5, 6, 7])
  history.write(Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8))
  expect([...history.read()]).toEqual([4, 5, 6, 7, 8])
  history.write(Int16Array.of(9))
  expect([...history.read()]).toEqual([5, 6, 7, 8, 9])
})
