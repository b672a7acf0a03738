import { expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import type { Used } from '../spec/usage.ts'
import { added, UsageBook } from './usage.ts'

const llm = (inputTokens: number, model = 'm'): Used => ({ part: 'llm', provider: 'a', model, usage: { inputTokens } })

test('sums are kept apart by part, provider and model', () => {
  const sums = [llm(10), llm(5), llm(1, 'n'), { ...llm(2), part: 'agent' } as const].reduce(
    added,
    [] as readonly Used[],
  )
  expect(sums).toEqual([llm(15), llm(1, 'n'), { ...llm(2), part: 'agent' }])
})

test('figures that are none add nothing, and break nothing', () => {
  const broken = { ...llm(0), usage: { inputTokens: Number.NaN, outputTokens: -3, cachedTokens: 0 } }
  expect(added([], broken)).toEqual([])
  expect(added([llm(4)], broken)).toEqual([llm(4)])
})

test('is told half a minute apart, in sums, and whole when it closes', () => {
  const clock = new VirtualClock()
  const told: Used[] = []
  const book = new UsageBook(clock, (used) => void told.push(used))
  book.count(llm(1))
  clock.advance(29_999)
  book.pause()
  expect(told).toEqual([])
  book.count(llm(2))
  clock.advance(1)
  book.pause()
  expect(told).toEqual([llm(3)])
  book.count(llm(4))
  book.pause()
  book.close()
  book.count(llm(5))
  expect(told).toEqual([llm(3), llm(4), llm(5)])
})
