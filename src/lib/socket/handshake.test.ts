import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { acceptance, readHandshake } from './handshake.ts'

const valid = {
  upgrade: 'WebSocket',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
}

const read = (headers: Readonly<Record<string, string | undefined>>, method = 'GET') =>
  readHandshake({ method, headers: { ...valid, ...headers } } as unknown as IncomingMessage) // all it looks at

test('the RFC’s own example is answered as it says (1.3)', () => {
  expect(read({ 'sec-websocket-protocol': 'chat, superchat' })).toEqual({
    key: 'dGhlIHNhbXBsZSBub25jZQ==',
    protocols: new Set(['chat', 'superchat']),
  })
  expect(acceptance('dGhlIHNhbXBsZSBub25jZQ==', 'chat').split('\r\n')).toEqual([
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    'Sec-WebSocket-Protocol: chat',
    '',
    '',
  ])
  expect(acceptance('dGhlIHNhbXBsZSBub25jZQ==', '')).not.toContain('Protocol:')
})

test.each([
  ['another method', {}, 'POST', 'method'],
  ['another upgrade', { upgrade: 'h2c' }, 'GET', 'Upgrade'],
  ['no upgrade', { upgrade: undefined }, 'GET', 'Upgrade'],
  ['no key', { 'sec-websocket-key': undefined }, 'GET', 'Key'],
  ['a key of 15 bytes', { 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAA' }, 'GET', 'Key'],
  ['an older version', { 'sec-websocket-version': '8' }, 'GET', 'Version'],
  ['a protocol twice', { 'sec-websocket-protocol': 'a, a' }, 'GET', 'Protocol'],
  ['a protocol that is no token', { 'sec-websocket-protocol': 'a b' }, 'GET', 'Protocol'],
  ['an empty protocol', { 'sec-websocket-protocol': 'a,' }, 'GET', 'Protocol'],
])('%s is refused', (_, headers, method, why) => {
  expect(read(headers, method)).toContain(why)
})
