/** What holds for subscriptions and deliveries. */
import { describe, expect, test } from 'vitest'
import { start } from './fixtures.ts'
import type { Setting } from './setting.ts'

export function webhookSuite(setting: Setting): void {
  subscriptionTests(setting)
  queueTests(setting)
  deliveryTests(setting)
}

function subscriptionTests(setting: Setting): void {
  describe('subscriptions', () => {
    test('come back as they were given, change, and go', async () => {
      const tenant = await setting.tenant()
      const subscription = await tenant.subscription()
      expect(await setting.store.subscriptions.get(tenant.id, subscription.id)).toEqual(subscription)
      const changed = { ...subscription, secret: 'whsec_5678', events: ['call.ended'], enabled: false }
      await setting.store.subscriptions.update(changed)
      expect(await setting.store.subscriptions.list(tenant.id)).toEqual({ items: [changed] })
      expect(await setting.store.subscriptions.remove(tenant.id, subscription.id)).toBe(true)
      expect(await setting.store.subscriptions.list(tenant.id)).toEqual({ items: [] })
    })

    test('want what they name, or everything, while they are enabled', async () => {
      const tenant = await setting.tenant()
      const [all, some] = [await tenant.subscription(), await tenant.subscription({ events: ['call.ended', 'x'] })]
      await tenant.subscription({ enabled: false })
      const wanting = async (type: string) =>
        (await setting.store.subscriptions.wanting(tenant.id, type)).map(({ id }) => id)
      expect(await wanting('call.ended')).toEqual([all.id, some.id])
      expect(await wanting('call')).toEqual([all.id])
    })
  })
}

function queueTests(setting: Setting): void {
  describe('deliveries', () => {
    test('are queued once per subscription and position', async () => {
      const tenant = await setting.tenant()
      const { id } = await tenant.subscription()
      const delivery = tenant.delivery(id, 1)
      await setting.store.deliveries.enqueue(delivery)
      await setting.store.deliveries.enqueue(tenant.delivery(id, 1))
      await setting.store.deliveries.enqueue(tenant.delivery('sub_gone', 1))
      expect(await setting.store.deliveries.list(tenant.id, id)).toEqual({ items: [delivery] })
    })

    test('are claimed by one at a time, and again when the lease has run out', async () => {
      const tenant = await setting.tenant()
      const { id } = await tenant.subscription()
      // Long past, so that no other test's are due.
      const early = { nextAt: 1000 }
      for (const position of [1, 2, 3, 4, 5])
        await setting.store.deliveries.enqueue(tenant.delivery(id, position, early))
      await setting.store.deliveries.enqueue(tenant.delivery(id, 6, { nextAt: 3000 }))
      const claim = (now: number, limit: number) => setting.store.deliveries.claim(now, limit, 500)
      const claimed = await Promise.all([claim(1000, 3), claim(1000, 3), claim(1000, 3)])
      expect(claimed.map(({ length }) => length).every((length) => length <= 3)).toBe(true)
      const positions = claimed.flat().map(({ position }) => position)
      expect(positions.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
      expect(claimed.flat().every(({ nextAt }) => nextAt === 1500)).toBe(true)
      expect(await claim(1499, 10)).toEqual([])
      expect(await claim(1500, 2)).toHaveLength(2)
      for (const delivery of await claim(9000, 10)) await settle(setting, delivery.id, id, tenant.id)
      await claim(99_000, 10)
    })
  })
}

function deliveryTests(setting: Setting): void {
  describe('deliveries, later', () => {
    test('settled, are claimed no more', async () => {
      const tenant = await setting.tenant()
      const { id } = await tenant.subscription()
      const delivery = tenant.delivery(id, 1, { nextAt: 500 })
      await setting.store.deliveries.enqueue(delivery)
      const failed = { ...delivery, attempts: 1, nextAt: 700, lastStatus: 500, lastError: 'answered 500' }
      await setting.store.deliveries.settle(failed)
      expect(await setting.store.deliveries.list(tenant.id, id)).toEqual({ items: [failed] })
      const { lastError: _, ...settled } = { ...failed, attempts: 2, status: 'delivered', lastStatus: 200 } as const
      await setting.store.deliveries.settle(settled)
      expect(await setting.store.deliveries.claim(700, 10, 1)).toEqual([])
      expect(await setting.store.deliveries.list(tenant.id, id)).toEqual({ items: [settled] })
    })

    test('go with their subscription', async () => {
      const tenant = await setting.tenant()
      const { id } = await tenant.subscription()
      await setting.store.deliveries.enqueue(tenant.delivery(id, 1, { nextAt: start * 2 }))
      await setting.store.subscriptions.remove(tenant.id, id)
      expect(await setting.store.deliveries.list(tenant.id, id)).toEqual({ items: [] })
    })

    test('are spooled from a cursor that only moves on', async () => {
      const before = await setting.store.deliveries.cursor()
      await setting.store.deliveries.advance(before + 12)
      await setting.store.deliveries.advance(before + 9)
      expect(await setting.store.deliveries.cursor()).toBe(before + 12)
    })
  })
}

async function settle({ store }: Setting, delivery: string, subscription: string, organization: string): Promise<void> {
  const { items } = await store.deliveries.list(organization, subscription)
  const found = items.find(({ id }) => id === delivery)
  if (found) await store.deliveries.settle({ ...found, status: 'delivered' })
}
