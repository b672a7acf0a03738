/** What holds for the wire of calls, for what is removed, and for how calls are found. */
import { describe, expect, test } from 'vitest'
import type { CallEvent } from '../../spec/event.ts'
import type { WireNote } from '../contract/wire.ts'
import { start } from './fixtures.ts'
import type { Tenant } from './fixtures.ts'
import type { Setting } from './setting.ts'

export function retentionSuite(setting: Setting): void {
  wireTests(setting)
  wordTests(setting)
  removalTests(setting)
  findingTests(setting)
  deliveryTests(setting)
}

function noteOf(tenant: Tenant, call: string, over: Partial<WireNote> = {}): WireNote {
  return {
    ...{ organization: tenant.id, call, at: tenant.time(), direction: 'in', channel: 'webhook' },
    ...{ title: 'POST /voice', body: 'From: +1 — “always” 🙂', bytes: 20 },
    ...over,
  }
}

const nothing = { framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0 }

function wireTests(setting: Setting): void {
  describe('the wire of a call', () => {
    test('comes back in order, from any message on, to its own organization alone', async () => {
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const { wire } = setting.store
      const { id } = await a.call()
      const notes = [noteOf(a, id), noteOf(a, id, { direction: 'out', channel: 'http', title: '200' })]
      await wire.add(notes, [], 500)
      const listed = await wire.list(a.id, id)
      expect(listed).toEqual(notes.map((note) => ({ ...note, id: expect.any(Number) })))
      expect(await wire.list(a.id, id, listed[0]!.id)).toEqual([listed[1]])
      expect(await wire.list(b.id, id)).toEqual([])
    })

    test('is kept up to a bound and counted beyond; sound is only counted', async () => {
      const tenant = await setting.tenant()
      const { wire } = setting.store
      const [one, two] = [(await tenant.call()).id, (await tenant.call()).id]
      const counted = { organization: tenant.id, call: one, framesIn: 3, bytesIn: 30, framesOut: 2, bytesOut: 20 }
      await wire.add([noteOf(tenant, one), noteOf(tenant, two), noteOf(tenant, one)], [counted], 3)
      await wire.add([noteOf(tenant, one), noteOf(tenant, one), noteOf(tenant, one)], [counted, counted], 3)
      expect([(await wire.list(tenant.id, one)).length, (await wire.list(tenant.id, two)).length]).toEqual([3, 1])
      const sums = { framesIn: 9, bytesIn: 90, framesOut: 6, bytesOut: 60, unlisted: 2 }
      expect(await wire.tally(tenant.id, one)).toEqual(sums)
      expect(await wire.tally(tenant.id, two)).toEqual({ ...nothing, unlisted: 0 })
    })

    test('of a call that is gone, or somebody else’s, is nobody’s and harms no other', async () => {
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const { wire } = setting.store
      const { id } = await a.call()
      await wire.add([noteOf(a, 'call_gone'), noteOf(b, id), noteOf(a, id)], [], 500)
      await wire.add([], [{ ...nothing, organization: b.id, call: id, framesIn: 1 }], 500)
      expect((await wire.list(a.id, id)).length).toBe(1)
      expect((await wire.tally(a.id, id)).framesIn).toBe(0)
      await wire.add([], [], 500)
    })
  })
}

async function ended(tenant: Tenant) {
  return tenant.call({
    status: 'completed',
    endedAt: tenant.time(),
    recording: 'call_x.wav',
    variables: { city: 'Ulm' },
  })
}

function wordTests(setting: Setting): void {
  describe('removing', () => {
    test('finds ended calls by age alone, oldest first, of one organization', async () => {
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const { retention } = setting.store
      const [one, two] = [await ended(a), await ended(a)]
      await a.call({ recording: 'call_y.wav' })
      await ended(b)
      const { id, recording } = one
      expect(await retention.recordings(a.id, two.createdAt, 10)).toEqual([{ id, recording }])
      expect((await retention.calls(a.id, two.createdAt + 1, 10)).map((call) => call.id)).toEqual([one.id, two.id])
      expect(await retention.worded(a.id, two.createdAt + 1, 1)).toEqual([one.id])
      await retention.forgetRecording(a.id, one.id)
      expect(await retention.recordings(a.id, two.createdAt, 10)).toEqual([])
    })

    test('words leaves the call, its numbers and what happened', async () => {
      const tenant = await setting.tenant()
      const { store } = setting
      const call = await ended(tenant)
      const said = { type: 'message.added', message: 'm', role: 'caller', text: 'my secret' } as const
      const message = { id: 'm', call: call.id, role: 'caller', text: 'my secret', at: start } as const
      await store.journal.append({ ...tenant.entry(call.id, 1), event: said, message })
      await store.retention.removeTranscript(tenant.id, call.id, start)
      expect(await store.messages.list(tenant.id, call.id)).toEqual([])
      expect((await store.journal.history(call.id)).map(({ event }) => event)).toEqual([{ ...said, text: '[removed]' }])
      expect(await store.calls.find(call.id)).toEqual({ ...call, transcriptRemovedAt: start })
      expect(await store.retention.worded(tenant.id, call.createdAt + 1, 10)).toEqual([])
    })
  })
}

function removalTests(setting: Setting): void {
  describe('removing for good', () => {
    test('what tells of people leaves neither numbers nor variables nor wire', async () => {
      const tenant = await setting.tenant()
      const { store } = setting
      const call = await tenant.call({
        ...{ status: 'completed', endedAt: start, recording: 'x.wav', from: '+15550123456', to: '+15550987654' },
        ...{ variables: { city: 'Ulm' }, metadata: { ticket: 7 }, voicemailMessage: 'Hello Ada' },
      })
      const command = { type: 'transfer', to: '+15550555555' } as const
      const asked: CallEvent = { type: 'command.requested', id: 'cmd', command, origin: 'api' }
      await store.journal.append({ ...tenant.entry(call.id, 1), event: asked })
      await store.wire.add([noteOf(tenant, call.id)], [], 500)
      await store.retention.redact(tenant.id, call.id, start + 1)
      const after = await store.calls.find(call.id)
      expect(after).toMatchObject({ from: '+1555•••3456', to: '+1555•••7654', variables: {}, metadata: {} })
      expect(after).toMatchObject({ redactedAt: start + 1, transcriptRemovedAt: start + 1 })
      expect(after).not.toHaveProperty('recording')
      expect(after).not.toHaveProperty('voicemailMessage')
      await store.wire.add([noteOf(tenant, call.id)], [], 500)
      expect(await store.wire.list(tenant.id, call.id)).toEqual([])
      expect(JSON.stringify(await store.journal.history(call.id))).not.toContain('15550555555')
    })

    test('a call takes all that was written about it, and nothing of others', async () => {
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const { store } = setting
      const [gone, kept] = [await ended(a), await ended(a)]
      for (const { id } of [gone, kept]) {
        await store.journal.append(a.entry(id, 1))
        await store.wire.add([noteOf(a, id)], [{ ...nothing, organization: a.id, call: id, framesIn: 1 }], 500)
        await store.metrics.add(a.id, [{ call: id, source: 'user', name: 'x', value: 1, at: start }])
      }
      await store.retention.removeCall(b.id, gone.id)
      expect(await store.calls.find(gone.id)).toBeDefined()
      await store.retention.removeCall(a.id, gone.id)
      expect(await store.calls.find(gone.id)).toBeUndefined()
      expect(await store.journal.history(gone.id)).toEqual([])
      expect(await store.wire.tally(a.id, gone.id)).toEqual({ ...nothing, unlisted: 0 })
      expect((await store.journal.history(kept.id)).length).toBe(1)
      expect((await store.wire.list(a.id, kept.id)).length).toBe(1)
    })

    test('the wire goes by the age of its messages, some at a time', async () => {
      const tenant = await setting.tenant()
      const { store } = setting
      const { id } = await tenant.call()
      const notes = Array.from({ length: 5 }, () => noteOf(tenant, id))
      await store.wire.add(notes, [], 500)
      const before = notes[3]!.at
      expect([
        await store.retention.wire(tenant.id, before, 2),
        await store.retention.wire(tenant.id, before, 2),
        await store.retention.wire(tenant.id, before, 2),
      ]).toEqual([2, 1, 0])
      expect((await store.wire.list(tenant.id, id)).map(({ at }) => at)).toEqual([before, notes[4]!.at])
    })
  })
}

function findingTests(setting: Setting): void {
  test('calls are counted: all, those that run, and those since', async () => {
    const tenant = await setting.tenant()
    const first = await ended(tenant)
    const second = await tenant.call({ status: 'in-progress' })
    expect(await setting.store.calls.count(tenant.id, second.createdAt)).toEqual({ all: 2, open: 1, since: 1 })
    expect(await setting.store.calls.count(tenant.id, first.createdAt)).toEqual({ all: 2, open: 1, since: 2 })
    const other = await setting.tenant()
    expect(await setting.store.calls.count(other.id, 0)).toEqual({ all: 0, open: 0, since: 0 })
  })

  test('calls are found by any part of a number, by carrier, end and recording', async () => {
    const tenant = await setting.tenant()
    const call = await tenant.call({
      ...{ status: 'completed', from: '+15550123456', to: 'sip:100%_x@example.com', carrier: 'acme' },
      ...{ endReason: 'idle', recording: 'x.wav' },
    })
    await tenant.call({ from: '+4930111', to: '+4930222', carrier: 'other' })
    const found = async (filter: object) =>
      (await setting.store.calls.list(tenant.id, filter)).items.map(({ id }) => id === call.id)
    for (const filter of [
      { from: '0123' },
      { to: '%_x' },
      { carrier: 'acme' },
      { endReason: 'idle' },
      { recorded: true },
    ])
      expect([filter, await found(filter)]).toEqual([filter, [true]])
    expect(await found({ recorded: false })).toEqual([false])
    expect(await found({ from: '_' })).toEqual([])
  })
}

function deliveryTests(setting: Setting): void {
  test('a delivery is found by its subscription, and old settled ones go', async () => {
    const tenant = await setting.tenant()
    const { deliveries, retention } = setting.store
    const subscription = await tenant.subscription()
    const [one, two] = [tenant.delivery(subscription.id, 1), tenant.delivery(subscription.id, 2)]
    for (const waiting of [one, two]) await deliveries.enqueue(waiting)
    expect(await deliveries.get(tenant.id, subscription.id, one.id)).toEqual(one)
    expect(await deliveries.get(tenant.id, 'sub_none', one.id)).toBeUndefined()
    await deliveries.settle({ ...one, status: 'delivered', attempts: 1 })
    expect(await retention.deliveries(tenant.id, two.createdAt + 1, 10)).toBe(1)
    expect((await deliveries.list(tenant.id, subscription.id)).items.map(({ id }) => id)).toEqual([two.id])
  })
}
