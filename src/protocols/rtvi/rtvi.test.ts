import { expect, test } from 'vitest'
import { readClient } from './client.ts'
import { understands, versionFor, writeGoodbye, writeServer } from './server.ts'

const rtvi = (type: string, data: unknown = {}, id: unknown = 'a1b2c3d4') =>
  JSON.stringify({ label: 'rtvi-ai', type, id, data })
const id = 'a1b2c3d4'

test.each([
  ['ping: 1767225600000', { type: 'ping' }],
  [
    '{"type":"signalling","message":{"type":"trackStatus","receiver_index":0,"enabled":false}}',
    { type: 'track', receiver: 0, enabled: false },
  ],
  [rtvi('client-ready', { version: '2.1.0', about: { library: 'x' } }), { type: 'ready', id, version: '2.1.0' }],
  [rtvi('client-ready', undefined), { type: 'ready', id, version: '' }],
  [rtvi('client-message', { t: 'ask', d: { a: 1 } }), { type: 'message', id, name: 'ask', data: { a: 1 } }],
  [rtvi('send-text', { content: 'hello' }), { type: 'text', id, content: 'hello', immediate: true, aloud: true }],
  [
    rtvi('send-text', { content: 'x', options: { run_immediately: false, audio_response: false } }),
    { type: 'text', id, content: 'x', immediate: false, aloud: false },
  ],
  [rtvi('dtmf', { buttons: ['1', '#'] }), { type: 'digits', id, digits: ['1', '#'] }],
  [rtvi('dtmf', { button: '1' }), { type: 'digits', id, digits: ['1'] }],
  [rtvi('disconnect-bot'), { type: 'disconnect', id }],
  [rtvi('llm-function-call-result', { tool_call_id: 't' }), { type: 'result', id, call: 't' }],
])('%s is understood', (text, message) => {
  expect(readClient(text)).toEqual(message)
})

test.each([
  [rtvi('teleport'), 'no message type "teleport"'],
  [rtvi('client-message', { d: 1 }), 'needs "t"'],
  [rtvi('send-text', { content: ' ' }), 'needs "content"'],
  [rtvi('send-text', { content: 'x'.repeat(10_001) }), '10000 characters'],
  [rtvi('dtmf', {}), 'needs "buttons"'],
  [rtvi('dtmf', { buttons: ['1', 'x'] }), 'needs "buttons"'],
  [rtvi('dtmf', { buttons: Array.from({ length: 65 }, () => '1') }), '64 keys'],
  [rtvi('append-to-context'), 'send-text'],
])('%s is refused by name', (text, why) => {
  expect(readClient(text)).toMatchObject({ type: 'refused', id, why: expect.stringContaining(why) })
})

test.each([
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '{"type":"client-ready"}',
  '{"type":"signalling"}',
  '{"type":"signalling","message":{"type":"trackStatus"}}',
])('%j is no message', (text) => {
  expect(readClient(text).type).toBe('malformed')
})

test('an id that is no text is none', () => {
  expect(readClient(rtvi('disconnect-bot', {}, 7))).toEqual({ type: 'disconnect', id: '' })
})

test('what we send has exactly the standard’s fields', () => {
  expect(writeServer({ type: 'bot-ready', data: { version: '2.1.0', about: { library: 'l' } } }, 'x')).toBe(
    '{"label":"rtvi-ai","type":"bot-ready","id":"x","data":{"version":"2.1.0","about":{"library":"l"}}}',
  )
  expect(writeServer({ type: 'user-started-speaking', data: undefined }, 'y')).toBe(
    '{"label":"rtvi-ai","type":"user-started-speaking","id":"y"}',
  )
  expect(writeGoodbye()).toBe('{"type":"signalling","message":{"type":"peerLeft"}}')
})

test('old clients hear their own version, others ours', () => {
  expect(['1.2.0', '2.0.0', '3.0.0', ''].map((version) => [versionFor(version), understands(version)])).toEqual([
    ['1.2.0', true],
    ['2.1.0', true],
    ['2.1.0', false],
    ['2.1.0', false],
  ])
})
