import { expect, test } from 'vitest'
import { VirtualClock } from '../../src/lib/clock.ts'
import { seededIds } from '../../src/lib/ids.ts'
import { LateQueue } from './late.ts'

test('jitter delays messages and never swaps them, nor lets others overtake', () => {
  const clock = new VirtualClock()
  const queue = new LateQueue({ clock, ids: seededIds('late'), faults: { mediaJitterMs: 90 } })
  const left: number[] = []
  const times = new Set<number>()
  for (let at = 0; at < 200; at++) {
    queue.send(at % 7 !== 0, () => {
      left.push(at)
      times.add(clock.monotonic())
    })
    clock.advance(1)
  }
  clock.advance(queue.restMs)
  expect(left).toEqual(Array.from({ length: 200 }, (_, at) => at))
  expect(times.size).toBeGreaterThan(5)
})

test('a message that comes while a late one is due waits for it', () => {
  const clock = new VirtualClock()
  const faults: { mediaJitterMs?: number } = { mediaJitterMs: 50 }
  const queue = new LateQueue({ clock, ids: seededIds('due'), faults })
  const left: string[] = []
  queue.send(true, () => left.push('late'))
  delete faults.mediaJitterMs
  // The moment the first is due, before its timer has run.
  clock.timer(queue.restMs - 0.01, () => queue.send(false, () => left.push('mark')))
  clock.advance(100)
  expect(left).toEqual(['late', 'mark'])
})

test('without the fault everything leaves at once', () => {
  const queue = new LateQueue({ clock: new VirtualClock(), ids: seededIds('now'), faults: {} })
  const left: string[] = []
  queue.send(true, () => left.push('a'))
  expect(left).toEqual(['a'])
  expect(queue.restMs).toBe(0)
})
