/** Time that moves when told. */
import { describe, expect, test } from 'vitest'
import { VirtualClock } from './clock.ts'

describe('virtual clock', () => {
  test('stands still until it is told to move', () => {
    const clock = new VirtualClock(1000)
    expect([clock.now(), clock.monotonic()]).toEqual([1000, 0])
    clock.advance(20.5)
    expect([clock.now(), clock.monotonic()]).toEqual([1020, 20.5])
  })

  test('runs timers at their own instants, in order of time and then of setting', () => {
    const clock = new VirtualClock()
    const seen: string[] = []
    const note = (name: string) => () => void seen.push(`${name}@${clock.monotonic()}`)
    clock.timer(30, note('c'))
    clock.timer(10, note('a'))
    clock.timer(30, note('d'))
    clock.timer(20, note('b'))
    clock.timer(31, note('late'))
    clock.advance(30)
    expect(seen).toEqual(['a@10', 'b@20', 'c@30', 'd@30'])
    expect(clock.pending).toBe(1)
  })

  test('runs timers set by timers within the same advance', () => {
    const clock = new VirtualClock()
    const ticks: number[] = []
    const tick = () => {
      ticks.push(clock.monotonic())
      clock.timer(20, tick)
    }
    clock.timer(20, tick)
    clock.advance(100)
    expect(ticks).toEqual([20, 40, 60, 80, 100])
  })

  test('treats negative and meaningless delays as none', () => {
    const clock = new VirtualClock()
    let ran = 0
    clock.timer(-5, () => ran++)
    clock.timer(Number.NaN, () => ran++)
    clock.advance(0)
    expect([ran, clock.monotonic()]).toEqual([2, 0])
  })

  test('a cancelled timer never runs, and cancelling twice changes nothing', () => {
    const clock = new VirtualClock()
    let ran = 0
    const timer = clock.timer(10, () => ran++)
    timer.cancel()
    timer.cancel()
    {
      using disposed = clock.timer(10, () => ran++)
      expect(disposed).toBeDefined()
    }
    clock.advance(100)
    expect([ran, clock.pending]).toEqual([0, 0])
  })

  test('never moves backwards when a timer advances it further than asked', () => {
    const clock = new VirtualClock()
    clock.timer(10, () => clock.advance(100))
    clock.advance(20)
    expect(clock.monotonic()).toBe(110)
  })

  test('lets promises settle between timers', async () => {
    const clock = new VirtualClock()
    const seen: string[] = []
    const work = async () => {
      await clock.sleep(10)
      seen.push(`first@${clock.monotonic()}`)
      await clock.sleep(10)
      seen.push(`second@${clock.monotonic()}`)
    }
    const done = work()
    await clock.advanceAsync(20)
    expect(seen).toEqual(['first@10', 'second@20'])
    await done
  })

  test('a sleep ends with the reason of its signal and leaves no timer and no listener', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const sleep = clock.sleep(1000, controller.signal)
    controller.abort('gone')
    await expect(sleep).rejects.toBe('gone')
    expect(clock.pending).toBe(0)
    await expect(clock.sleep(1, controller.signal)).rejects.toBe('gone')
    expect(clock.pending).toBe(0)
  })
})
