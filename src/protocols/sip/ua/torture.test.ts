import { describe, expect, test } from 'vitest'
import { outcomes, tortures } from '../message/fixtures/rfc4475.ts'
import { ipv6 } from '../message/fixtures/rfc5118.ts'
import { parseMessage } from '../message/parse.ts'
import type { Protocol } from '../transport/contract.ts'
import { offer, Pair } from './pair.ts'

const { signal } = new AbortController()

/** Sends it to bob from a third place, and waits until everything is over: the statuses that came back, once each. */
async function send(bytes: Uint8Array, protocol: Protocol, piece: number) {
  const pair = new Pair({
    protocol,
    bob: { allow: ['REGISTER', 'MESSAGE'], onRequest: () => ({ status: 200 }) },
    answer: (session) => session.accept(offer),
  })
  const stranger = pair.network.host('192.0.2.9', [protocol])
  const flow = await stranger.connect({ protocol, address: '192.0.2.2', port: 5060 }, signal)
  for (let at = 0; at < bytes.length; at += piece) stranger.send(flow, bytes.subarray(at, at + piece))
  await pair.settle()
  stranger.close(flow)
  await pair.settle(1000)
  return { pair, statuses: statusesIn(pair) }
}

/** Final ones to what was sent. */
function statusesIn(pair: Pair): readonly number[] {
  const found = pair.passed.sent.map(({ text }) => Number(/^SIP\/2\.0 (\d{3}) /.exec(text)?.[1] ?? 0))
  return [...new Set(found)].filter((status) => status >= 200)
}

describe.each([
  ['udp', 65_535],
  ['tcp', 65_535],
  ['tcp', 1],
] as const)('a user agent over %s, in pieces of %i', (protocol, piece) => {
  const messages = [
    ...tortures.map(({ name, bytes }) => ({ name, bytes, outcome: outcomes[name] ?? 'processed' })),
    ...ipv6.map(({ file, bytes, outcome }) => ({ name: file, bytes, outcome })),
  ]

  /** What only a stream makes of them: a body that never comes, an end that is not told, a second message behind the first. */
  const streamed: Readonly<Record<string, readonly number[]>> = { clerr: [], inv2543: [400], dblreq: [200] }

  test.each(messages)('does with $name as the RFC says, and keeps nothing of it', async ({ name, bytes, outcome }) => {
    const { pair, statuses } = await send(bytes, protocol, piece)
    const parsed = parseMessage(bytes)
    const isResponse = parsed.ok && parsed.message.type === 'response'
    // These are for a dialog that there is not.
    const right = ['wsinv', 'sec4.5.1', 'sec4.7'].includes(name) ? 481 : 200
    const expected = outcome === 'silence' || isResponse ? [] : [outcome === 'processed' ? right : outcome]
    expect(statuses).toEqual(protocol === 'tcp' ? (streamed[name] ?? expected) : expected)
    expect([pair.alive, pair.clock.pending, pair.errors]).toEqual([0, 0, []])
  })
})
