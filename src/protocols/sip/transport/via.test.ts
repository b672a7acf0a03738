/** What a server writes into the topmost Via, and where the answer goes by it. */
import { expect, test } from 'vitest'
import { formatVia, parseVia } from '../message/via.ts'
import { answerAddress, stamp } from './via.ts'

const remote = { address: '203.0.113.9', port: 40_000 }

test.each([
  ['says nothing when sent-by is the source', '203.0.113.9:5066;branch=z9hG4bK1', ''],
  ['says where it came from when sent-by is another address', '10.0.0.1;branch=z9hG4bK1', ';received=203.0.113.9'],
  ['says it also of a name', 'phone.example;branch=z9hG4bK1', ';received=203.0.113.9'],
])('a Via %s', (_, sentBy, added) => {
  const via = parseVia(`SIP/2.0/UDP ${sentBy}`)!
  expect(formatVia(stamp(via, remote))).toBe(`SIP/2.0/UDP ${sentBy}${added}`)
})

test('rport is filled in and always brings received', () => {
  const via = parseVia('SIP/2.0/UDP 203.0.113.9;rport;branch=z9hG4bK1')!
  expect(formatVia(stamp(via, remote))).toBe('SIP/2.0/UDP 203.0.113.9;rport=40000;branch=z9hG4bK1;received=203.0.113.9')
})

test('what the sender claimed about itself is overwritten', () => {
  const via = parseVia('SIP/2.0/UDP 203.0.113.9;received=192.0.2.66;branch=z9hG4bK1')!
  expect(formatVia(stamp(via, remote))).toBe('SIP/2.0/UDP 203.0.113.9;received=203.0.113.9;branch=z9hG4bK1')
})

test.each([
  ['udp', '10.0.0.1:5070;branch=z9hG4bK1', 5070],
  ['udp', '10.0.0.1;branch=z9hG4bK1', 5060],
  ['udp', '10.0.0.1:5070;rport;branch=z9hG4bK1', 40_000],
  ['udp', '10.0.0.1:5070;maddr=192.0.2.66;branch=z9hG4bK1', 5070],
  ['tcp', '10.0.0.1:5070;rport;branch=z9hG4bK1', 5070],
  ['tls', '10.0.0.1;branch=z9hG4bK1', 5061],
] as const)('over %s the answer to %s goes to port %d of the source', (protocol, sentBy, port) => {
  const via = parseVia(`SIP/2.0/UDP ${sentBy}`)!
  expect(answerAddress(via, { protocol, remote })).toEqual({ address: '203.0.113.9', port })
})
