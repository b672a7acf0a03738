import { expect, test } from 'vitest'
import { VirtualClock } from '../lib/clock.ts'
import { silentLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import type { CallPlan } from '../spec/call.ts'
import type { CallEvent, Journaled } from '../spec/event.ts'
import type { Journal, JournalEntry } from '../store/contract.ts'
import { newCall } from './machine.ts'
import { RunningCall, type Doing } from './running.ts'

const plan: CallPlan = {
  ...{ id: 'call_1', organization: 'org_1', direction: 'outbound', carrier: 'made-up', connection: 'con_1' },
  ...{ from: '+15551230001', to: '+15551230002', agent: 'agt_1', variables: {}, metadata: {} },
  ...{ ringTimeout: 30_000, maxDuration: 3_600_000, machineDetection: false, record: false, createdAt: 0 },
}

/** `stored`: what the journal holds under each sequence already. */
function running(stored: ReadonlyMap<number, CallEvent> = new Map()) {
  const clock = new VirtualClock()
  const written: JournalEntry[] = []
  const performed: Doing[] = []
  const hurried: string[] = []
  let lost = 0
  const journal: Pick<Journal, 'append'> = {
    async append(entry, urgent) {
      if (urgent) hurried.push(entry.event.type)
      const there = stored.get(entry.sequence)
      const kept: Journaled = { ...entry, position: entry.sequence, ...(there ? { event: there, at: 1 } : {}) }
      if (!there) written.push(entry)
      return kept
    },
  }
  const call = new RunningCall(newCall(plan), {
    journal: journal as Journal, // a running call only appends
    ...{ clock, patience: clock, logger: silentLogger, scope: new Scope() },
    perform: (effect) => void performed.push(effect),
    turn: (_, run) => run(),
    lost: () => lost++,
  })
  return { call, written, performed, hurried, lost: () => lost }
}

const commands = (performed: readonly Doing[]) =>
  performed.flatMap((effect) => (effect.type === 'command' ? [effect.command.type] : []))

test('effects follow their event once it is durable', async () => {
  const { call, written, performed } = running()
  const posted = call.post({ type: 'call.queued' })
  expect(performed).toEqual([])
  await posted
  await call.settled()
  expect(written.map(({ event }) => event.type)).toEqual(['call.queued', 'command.requested'])
  expect(commands(performed)).toEqual(['dial'])
})

test('the journal is hurried for what somebody waits for: effects, and whoever asked', async () => {
  const { call, hurried } = running()
  void call.post({ type: 'call.queued' })
  void call.post({ type: 'speech.started', by: 'caller' })
  void call.post({ type: 'cost.known', amount: 1, currency: 'USD' }, true)
  await call.settled()
  expect(hurried).toEqual(['call.queued', 'command.requested', 'cost.known'])
})

test('a process that finds its place in the journal taken gives the call up, and dials nothing', async () => {
  const { call, written, performed, lost } = running(new Map([[2, { type: 'media.lost', cause: 'theirs' }]]))
  await call.post({ type: 'call.queued' })
  await call.settled()
  expect(commands(performed)).toEqual([])
  expect(lost()).toBe(1)
  const late: CallEvent = { type: 'call.progressed', status: 'ringing', ref: 'CA1' }
  await call.post(late)
  expect(call.strayed(late)).toBe(true)
  expect(written.map(({ sequence }) => sequence)).toEqual([1])
})

test('an event for a call that left is not written, and known as a stray', async () => {
  const { call, written } = running()
  const [before, after]: CallEvent[] = [{ type: 'call.queued' }, { type: 'call.progressed', status: 'ringing' }]
  await call.post(before!)
  call.leave()
  await call.post(after!)
  expect([call.strayed(before!), call.strayed(after!)]).toEqual([false, true])
  expect(written.map(({ event }) => event.type)).not.toContain('call.progressed')
})
