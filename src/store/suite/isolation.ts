/** No organization sees, changes or points to what is another's. */
import { describe, expect, test } from 'vitest'
import type { Setting } from './setting.ts'

export function isolationSuite(setting: Setting): void {
  sightTests(setting)
  changeTests(setting)
}

function sightTests(setting: Setting): void {
  describe('another organization', () => {
    test('sees none of it', async () => {
      const { store } = setting
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const [connection, agent, call] = [await a.connection(), await a.agent(), await a.call()]
      const [number, subscription] = [await a.number(connection.id), await a.subscription()]
      await store.journal.append(a.entry(call.id, 1))
      await store.metrics.add(a.id, [{ call: call.id, source: 'user', name: 'score', value: 1, at: 1 }])
      await store.deliveries.enqueue(a.delivery(subscription.id, 1))
      const seen = [
        await store.connections.get(b.id, connection.id),
        await store.connections.default(b.id, 'carrier'),
        await store.agents.get(b.id, agent.id),
        await store.numbers.get(b.id, number.id),
        await store.calls.get(b.id, call.id),
        await store.subscriptions.get(b.id, subscription.id),
      ]
      expect(seen.filter((record) => record !== undefined)).toEqual([])
      const lists = [
        ...(await store.keys.list(b.id)),
        ...(await store.connections.list(b.id)).items,
        ...(await store.agents.list(b.id)).items,
        ...(await store.numbers.list(b.id)).items,
        ...(await store.calls.list(b.id)).items,
        ...(await store.subscriptions.list(b.id)).items,
        ...(await store.subscriptions.wanting(b.id, 'call.ended')),
        ...(await store.deliveries.list(b.id, subscription.id)).items,
        ...(await store.journal.read(b.id, call.id)),
        ...(await store.journal.after(0, { organization: b.id })),
        ...(await store.messages.list(b.id, call.id)),
        ...(await store.metrics.list(b.id, call.id)),
      ]
      expect(lists).toEqual([])
    })

    test('cannot learn of an event by naming its place', async () => {
      const { store } = setting
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const call = await a.call()
      await store.journal.append(a.entry(call.id, 1))
      const guess = store.journal.append(b.entry(call.id, 1, { patch: { status: 'failed' } }))
      await expect(guess).rejects.toMatchObject({ code: 'call.unknown' })
      expect((await store.calls.get(a.id, call.id))?.status).toBe('queued')
    })
  })
}

function changeTests(setting: Setting): void {
  describe('another organization’s changes', () => {
    test('changes none of it', async () => {
      const { store } = setting
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const [connection, agent, subscription] = [await a.connection(), await a.agent(), await a.subscription()]
      const number = await a.number(connection.id)
      const foreign = { organization: b.id, name: 'stolen', url: 'https://evil.test', display: 'stolen' }
      const refused = { code: 'not-found' }
      await expect(store.connections.update({ ...connection, ...foreign })).rejects.toMatchObject(refused)
      await expect(store.connections.makeDefault(b.id, connection.id)).rejects.toMatchObject(refused)
      await expect(store.agents.update({ ...agent, ...foreign })).rejects.toMatchObject(refused)
      await expect(store.numbers.update({ ...number, ...foreign })).rejects.toMatchObject(refused)
      await expect(store.subscriptions.update({ ...subscription, ...foreign })).rejects.toMatchObject(refused)
      const removed = [
        await store.connections.remove(b.id, connection.id),
        await store.agents.remove(b.id, agent.id),
        await store.numbers.remove(b.id, number.id),
        await store.subscriptions.remove(b.id, subscription.id),
      ]
      expect(removed).toEqual([false, false, false, false])
      expect(await store.numbers.get(a.id, number.id)).toEqual(number)
    })

    test('cannot point to it', async () => {
      const { store } = setting
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const [theirs, agent, call, subscription] = [
        await a.connection(),
        await a.agent(),
        await a.call(),
        await a.subscription(),
      ]
      const own = await b.connection()
      await expect(b.number(theirs.id)).rejects.toMatchObject({ code: 'not-found' })
      await expect(b.number(own.id, { agent: agent.id })).rejects.toMatchObject({ code: 'not-found' })
      await expect(store.journal.append(b.entry(call.id, 1))).rejects.toMatchObject({ code: 'call.unknown' })
      const metric = { call: call.id, source: 'user', name: 'score', value: 1, at: 1 } as const
      await expect(store.metrics.add(b.id, [metric])).rejects.toMatchObject({ code: 'call.unknown' })
      await store.deliveries.enqueue(b.delivery(subscription.id, 1))
      expect((await store.deliveries.list(a.id, subscription.id)).items).toEqual([])
    })
  })
}
