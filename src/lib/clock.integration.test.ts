/** The process's own clock, against the process's own timers. */
import { describe, expect, test } from 'vitest'
import { realClock } from './clock.ts'

describe('real clock', () => {
  test('agrees with the wall and never goes backwards', () => {
    const before = Date.now()
    const [now, first] = [realClock.now(), realClock.monotonic()]
    expect(now).toBeGreaterThanOrEqual(before)
    expect(realClock.monotonic()).toBeGreaterThanOrEqual(first)
  })

  test('a timer of a month does not fire at once', async () => {
    let ran = false
    const timer = realClock.timer(31 * 24 * 3_600_000, () => (ran = true))
    await new Promise((resolve) => setImmediate(resolve))
    await realClock.sleep(3)
    timer.cancel()
    expect(ran).toBe(false)
  })

  test('runs a timer once and not after cancelling', async () => {
    let ran = 0
    realClock.timer(0, () => ran++)
    realClock.timer(0, () => (ran += 10)).cancel()
    await realClock.sleep(2)
    expect(ran).toBe(1)
  })
})
