import { describe, expect, test } from 'vitest'
import type { CallEvent, Journaled } from '../../spec/event.ts'
import type { CallRecord } from '../../store/contract.ts'
import { type CallSpan, spansOf } from './spans.ts'

const record: CallRecord = {
  ...{ id: 'call_1', organization: 'org_1', direction: 'inbound', carrier: 'twilio', connection: 'con_1' },
  ...{ from: '+15550100001', to: '+15550100002', agent: 'agt_1', variables: { name: 'Ada' }, metadata: {} },
  ...{ ringTimeout: 30_000, maxDuration: 3_600_000, machineDetection: false, record: false, createdAt: 1_000 },
  ...{ status: 'completed', endReason: 'caller-hangup', answeredAt: 1_200, endedAt: 9_000, ref: 'CA1' },
  usage: [{ part: 'llm', provider: 'made-up', model: 'm', usage: { inputTokens: 40 } }],
}

function journal(...events: readonly (readonly [number, CallEvent])[]): readonly Journaled[] {
  return events.map(([at, event], index) => ({
    ...{ position: index + 1, organization: 'org_1', call: 'call_1', sequence: index + 1, at, event },
  }))
}

const history = journal(
  [1_000, { type: 'call.offered', ref: 'CA1' }],
  [1_001, { type: 'command.requested', id: 'c1', command: { type: 'answer' }, origin: 'engine' }],
  [1_150, { type: 'command.accepted', id: 'c1' }],
  [1_300, { type: 'media.opened', streamRef: 'MZ1', encoding: 'mulaw', rate: 8_000 }],
  [4_000, { type: 'message.added', message: 'm1', role: 'caller', text: 'my number is 4111' }],
  [
    4_500,
    {
      type: 'turn.measured',
      turn: 1,
      timings: { endOfTurn: 200, transcript: 350, firstToken: 500, firstSent: 640, firstAudible: 700 },
    },
  ],
  [5_000, { type: 'tool.called', id: 't1', name: 'book', arguments: { card: '4111' } }],
  [5_400, { type: 'tool.returned', id: 't1', name: 'book', ok: false, result: 'no' }],
  [6_000, { type: 'agent.interrupted', heardMs: 420, text: 'Your booking' }],
  [9_000, { type: 'call.ended', status: 'completed', reason: 'caller-hangup' }],
  [9_050, { type: 'agent.disconnected' }],
)

const named = (span: CallSpan, name: string) => span.children.find((child) => child.name === name)

describe('spans of a call', () => {
  const call = spansOf(record, history)

  test('the call carries its id and side, begins first and closes last', () => {
    expect(call).toMatchObject({ name: 'call inbound', start: 1_000, end: 9_050 })
    expect(call.attributes).toMatchObject({ 'offhook.call.id': 'call_1', 'offhook.call.side': 'inbound' })
    expect(call.attributes).toMatchObject({ 'offhook.usage.llm.made-up.inputTokens': 40 })
    for (const child of call.children) {
      expect(child.start).toBeGreaterThanOrEqual(call.start)
      expect(child.end).toBeLessThanOrEqual(call.end)
    }
  })

  test('the phases of a turn follow each other and add up to the silence heard', () => {
    const turn = named(call, 'turn 1')!
    expect([turn.start, turn.end]).toEqual([3_800, 4_500])
    const phases = turn.children.map(({ name, start, end }) => [name, end - start])
    expect(phases).toEqual([
      ...[
        ['endOfTurn', 200],
        ['transcript', 150],
        ['firstToken', 150],
        ['firstSent', 140],
        ['firstAudible', 60],
      ],
    ])
  })

  test('what failed says why, and what was never closed lasts until the end', () => {
    expect(named(call, 'tool book')).toMatchObject({ start: 5_000, end: 5_400, error: 'the tool failed' })
    expect(named(call, 'media')).toMatchObject({ start: 1_300, end: 9_050 })
    expect(named(call, 'answer')).toMatchObject({ start: 1_001, end: 1_150 })
    const failed = spansOf({ ...record, status: 'failed', cause: 'SIP 503' }, history)
    expect(failed.error).toBe('SIP 503')
  })

  test('nobody’s number, name or words are in it', () => {
    expect(JSON.stringify(call)).not.toMatch(/\+1555|Ada|4111|Your booking/)
  })
})
