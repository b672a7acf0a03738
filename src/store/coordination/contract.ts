/** What every coordination promises, as tests. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Scope } from '../../lib/scope.ts'
import type { Coordination } from '../contract.ts'

export interface Setting {
  readonly here: Coordination
  /** Another process's view of the same state; the same object where there is but one process. */
  readonly there: Coordination
  /** Lets time pass, for the values as well as for leases. */
  wait(duration: number): Promise<void>
}

export function coordinationSuite(name: string, open: (scope: Scope) => Promise<Setting>): void {
  describe(`coordination: ${name}`, () => {
    const scope = new Scope(name)
    let setting: Setting
    let round = 0
    let key = ''
    beforeAll(async () => void (setting = await open(scope)))
    beforeEach(() => void (key = `key ${round++}`))
    afterAll(() => scope.close())

    test('a claim succeeds once, until it has run out', async () => {
      const { here, there, wait } = setting
      const claims = await Promise.all([
        here.claim(key, 'a', 300),
        there.claim(key, 'b', 300),
        here.claim(key, 'c', 300),
      ])
      expect(claims.filter(Boolean)).toHaveLength(1)
      await wait(400)
      expect(await there.claim(key, 'd', 300)).toBe(true)
      expect(await here.get(key)).toBe('d')
    })

    test('a value is there until it runs out, is replaced or removed', async () => {
      const { here, there, wait } = setting
      expect(await here.get(key)).toBeUndefined()
      await here.set(key, 'one', 10_000)
      await here.set(key, 'two', 300)
      expect(await there.get(key)).toBe('two')
      await wait(400)
      expect(await there.get(key)).toBeUndefined()
      await here.set(key, '', 10_000)
      expect(await there.get(key)).toBe('')
      await there.remove(key)
      expect(await here.get(key)).toBeUndefined()
      await there.remove(key)
    })

    test('of many who take a value one gets it', async () => {
      const { here, there } = setting
      await here.set(key, 'nonce', 10_000)
      const taken = await Promise.all([here.take(key), there.take(key), here.take(key)])
      expect(taken.filter((value) => value !== undefined)).toEqual(['nonce'])
      expect(await here.take(key)).toBeUndefined()
    })

    test('a swap succeeds only on the value it expects, and lives for its own time', async () => {
      const { here, there, wait } = setting
      expect(await here.swap(key, 'a', 'b', 10_000)).toBe(false)
      await here.set(key, 'a', 10_000)
      const swaps = await Promise.all([here.swap(key, 'a', 'b', 300), there.swap(key, 'a', 'c', 300)])
      expect(swaps.filter(Boolean)).toHaveLength(1)
      expect(await here.swap(key, 'a', 'd', 10_000)).toBe(false)
      await wait(400)
      expect(await here.get(key)).toBeUndefined()
    })

    test('a count starts anew when its window is over, however often it was raised', async () => {
      const { here, there, wait } = setting
      expect([await here.count(key, 400), await there.count(key, 400)]).toEqual([1, 2])
      await wait(250)
      expect(await here.count(key, 400)).toBe(3)
      await wait(250)
      expect(await there.count(key, 400)).toBe(1)
    })

    test('a lease is held by one, renews itself, and is free once released', async () => {
      const { here, there, wait } = setting
      const lease = await here.lease(key, 'a', 300)
      expect(await there.lease(key, 'b', 300)).toBeUndefined()
      await wait(1000)
      expect(await there.lease(key, 'b', 300)).toBeUndefined()
      expect([await there.get(key), lease?.lost.aborted]).toEqual(['a', false])
      await lease?.[Symbol.asyncDispose]()
      await lease?.[Symbol.asyncDispose]()
      await using next = await there.lease(key, 'b', 300)
      expect(next).toBeDefined()
    })

    test('a lease taken over tells its former holder, whose release takes nothing away', async () => {
      const { here, there, wait } = setting
      const lease = await here.lease(key, 'a', 300)
      await there.set(key, 'b', 10_000)
      await wait(200)
      expect(lease?.lost.aborted).toBe(true)
      await lease?.[Symbol.asyncDispose]()
      expect(await there.get(key)).toBe('b')
    })

    test('a release takes nothing away though nobody noticed yet that the lease is lost', async () => {
      const { here, there } = setting
      const lease = await here.lease(key, 'a', 10_000)
      await there.set(key, 'b', 10_000)
      await lease?.[Symbol.asyncDispose]()
      expect(await there.get(key)).toBe('b')
    })

    test('a holder takes its own lease again, as after a restart', async () => {
      const { here, there } = setting
      await using first = await here.lease(key, 'a', 10_000)
      await using second = await there.lease(key, 'a', 10_000)
      expect([first, second].every(Boolean)).toBe(true)
    })

    test('a message reaches every listener of its channel, in order, and none that left', async () => {
      const { here, there, wait } = setting
      const heard: string[] = []
      await using _broken = await here.subscribe(key, () => {
        throw new Error('a listener that fails')
      })
      await using _first = await here.subscribe(key, (message) => heard.push(`first ${message}`))
      const second = await there.subscribe(key, (message) => heard.push(`second ${message}`))
      await using _third = await there.subscribe(key, (message) => heard.push(`third ${message}`))
      await using _other = await there.subscribe(`${key} other`, (message) => heard.push(`other ${message}`))
      await there.publish(key, '1')
      await there.publish(key, '2')
      await wait(100)
      expect(heard.toSorted()).toEqual(['first 1', 'first 2', 'second 1', 'second 2', 'third 1', 'third 2'])
      expect(heard.filter((message) => message.startsWith('first'))).toEqual(['first 1', 'first 2'])
      await second[Symbol.asyncDispose]()
      await second[Symbol.asyncDispose]()
      await here.publish(key, '3')
      await wait(100)
      expect(heard.slice(6).toSorted()).toEqual(['first 3', 'third 3'])
    })

    test('closing releases what is held', async () => {
      await using own = new Scope('closing')
      const { here, there } = await open(own)
      await here.lease(key, 'a', 10_000)
      if (here === there) return
      await here[Symbol.asyncDispose]()
      expect(await there.get(key)).toBeUndefined()
    })
  })
}
