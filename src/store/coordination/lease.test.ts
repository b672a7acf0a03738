import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../lib/clock.ts'
import { createLogger } from '../../lib/log.ts'
import { Leases } from './lease.ts'
import type { LeaseKeeper } from './lease.ts'

const request = { key: 'call', holder: 'node', ttl: 3000 }

function house(over: Partial<LeaseKeeper> = {}) {
  const clock = new VirtualClock()
  const asked: string[] = []
  const keeper: LeaseKeeper = {
    acquire: async () => true,
    renew: async () => true,
    release: async (key) => void asked.push(`release ${key}`),
    ...over,
  }
  const leases = new Leases({ clock, keeper, logger: createLogger({ level: 'silent' }) })
  return { clock, asked, leases }
}

describe('a lease', () => {
  test('is not there when another holds it, and leaves no timer', async () => {
    const setting = house({ acquire: async () => false })
    expect(await setting.leases.take(request)).toBeUndefined()
    expect(setting.clock.pending).toBe(0)
  })

  test('survives a renewal that failed when the next one succeeds in time', async () => {
    let failures = 1
    const setting = house({
      renew: async () => {
        if (failures-- > 0) throw new Error('out of reach')
        return true
      },
    })
    const lease = await setting.leases.take(request)
    await setting.clock.advanceAsync(30_000)
    expect(lease?.lost.aborted).toBe(false)
  })

  test('is lost when its time is over, not later, though renewals fail', async () => {
    const setting = house({ renew: () => Promise.reject(new Error('out of reach')) })
    const lease = await setting.leases.take(request)
    await setting.clock.advanceAsync(2999)
    expect(lease?.lost.aborted).toBe(false)
    await setting.clock.advanceAsync(1)
    expect(lease?.lost.aborted).toBe(true)
    expect(setting.clock.pending).toBe(0)
  })

  test('is lost when its time is over though a renewal is never answered', async () => {
    const setting = house({ renew: () => new Promise(() => undefined) })
    const lease = await setting.leases.take(request)
    await setting.clock.advanceAsync(3000)
    expect(lease?.lost.reason).toMatchObject({ code: 'conflict' })
  })

  test('lost, is not released: it is another’s by now', async () => {
    const setting = house({ renew: async () => false })
    const lease = await setting.leases.take(request)
    await setting.clock.advanceAsync(1000)
    await lease?.[Symbol.asyncDispose]()
    expect([lease?.lost.aborted, setting.asked, setting.leases.size]).toEqual([true, [], 0])
  })

  test('released, is neither renewed nor lost', async () => {
    const setting = house()
    const lease = await setting.leases.take(request)
    await lease?.[Symbol.asyncDispose]()
    await setting.clock.advanceAsync(10_000)
    expect([lease?.lost.aborted, setting.asked, setting.clock.pending]).toEqual([false, ['release call'], 0])
    expect(setting.leases.size).toBe(0)
  })

  test('is released with all others, though one of them cannot be', async () => {
    const released: string[] = []
    const release = async (key: string) => {
      if (key === 'first') throw new Error('out of reach')
      released.push(key)
    }
    const setting = house({ release })
    for (const key of ['first', 'second']) await setting.leases.take({ ...request, key })
    await setting.leases[Symbol.asyncDispose]()
    expect([released, setting.clock.pending, setting.leases.size]).toEqual([['second'], 0, 0])
  })
})
