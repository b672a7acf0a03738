/** A call that begins with its stream, in the machine. */
import { expect, test } from 'vitest'
import type { CallPlan } from '../spec/call.ts'
import type { CallEvent } from '../spec/event.ts'
import { advance, newCall, type Call, type Effect } from './machine.ts'

const plan: CallPlan = {
  ...{ id: 'call_1', organization: 'org_1', direction: 'inbound', carrier: 'made-up', connection: 'con_1' },
  ...{ from: '+15551230001', to: '+15551230002', agent: 'agt_1', variables: {}, metadata: {} },
  ...{ ringTimeout: 30_000, maxDuration: 3_600_000, machineDetection: false, record: false, createdAt: 0 },
}

function run(events: readonly CallEvent[], call: Call = newCall(plan)) {
  const effects: Effect[] = []
  for (const event of events) {
    const advanced = advance(call, event, 0)
    call = advanced.call
    effects.push(...advanced.effects)
  }
  return { call, types: effects.map((effect) => (effect.type === 'command' ? effect.command.type : effect.type)) }
}

const offered: CallEvent = { type: 'call.offered', ref: 'CA1', streamed: true }
const opened: CallEvent = { type: 'media.opened', streamRef: 'MZ1', encoding: 'pcmu', rate: 8000 }

test('somebody else answered it: the agent is opened, the carrier is asked nothing', () => {
  const { call, types } = run([offered])
  expect(types).toEqual(['agent.open', 'timer.set'])
  expect(call).toMatchObject({ ref: 'CA1', streamed: true, status: 'ringing' })
})

test('its stream is the answer', () => {
  expect(run([offered, opened]).call).toMatchObject({ status: 'in-progress', media: 'open' })
})

test('offered again it stays what it is', () => {
  const { call } = run([offered, opened])
  expect(run([{ type: 'call.offered', ref: 'CA1' }], call).types).toEqual([])
})

test('without an agent it is not taken', () => {
  const { types } = run([offered], newCall({ ...plan, agent: '' }))
  expect(types).not.toContain('agent.open')
})
