import { expect, test } from 'vitest'
import type { CallEvent } from './event.ts'
import { hideIn, shortenNumbers } from './redaction.ts'

const all = { words: true, numbers: true }

test.each<[CallEvent, CallEvent]>([
  [
    { type: 'message.added', message: 'm', role: 'caller', text: 'my card is 1234' },
    { type: 'message.added', message: 'm', role: 'caller', text: '•' },
  ],
  [
    { type: 'digit.received', digit: '7', source: 'carrier' },
    { type: 'digit.received', digit: '•', source: 'carrier' },
  ],
  [
    { type: 'tool.called', id: 't', name: 'book', arguments: { name: 'Ada' } },
    { type: 'tool.called', id: 't', name: 'book', arguments: '•' },
  ],
  [
    { type: 'tool.returned', id: 't', name: 'book', ok: true, result: ['Ada'] },
    { type: 'tool.returned', id: 't', name: 'book', ok: true, result: '•' },
  ],
  [
    { type: 'command.requested', id: 'c', command: { type: 'send-digits', digits: '42' }, origin: 'api' },
    { type: 'command.requested', id: 'c', command: { type: 'send-digits', digits: '•' }, origin: 'api' },
  ],
  [
    { type: 'command.requested', id: 'c', command: { type: 'transfer', to: '+15550123456' }, origin: 'agent' },
    { type: 'command.requested', id: 'c', command: { type: 'transfer', to: '+1555•••3456' }, origin: 'agent' },
  ],
  // Results of machines and of carriers are no words.
  [
    { type: 'machine.detected', result: 'human', raw: 'human', messageEnded: false },
    { type: 'machine.detected', result: 'human', raw: 'human', messageEnded: false },
  ],
  [
    { type: 'transfer.ended', result: 'completed' },
    { type: 'transfer.ended', result: 'completed' },
  ],
])('of %j is shown %j', (event, shown) => {
  expect(hideIn(event, all, '•')).toEqual(shown)
})

test('words and numbers are hidden apart', () => {
  const event: CallEvent = {
    type: 'command.requested',
    ...{ id: 'c', command: { type: 'leave-message', text: 'call +15550123456' }, origin: 'api' },
  }
  expect(hideIn(event, { words: false, numbers: true }, '•')).toEqual(event)
  expect(JSON.stringify(hideIn(event, { words: true, numbers: false }, '•'))).not.toContain('555')
})

test('numbers in payloads are shortened however they are written; short ones, and ids, are none', () => {
  expect(shortenNumbers('From=%2B15550123456&To: +4930123456 x 12345 CA0123456789abcdef')).toBe(
    'From=+1555•••3456&To: +4930•••3456 x 12345 CA0123456789abcdef',
  )
})
