import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { realClock, VirtualClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { memoryLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import type { HouseSettings } from '../store/contract/retention.ts'
import { openCoordination, openStore } from '../store/open.ts'
import type { CallRecord, Store } from '../store/contract.ts'
import { houseDefaults } from '../api/privacy.ts'
import { startSweeper, sweep } from './sweep.ts'

const organization = 'org_a'
const day = 86_400_000
const clock = new VirtualClock()
const scope = new Scope('sweeping')
let store: Store
let removed: string[]

beforeAll(async () => {
  // The store's own waits are real: only what is old and what is new stands on the virtual clock.
  const real = { ids: randomIds, logger: memoryLogger(), scope }
  store = await openStore({ ...real, clock: realClock })
  await store.organizations.create({ id: organization, name: 'A', createdAt: clock.now() })
})
afterAll(() => scope.close())

async function sweeper() {
  const logger = memoryLogger()
  const coordination = await openCoordination({ clock, ids: randomIds, logger, scope })
  removed = []
  const removeRecording = async (call: string) => void removed.push(call)
  return { store, coordination, clock, logger, scope, node: 'node_a', removeRecording }
}

async function callOf(daysAgo: number, more: Partial<CallRecord> & { readonly running?: true } = {}): Promise<string> {
  const id = randomIds.id('call')
  const createdAt = clock.now() - daysAgo * day
  const { running, ...over } = more
  const ended = running ? {} : { endedAt: createdAt + 1 }
  await store.calls.create({
    ...{ id, organization, direction: 'inbound', carrier: 'acme', connection: 'con_a', from: '+15550123456', to: '+1' },
    ...{ agent: 'agt_a', variables: { city: 'X' }, metadata: {}, ringTimeout: 1, maxDuration: 1, record: true },
    ...{ machineDetection: false, createdAt, status: 'completed', recording: `${id}.wav` },
    ...ended,
    ...over,
  })
  const event = { type: 'message.added', message: 'm1', role: 'caller', text: 'my secret' } as const
  const message = { id: 'm1', call: id, role: 'caller', text: 'my secret', at: createdAt } as const
  await store.journal.append({ organization, call: id, sequence: 1, at: createdAt, event, message })
  const note = { organization, call: id, at: createdAt, direction: 'in', channel: 'webhook' } as const
  await store.wire.add([{ ...note, title: 'POST /voice', body: 'From: x', bytes: 7 }], [], 500)
  return id
}

function keep(retention: Partial<HouseSettings['retention']>): Promise<void> {
  const none = { recordingsDays: 0, transcriptsDays: 0, callsDays: 0, wireDays: 0 }
  return store.settings.put(organization, { ...houseDefaults, retention: { ...none, ...retention } }, clock.now())
}

/** What is left of a call. */
async function left(id: string) {
  const call = await store.calls.find(id)
  if (!call) return 'nothing'
  const words = JSON.stringify([
    await store.journal.history(id),
    (await store.messages.list(organization, id)).map(({ text }) => text),
  ])
  const parts = {
    recording: call.recording !== undefined,
    words: words.includes('my secret'),
    wire: (await store.wire.list(organization, id)).length > 0,
  }
  return Object.entries(parts).flatMap(([name, is]) => (is ? [name] : []))
}

describe('the sweeper', () => {
  test.each<[Partial<HouseSettings['retention']>, unknown]>([
    [{}, ['recording', 'words', 'wire']],
    [{ recordingsDays: 10 }, ['words', 'wire']],
    [{ transcriptsDays: 10 }, ['recording', 'wire']],
    [{ wireDays: 10 }, ['recording', 'words']],
    [{ callsDays: 10 }, 'nothing'],
  ])('with %j leaves of an old call %j, and of a newer one all', async (retention, expected) => {
    const [old, newer] = [await callOf(11), await callOf(9)]
    await keep(retention)
    await sweep(await sweeper())
    expect([await left(old), await left(newer)]).toEqual([expected, ['recording', 'words', 'wire']])
    const filed = 'recordingsDays' in retention || 'callsDays' in retention
    expect([removed.includes(old), removed.includes(newer)]).toEqual([filed, false])
    await keep({ callsDays: 1 })
    await sweep(await sweeper())
  })

  test('takes nothing of a call that still runs', async () => {
    const id = await callOf(20, { status: 'in-progress', running: true })
    await keep({ recordingsDays: 1, transcriptsDays: 1, callsDays: 1 })
    await sweep(await sweeper())
    expect(await left(id)).toEqual(['recording', 'words', 'wire'])
  })

  test('keeps the place and the kind of events whose words it removes', async () => {
    const id = await callOf(30)
    await keep({ transcriptsDays: 10 })
    await sweep(await sweeper())
    const [entry] = await store.journal.history(id)
    expect(entry?.event).toEqual({ type: 'message.added', message: 'm1', role: 'caller', text: '[removed]' })
    expect((await store.calls.find(id))?.transcriptRemovedAt).toBe(clock.now())
    expect((await store.calls.find(id))?.from).toBe('+15550123456')
  })

  test('does nothing where another process has begun', async () => {
    const id = await callOf(30)
    await keep({ callsDays: 1 })
    const options = await sweeper()
    await options.coordination.claim('sweep', 'node_b', 60_000)
    await sweep(options)
    expect(await left(id)).not.toBe('nothing')
    await clock.advanceAsync(60_001)
    await sweep(options)
    expect(await left(id)).toBe('nothing')
  })

  test('begins a minute after the start, and again every hour', async () => {
    await using own = new Scope('clockwork')
    const rounds = Promise.withResolvers<void>()
    const at: number[] = []
    const began = clock.monotonic()
    const organizations = {
      ...store.organizations,
      list: () => {
        at.push(clock.monotonic() - began)
        if (at.length === 2) rounds.resolve()
        return Promise.resolve([])
      },
    }
    const sessions = { ...store.sessions, sweep: () => Promise.resolve(0) }
    startSweeper({ ...(await sweeper()), store: { ...store, organizations, sessions }, scope: own })
    await clock.advanceAsync(60_000)
    await clock.advanceAsync(3_600_000)
    await rounds.promise
    expect(at).toEqual([60_000, 3_660_000])
  })
})
