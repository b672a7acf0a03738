import { expect, test } from 'vitest'
import type { Journaled } from '../../spec/event.ts'
import type { Message, Metric } from '../../store/contract.ts'
import { nothingHidden } from '../privacy.ts'
import { presentEnd } from './closing.ts'

const entry: Journaled = {
  ...{ position: 9, organization: 'org_1', call: 'call_1', sequence: 4, at: 5_000 },
  event: { type: 'call.ended', status: 'completed', reason: 'caller-hangup' },
}
const said = (id: string, text: string): Message => ({ id, call: 'call_1', role: 'caller', text, at: 1 })
const metric = (name: string): Metric => ({ call: 'call_1', source: 'ours', name, value: 1, unit: 'ms', at: 1 })

test('the end comes with all that was said and measured', () => {
  const end = presentEnd(entry, [said('a', 'Hello'), said('b', 'Bye')], [metric('call.talk')])
  expect(end).toMatchObject({
    ...{ position: 9, call: 'call_1', event: { type: 'call.ended', reason: 'caller-hangup' } },
    transcript: [{ text: 'Hello' }, { text: 'Bye' }],
    metrics: [{ name: 'call.talk' }],
    omitted: { messages: 0, metrics: 0 },
  })
})

test('of a call without end the last words are sent, and the rest is counted', () => {
  const messages = Array.from({ length: 10 }, (_, index) => said(`m${index}`, 'x'.repeat(60_000)))
  const end = presentEnd(
    entry,
    messages,
    Array.from({ length: 1_500 }, () => metric('turn.1.endOfTurn')),
  )
  expect(end.transcript.map(({ id }) => id)).toEqual(['m7', 'm8', 'm9'])
  expect([end.metrics.length, end.omitted]).toEqual([1_000, { messages: 7, metrics: 500 }])
})

test('what is hidden from outside stays hidden', () => {
  const end = presentEnd(entry, [said('a', 'Hello')], [], { ...nothingHidden, transcripts: true })
  expect(JSON.stringify(end)).not.toContain('Hello')
})
