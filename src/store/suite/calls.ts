/** What holds for calls, their lists, transcripts and metrics. */
import { describe, expect, test } from 'vitest'
import type { CallFilter, CallRecord } from '../contract.ts'
import { start } from './fixtures.ts'
import type { Setting } from './setting.ts'

export function callSuite(setting: Setting): void {
  callTests(setting)
  waitingTests(setting)
  listTests(setting)
  metricTests(setting)
}

function callTests(setting: Setting): void {
  describe('calls', () => {
    test('come back as they were given', async () => {
      const tenant = await setting.tenant()
      const full: Partial<CallRecord> = {
        voicemailMessage: 'Bye',
        ref: tenant.fresh('CA'),
        endReason: 'idle',
        cause: 'SIP 486',
        answeredBy: 'machine',
        startedAt: start,
        answeredAt: start + 1,
        endedAt: start + 2,
        recording: 'rec_1',
        cost: { amount: 0.0085, currency: 'USD' },
        owner: 'node-1',
      }
      for (const over of [{}, full]) {
        const call = await tenant.call({ connection: tenant.fresh('con'), ...over })
        expect(await setting.store.calls.get(tenant.id, call.id)).toEqual(call)
        expect(await setting.store.calls.find(call.id)).toEqual(call)
      }
      expect(await setting.store.calls.find('call_none')).toBeUndefined()
    })

    test('are found by carrier reference', async () => {
      const tenant = await setting.tenant()
      const call = await tenant.call({ connection: tenant.fresh('con'), ref: 'CA1' })
      expect(await setting.store.calls.findByRef(call.connection, 'CA1')).toEqual(call)
      expect(await setting.store.calls.findByRef(call.connection, 'CA2')).toBeUndefined()
    })

    test('are unique by carrier reference within a connection', async () => {
      const tenant = await setting.tenant()
      const over = { connection: tenant.fresh('con'), ref: 'CA1' }
      await tenant.call(over)
      await expect(tenant.call(over)).rejects.toMatchObject({ code: 'conflict' })
      await tenant.call({ ...over, connection: tenant.fresh('con') })
    })

    test('open are those that have not ended, oldest first', async () => {
      const tenant = await setting.tenant()
      const statuses = ['queued', 'initiated', 'ringing', 'in-progress', 'completed', 'busy', 'failed'] as const
      const made = []
      for (const status of statuses) made.push(await tenant.call({ status }))
      const open = (await setting.store.calls.open()).filter(({ organization }) => organization === tenant.id)
      expect(open).toEqual(made.slice(0, 4))
    })
  })
}

function waitingTests(setting: Setting): void {
  test('calls that wait for a line are counted apart, and are not open', async () => {
    const tenant = await setting.tenant()
    const { calls } = setting.store
    const own = { connection: tenant.fresh('con'), direction: 'outbound' } as const
    expect(await calls.load(own.connection)).toEqual({ waiting: 0, running: 0 })
    const waiting = await tenant.call({ ...own, waiting: true })
    await tenant.call({ ...own, waiting: true })
    await tenant.call({ ...own, status: 'ringing' })
    await tenant.call({ ...own, status: 'busy' })
    await tenant.call({ ...own, direction: 'inbound', status: 'in-progress' })
    expect(await calls.load(own.connection)).toEqual({ waiting: 2, running: 1 })
    expect(await calls.waitedFor()).toContain(own.connection)
    expect((await calls.open()).map(({ id }) => id)).not.toContain(waiting.id)
    await setting.store.journal.append({ ...tenant.entry(waiting.id, 1), patch: { waiting: false } })
    expect(await calls.load(own.connection)).toEqual({ waiting: 1, running: 2 })
  })
}

function listTests(setting: Setting): void {
  describe('lists of calls', () => {
    test('are filtered by every field a list may ask for', async () => {
      const tenant = await setting.tenant()
      const plain = await tenant.call()
      const wanted = {
        status: 'busy',
        direction: 'outbound',
        agent: 'agt_9',
        connection: 'con_9',
        from: '+19',
        to: '+18',
      } as const
      const special = await tenant.call(wanted)
      const ids = async (filter: CallFilter) =>
        (await setting.store.calls.list(tenant.id, filter)).items.map(({ id }) => id)
      for (const [name, value] of Object.entries(wanted))
        expect([name, await ids({ [name]: value })]).toEqual([name, [special.id]])
      expect(await ids(wanted)).toEqual([special.id])
      expect(await ids({ since: special.createdAt })).toEqual([special.id])
      expect(await ids({ until: special.createdAt })).toEqual([plain.id])
      expect(await ids({})).toEqual([special.id, plain.id])
    })

    test('are paged without repeats or gaps while new ones arrive, also within one instant', async () => {
      const tenant = await setting.tenant()
      const made: string[] = []
      for (let index = 0; index < 7; index++) made.push((await tenant.call({ createdAt: start })).id)
      const seen: string[] = []
      for (let cursor: string | undefined, page = 0; page === 0 || cursor !== undefined; page++) {
        const { items, next } = await setting.store.calls.list(tenant.id, { limit: 3, ...(cursor && { cursor }) })
        seen.push(...items.map(({ id }) => id))
        await tenant.call({ createdAt: start + 1 + page })
        cursor = next
      }
      expect(seen).toHaveLength(7)
      expect(seen.toSorted()).toEqual(made.toSorted())
    })

    test('are not listed with a limit or a cursor that makes no sense', async () => {
      const { id } = await setting.tenant()
      for (const page of [{ limit: 0 }, { limit: 201 }, { limit: 1.5 }, { cursor: 'nonsense' }, { cursor: '' }]) {
        await expect(setting.store.calls.list(id, page)).rejects.toMatchObject({ code: 'request.invalid' })
      }
    })
  })
}

function metricTests(setting: Setting): void {
  describe('metrics', () => {
    test('are listed in the order they were added', async () => {
      const tenant = await setting.tenant()
      const { id: call } = await tenant.call()
      const metrics = [
        { call, source: 'user', name: 'score', value: 0.1 + 0.2, at: 3 },
        { call, source: 'ours', name: 'latency', value: 12, unit: 'ms', message: 'msg_1', at: 1 },
      ] as const
      await setting.store.metrics.add(tenant.id, metrics)
      await setting.store.metrics.add(tenant.id, [])
      expect(await setting.store.metrics.list(tenant.id, call)).toEqual(metrics)
    })
  })
}
