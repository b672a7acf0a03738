/** What holds for users, sessions, settings, the wire of calls, and removing. */
import { describe, expect, test } from 'vitest'
import type { CallEvent } from '../../spec/event.ts'
import type { Role, User } from '../contract/people.ts'
import type { WireNote } from '../contract/wire.ts'
import { start } from './fixtures.ts'
import type { Tenant } from './fixtures.ts'
import type { Setting } from './setting.ts'

export function consoleSuite(setting: Setting): void {
  userTests(setting)
  sessionTests(setting)
  settingsTests(setting)
  wireTests(setting)
  retentionTests(setting)
  deliveryTests(setting)
}

async function addUser({ store }: Setting, tenant: Tenant, role: Role = 'owner', password?: string): Promise<User> {
  const id = tenant.fresh('usr')
  const user: User = {
    ...{ id, organization: tenant.id, email: `${id}@example.com`, name: `Name of ${id}`, role },
    createdAt: tenant.time(),
  }
  await store.users.create(user, password)
  return user
}

function userTests(setting: Setting): void {
  describe('users', () => {
    test('come back as they were given, oldest first, without their password', async () => {
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const [first, second] = [await addUser(setting, a, 'owner', 'scrypt$x'), await addUser(setting, a, 'viewer')]
      await addUser(setting, b)
      expect(await setting.store.users.list(a.id)).toEqual([first, second])
      expect(await setting.store.users.get(a.id, first.id)).toEqual(first)
      expect(await setting.store.users.get(b.id, first.id)).toBeUndefined()
      expect(await setting.store.users.credentials(first.email)).toEqual({ user: first, password: 'scrypt$x' })
      expect(await setting.store.users.credentials(second.email)).toEqual({ user: second })
      expect(await setting.store.users.credentials('nobody@example.com')).toBeUndefined()
      expect(await setting.store.users.count()).toBeGreaterThanOrEqual(3)
    })

    test('have an address that nobody else has, in any organization', async () => {
      const [a, b] = [await setting.tenant(), await setting.tenant()]
      const user = await addUser(setting, a)
      const again = { ...user, id: b.fresh('usr'), organization: b.id }
      await expect(setting.store.users.create(again)).rejects.toMatchObject({ code: 'conflict' })
    })

    test('change, and get another password', async () => {
      const tenant = await setting.tenant()
      const user = await addUser(setting, tenant)
      const changed: User = { ...user, name: 'New', email: `new-${user.email}` }
      expect(await setting.store.users.update(changed)).toBe(true)
      expect(await setting.store.users.setPassword(tenant.id, user.id, 'scrypt$y')).toBe(true)
      expect(await setting.store.users.credentials(changed.email)).toEqual({ user: changed, password: 'scrypt$y' })
      const ghost = { ...user, id: 'usr_none' }
      await expect(setting.store.users.update(ghost)).rejects.toMatchObject({ code: 'not-found' })
      expect(await setting.store.users.setPassword(tenant.id, 'usr_none', 'x')).toBe(false)
    })

    test('leave no organization without an owner, also when two go at once', async () => {
      const tenant = await setting.tenant()
      const { users } = setting.store
      const [one, two] = [await addUser(setting, tenant), await addUser(setting, tenant)]
      const viewer = await addUser(setting, tenant, 'viewer')
      const outcomes = await Promise.all([users.remove(tenant.id, one.id), users.remove(tenant.id, two.id)])
      expect(outcomes.toSorted()).toEqual(['last-owner', 'removed'])
      const [last] = await users.list(tenant.id)
      expect(await users.update({ ...last!, role: 'operator' })).toBe(false)
      expect(await users.remove(tenant.id, viewer.id)).toBe('removed')
      expect(await users.remove(tenant.id, viewer.id)).toBe('unknown')
      expect((await users.list(tenant.id)).map(({ role }) => role)).toEqual(['owner'])
    })
  })
}

function sessionTests(setting: Setting): void {
  describe('sessions', () => {
    test('are told by their secret, with who stands behind them now', async () => {
      const tenant = await setting.tenant()
      const { sessions, users } = setting.store
      const user = await addUser(setting, tenant)
      const secret = tenant.fresh('secret')
      const made = { ...{ id: tenant.fresh('ses'), organization: tenant.id, user: user.id }, createdAt: start }
      await sessions.create({ ...made, seenAt: start }, secret)
      const found = await sessions.authenticate(secret, start + 30_000, start)
      expect(found).toEqual({ kind: 'user', session: { ...made, seenAt: start }, user })
      expect(await sessions.authenticate(`${secret}x`, start, 0)).toBeUndefined()
      await users.update({ ...user, name: 'Renamed' })
      expect(await sessions.authenticate(secret, start, 0)).toMatchObject({ user: { name: 'Renamed' } })
    })

    test('are marked as seen once a minute, and so are their users; idle ones are none', async () => {
      const tenant = await setting.tenant()
      const { sessions, users } = setting.store
      const user = await addUser(setting, tenant)
      const [secret, id] = [tenant.fresh('secret'), tenant.fresh('ses')]
      const session = { id, organization: tenant.id, user: user.id, createdAt: start, seenAt: start }
      await sessions.create(session, secret)
      const later = start + 60_000
      expect((await sessions.authenticate(secret, later, 0))?.session.seenAt).toBe(later)
      expect((await users.get(tenant.id, user.id))?.lastSeenAt).toBe(later)
      expect(await sessions.authenticate(secret, later, later + 1)).toBeUndefined()
      expect([await sessions.standing(id, later), await sessions.standing(id, later + 1)]).toEqual([true, false])
    })

    test('end with their user, with their key, by themselves, and by age', async () => {
      const tenant = await setting.tenant()
      const { sessions, users, keys } = setting.store
      await addUser(setting, tenant)
      const user = await addUser(setting, tenant, 'viewer')
      const key = { id: tenant.fresh('key'), organization: tenant.id, name: 'k', prefix: 'ohk_' }
      await keys.create({ ...key, scopes: ['admin'], createdAt: start }, tenant.fresh('ohk'))
      const begin = async (owner: { user?: string; key?: string }) => {
        const id = tenant.fresh('ses')
        await sessions.create({ id, organization: tenant.id, ...owner, createdAt: start, seenAt: start }, id)
        return id
      }
      const good = async (id: string) => (await sessions.authenticate(id, start, 0))?.kind
      const [one, two, three] = [await begin({ user: user.id }), await begin({ user: user.id }), await begin({})]
      const byKey = await begin({ key: key.id })
      expect([await good(one), await good(byKey), await good(three)]).toEqual(['user', 'key', 'code'])
      expect(await sessions.removeOf(tenant.id, user.id, two)).toEqual([one])
      expect([await good(one), await good(two)]).toEqual([undefined, 'user'])
      await users.remove(tenant.id, user.id)
      expect(await good(two)).toBeUndefined()
      await keys.revoke(tenant.id, key.id, start)
      expect(await good(byKey)).toBeUndefined()
      expect([await sessions.remove(three), await sessions.remove(three)]).toEqual([true, false])
      const old = await begin({})
      expect(await sessions.sweep(start + 1)).toBeGreaterThanOrEqual(1)
      expect(await good(old)).toBeUndefined()
    })
  })
}

function settingsTests(setting: Setting): void {
  test('settings are one value for each organization, the last one', async () => {
    const [a, b] = [await setting.tenant(), await setting.tenant()]
    const value = (days: number) => ({
      retention: { recordingsDays: days, transcriptsDays: 0, callsDays: 0, wireDays: 0 },
      redaction: { numbers: true, transcripts: false, variables: false, recordings: false },
    })
    await setting.store.settings.put(a.id, value(1), start)
    await setting.store.settings.put(a.id, value(2), start)
    expect([await setting.store.settings.get(a.id), await setting.store.settings.get(b.id)]).toEqual([
      value(2),
      undefined,
    ])
  })
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
      expect(listed.map(({ id: _, ...note }) => note)).toEqual(notes)
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

function retentionTests(setting: Setting): void {
  const ended = async (tenant: Tenant) =>
    tenant.call({ status: 'completed', endedAt: tenant.time(), recording: 'call_x.wav', variables: { city: 'Ulm' } })

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
