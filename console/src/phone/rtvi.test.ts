import { describe, expect, test } from 'vitest'
import { pingAt, readTold, trackStatus, writeSaying } from './rtvi.ts'

const told = (type: string, data?: unknown) => readTold(JSON.stringify({ label: 'rtvi-ai', type, id: 'x', data }))

describe('what arrives', () => {
  test.each([
    ['bot-ready', { version: '2.1.0', call: 'cal_1' }, { type: 'ready', call: 'cal_1' }],
    ['bot-ready', { version: '2.1.0' }, { type: 'ready', call: undefined }],
    ['user-started-speaking', undefined, { type: 'caller-started' }],
    ['user-stopped-speaking', {}, { type: 'caller-stopped' }],
    ['bot-started-speaking', undefined, { type: 'agent-started' }],
    ['bot-stopped-speaking', undefined, { type: 'agent-stopped' }],
    ['bot-interrupted', undefined, { type: 'interrupted' }],
    ['user-transcription', { text: 'hello', final: true }, { type: 'caller-text', text: 'hello', final: true }],
    ['user-transcription', { text: 'hel' }, { type: 'caller-text', text: 'hel', final: false }],
    ['bot-llm-text', { text: 'Hi' }, { type: 'agent-text', text: 'Hi' }],
    ['bot-transcription', { text: 'Hi.' }, { type: 'agent-said', text: 'Hi.' }],
    ['bot-llm-started', undefined, { type: 'reply-started' }],
    ['error', { error: 'broken', fatal: true }, { type: 'trouble', message: 'broken', fatal: true }],
    ['error', { message: 'broken', error: 'other' }, { type: 'trouble', message: 'broken', fatal: false }],
    [
      'llm-function-call-in-progress',
      { function_name: 'book', tool_call_id: 't' },
      { type: 'tool', name: 'book', stage: 'called' },
    ],
    [
      'llm-function-call-stopped',
      { function_name: 'book', tool_call_id: 't', cancelled: true },
      { type: 'tool', name: 'book', stage: 'cancelled' },
    ],
  ])('%s %j', (type, data, expected) => {
    expect(told(type, data)).toEqual(expected)
  })

  test('signals of the line', () => {
    const signal = (type: string) => readTold(JSON.stringify({ type: 'signalling', message: { type } }))
    expect(signal('peerLeft')).toEqual({ type: 'left' })
    expect(signal('renegotiate')).toEqual({ type: 'renegotiate' })
    expect(signal('trackStatus')).toBeUndefined()
  })

  test.each([
    'ping: 17',
    '',
    '[]',
    'null',
    '{"type":"bot-ready"}',
    '{"label":"rtvi-ai","type":"ui-command","data":{}}',
    '{"label":"rtvi-ai","type":"bot-output","data":{"text":"Hi."}}',
  ])('nothing of ours: %s', (text) => {
    expect(readTold(text)).toBeUndefined()
  })
})

test('what leaves carries the label, an id and its fields', () => {
  expect(JSON.parse(writeSaying({ type: 'dtmf', buttons: ['1', '#'] }, 'm1'))).toEqual({
    label: 'rtvi-ai',
    type: 'dtmf',
    id: 'm1',
    data: { buttons: ['1', '#'] },
  })
  expect(JSON.parse(writeSaying({ type: 'client-ready' }, 'm2'))).toMatchObject({ data: { version: '2.1.0' } })
  expect(pingAt(1767225600000)).toBe('ping: 1767225600000')
  expect(JSON.parse(trackStatus(false))).toEqual({
    type: 'signalling',
    message: { type: 'trackStatus', receiver_index: 0, enabled: false },
  })
})
