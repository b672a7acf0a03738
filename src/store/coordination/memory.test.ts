import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../lib/clock.ts'
import { createLogger } from '../../lib/log.ts'
import { coordinationSuite } from './contract.ts'
import { MemoryCoordination } from './memory.ts'

const logger = createLogger({ level: 'silent' })

coordinationSuite('memory', async (scope) => {
  const clock = new VirtualClock()
  const coordination = scope.use(new MemoryCoordination({ clock, logger }))
  return { here: coordination, there: coordination, wait: (duration) => clock.advanceAsync(duration) }
})

function open(limit?: number) {
  const clock = new VirtualClock()
  return { clock, coordination: new MemoryCoordination({ clock, logger, ...(limit !== undefined && { limit }) }) }
}

describe('coordination in memory', () => {
  test('throws out what has expired without being asked for it', async () => {
    const { clock, coordination } = open()
    await coordination.set('short', 'x', 1000)
    await coordination.set('long', 'x', 50_000)
    clock.advance(31_000)
    expect(coordination.size).toBe(1)
    clock.advance(60_000)
    expect([coordination.size, clock.pending]).toEqual([0, 0])
  })

  test('refuses new keys when full of living ones, and makes room by what has expired', async () => {
    const { clock, coordination } = open(2)
    await coordination.set('a', 'x', 1000)
    await coordination.set('b', 'x', 9000)
    await expect(coordination.set('c', 'x', 1000)).rejects.toMatchObject({ code: 'overloaded' })
    await coordination.set('a', 'y', 1000)
    clock.advance(1001)
    await coordination.set('c', 'x', 1000)
    expect(await coordination.get('a')).toBeUndefined()
  })

  test('closed, has no timers left and keeps nothing', async () => {
    const { clock, coordination } = open()
    await coordination.set('a', 'x', 1000)
    await coordination.lease('b', 'holder', 1000)
    await coordination[Symbol.asyncDispose]()
    expect([clock.pending, coordination.size]).toEqual([0, 0])
    await expect(coordination.set('a', 'x', 1000)).rejects.toMatchObject({ code: 'store.failed' })
  })
})
