import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import type { Connection, Store } from './contract.ts'
import { lately } from './lately.ts'

type Rooms = Parameters<typeof lately>[0]

/** A store of connections alone, which counts how often it is read. */
function rooms() {
  const clock = new VirtualClock()
  let reads = 0
  let stored: Connection | undefined = { id: 'con_1', name: 'before' } as Connection // the rest is not looked at
  let hold: Promise<void> | undefined
  const connections: Partial<Store['connections']> = {
    find: async () => {
      reads++
      const found = stored
      await hold
      return found
    },
    update: async (connection) => void (stored = connection),
  }
  const open = lately({ connections, numbers: {}, agents: {}, subscriptions: {} } as Rooms, clock) // as above
  return {
    clock,
    open,
    reads: () => reads,
    put: (connection: Connection | undefined) => void (stored = connection),
    holdUntil: (until: Promise<void> | undefined) => void (hold = until),
  }
}

const after = { id: 'con_1', name: 'after' } as Connection

describe('lately', () => {
  test('reads once for many who ask within half a second, also at the same moment', async () => {
    const { clock, open, reads } = rooms()
    await Promise.all([open.lately.connection('con_1'), open.lately.connection('con_1')])
    clock.advance(499)
    await open.lately.connection('con_1')
    expect(reads()).toBe(1)
    clock.advance(1)
    await open.lately.connection('con_1')
    expect(reads()).toBe(2)
  })

  test('shows a change of this process at once, also to a read that was under way', async () => {
    const { open, holdUntil } = rooms()
    const { promise, resolve } = Promise.withResolvers<void>()
    holdUntil(promise)
    const overlapping = open.lately.connection('con_1')
    await open.connections.update(after)
    resolve()
    expect((await overlapping)?.name).toBe('before')
    expect((await open.lately.connection('con_1'))?.name).toBe('after')
  })

  test('tells of every change of this process until nobody wants to hear of it', async () => {
    const { open } = rooms()
    let changes = 0
    const listening = open.lately.onChange(() => void changes++)
    await open.connections.update(after)
    expect(changes).toBe(1)
    listening[Symbol.dispose]()
    await open.connections.update(after)
    expect(changes).toBe(1)
  })

  test('does not remember that something is not there, nor that it could not be read', async () => {
    const { open, put, holdUntil } = rooms()
    put(undefined)
    expect(await open.lately.connection('con_1')).toBeUndefined()
    put(after)
    holdUntil(Promise.reject(new Error('out of reach')))
    await expect(open.lately.connection('con_1')).rejects.toThrow('out of reach')
    holdUntil(undefined)
    expect((await open.lately.connection('con_1'))?.name).toBe('after')
  })
})
