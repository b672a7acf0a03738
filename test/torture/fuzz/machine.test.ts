/** Any events in any order, and a crash anywhere: the journal tells the same call, and what follows is lawful. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fold } from '../../../src/calls/open.ts'
import { advance, concerns, isTerminal, newCall, type Call, type Effect } from '../../../src/calls/machine.ts'
import { entryOf, recordOf } from '../../../src/calls/project.ts'
import type { AnyCommand, CallPlan, CallStatus } from '../../../src/spec/call.ts'
import type { CallEvent, CallTimer, Journaled } from '../../../src/spec/event.ts'
import type { CallRecord } from '../../../src/store/contract.ts'
import { runs } from './seeds.ts'

const plan: CallPlan = {
  ...{ id: 'call_1', organization: 'org_1', carrier: 'twilio', connection: 'con_1', agent: 'agt_1' },
  ...{ from: '+15550100001', to: '+15550100002', variables: {}, metadata: {}, record: false, machineDetection: true },
  ...{ direction: 'outbound', ringTimeout: 30_000, maxDuration: 600_000, createdAt: 0 },
}

const statuses: readonly CallStatus[] = [
  ...(['queued', 'initiated', 'ringing', 'in-progress', 'completed', 'busy'] as const),
  ...(['no-answer', 'failed', 'canceled'] as const),
]
const timers: readonly CallTimer[] = ['ring', 'media', 'max-duration', 'media-lost', 'hangup']
const commands: readonly AnyCommand[] = [
  { type: 'hangup' },
  { type: 'transfer', to: '+15550100003' },
  { type: 'leave-message', text: 'bye' },
  { type: 'send-digits', digits: '12' },
  { type: 'record', action: 'start' },
  { type: 'play', text: 'hello' },
]

const outside: fc.Arbitrary<CallEvent> = fc.oneof(
  fc.constantFrom<CallEvent>(
    { type: 'call.queued' },
    { type: 'call.queued', waiting: true },
    { type: 'call.released' },
    { type: 'call.offered', ref: 'CA1' },
    { type: 'call.dialed', ref: 'CA1' },
    { type: 'media.opened', streamRef: 'MZ1', encoding: 'pcmu', rate: 8000 },
    { type: 'media.lost', cause: 'gone' },
    { type: 'media.closed' },
    { type: 'transfer.ended', result: 'completed' },
    { type: 'transfer.ended', result: 'busy' },
    { type: 'call.returned' },
    { type: 'call.held' },
    { type: 'call.resumed' },
    { type: 'cost.known', amount: 1, currency: 'USD' },
    { type: 'agent.disconnected' },
  ),
  fc.constantFrom(...statuses).map((status) => ({ type: 'call.progressed', status, ref: 'CA1' }) as const),
  fc.constantFrom(...timers).map((timer) => ({ type: 'timer.fired', timer }) as const),
  fc
    .tuple(fc.nat(9), fc.constantFrom(...commands))
    .map(([id, command]) => ({ type: 'command.requested', id: `cmd_${id}`, command, origin: 'api' }) as const),
  fc
    .boolean()
    .map((messageEnded) => ({ type: 'machine.detected', result: 'machine', raw: 'x', messageEnded }) as const),
)

/** What came of a command that is pending, by its place. */
const outcome = fc.record({ place: fc.nat(3), how: fc.constantFrom('accepted', 'gone', 'failed', 'uncertain') })

class World {
  call: Call
  record: CallRecord
  readonly journal: Journaled[] = []
  readonly effects: Effect[] = []

  constructor(direction: CallPlan['direction'], voicemailMessage: string | undefined) {
    this.call = newCall({ ...plan, direction, ...(voicemailMessage === undefined ? {} : { voicemailMessage }) })
    this.record = recordOf(this.call)
  }

  post(event: CallEvent): void {
    if (!concerns(this.call, event)) return
    const at = this.journal.length * 10
    const before = this.call
    const { call, effects } = advance(before, event, at)
    const entry = entryOf(before, call, event, at)
    this.call = call
    this.record = { ...this.record, ...entry.patch }
    this.journal.push({ ...entry, position: this.journal.length + 1 })
    this.effects.push(...effects)
    for (const effect of effects) if (effect.type === 'post') this.post(effect.event)
  }

  settle(place: number, how: string): void {
    const id = this.call.pending[place % Math.max(1, this.call.pending.length)]?.id
    if (id === undefined) return
    if (how === 'failed') this.post({ type: 'command.failed', id, code: 'carrier.failed', message: 'no' })
    else if (how === 'uncertain') this.post({ type: 'command.uncertain', id })
    else this.post({ type: 'command.accepted', id, ref: 'CA1', ...(how === 'gone' ? { gone: true } : {}) })
  }
}

const story = fc.record({
  direction: fc.constantFrom('inbound' as const, 'outbound' as const),
  voicemail: fc.option(fc.constant('bye'), { nil: undefined }),
  acts: fc.array(fc.oneof(outside, outcome), { maxLength: 40 }),
})

function tell({
  direction,
  voicemail,
  acts,
}: {
  direction: CallPlan['direction']
  voicemail: string | undefined
  acts: readonly (CallEvent | { place: number; how: string })[]
}): World {
  const world = new World(direction, voicemail)
  for (const act of acts) {
    if ('how' in act) world.settle(act.place, act.how)
    else world.post(act)
  }
  return world
}

test('a call is what its journal tells, and its record shows the same', () => {
  fc.assert(
    fc.property(story, (told) => {
      const { call, journal, record } = tell(told)
      const again = fold(record, journal)
      expect(again).toEqual(call)
      expect(record).toMatchObject({ status: call.status })
      expect(record.ref).toBe(call.ref)
      expect(record.endedAt).toBe(call.endedAt)
      expect(call.sequence).toBe(journal.length)
    }),
    { numRuns: runs(1_500) },
  )
})

test('every call can be brought to an end, and asks for one hang-up at most until it is answered', () => {
  fc.assert(
    fc.property(story, (told) => {
      const world = tell(told)
      // Whatever happened: in the end the time for everything runs out, and the carrier answers what it was asked.
      world.post({ type: 'timer.fired', timer: 'max-duration' })
      for (let round = 0; round < 50 && world.call.pending.length > 0; round++) world.settle(round, 'accepted')
      world.post({ type: 'timer.fired', timer: 'hangup' })
      expect(isTerminal(world.call.status)).toBe(true)
      expect(world.call.endReason).toBeDefined()
      expect(world.journal.filter(({ event }) => event.type === 'call.ended').length).toBe(1)
      expect(world.effects.filter(({ type }) => type === 'release')).toHaveLength(1)
    }),
    { numRuns: runs(1_500) },
  )
})
