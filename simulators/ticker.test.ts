import { expect, test } from 'vitest'
import { VirtualClock } from '../src/lib/clock.ts'
import { Ticker, tickerOf } from './ticker.ts'

test('ticks come every 20 ms and do not drift', () => {
  const clock = new VirtualClock()
  const due: number[] = []
  using _tick = new Ticker(clock).add((at) => due.push(at))
  clock.advance(1000)
  expect(due.length).toBe(51)
  expect(due.map((at, index) => at - index * 20)).toEqual(due.map(() => 0))
})

test('calls are spread over the 20 ms', () => {
  const clock = new VirtualClock()
  const ticker = new Ticker(clock)
  const first: number[] = []
  const ticks = Array.from({ length: 10 }, (_, at) => ticker.add((due) => (first[at] ??= due)))
  clock.advance(40)
  expect(new Set(first.map((due) => due % 20)).size).toBe(10)
  ticks.forEach((tick) => tick[Symbol.dispose]())
  expect(clock.pending).toBe(0)
})

test('after a stall every missed tick is made up for', () => {
  let now = 0
  let run: (() => void) | undefined
  const clock = {
    now: () => now,
    monotonic: () => now,
    timer: (_: number, callback: () => void) => {
      run = callback
      const cancel = () => (run = undefined)
      return { cancel, [Symbol.dispose]: cancel }
    },
    sleep: () => Promise.reject(new Error('not used')),
  }
  let ticks = 0
  const ticker = new Ticker(clock)
  const tick = ticker.add(() => void ticks++)
  now = 200
  run?.()
  expect(ticks).toBe(11)
  tick[Symbol.dispose]()
  expect(run).toBeUndefined()
})

test('a tick may stop itself and start another', () => {
  const clock = new VirtualClock()
  const ticker = new Ticker(clock)
  let second = 0
  let other: Disposable | undefined
  const first = ticker.add(() => {
    first[Symbol.dispose]()
    other = ticker.add(() => void second++)
  })
  clock.advance(100)
  expect(second).toBeGreaterThanOrEqual(4)
  expect(clock.pending).toBe(1)
  other?.[Symbol.dispose]()
  expect(clock.pending).toBe(0)
})

test('one wheel per clock', () => {
  const clock = new VirtualClock()
  expect(tickerOf(clock)).toBe(tickerOf(clock))
  expect(tickerOf(clock)).not.toBe(tickerOf(new VirtualClock()))
})
