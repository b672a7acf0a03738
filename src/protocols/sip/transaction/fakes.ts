/** Two hosts with a stack each, alice and bob, over an internet in memory, for tests. */
import { VirtualClock } from '../../../lib/clock.ts'
import { request } from '../message/build.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import type { Protocol, Target } from '../transport/contract.ts'
import { FakeNetwork, type FakeWire } from '../transport/fakes.ts'
import type { ServerTransaction, TransactionsOptions } from './contract.ts'
import { createTransactions } from './layer.ts'

/** One stack on one host, and what it heard. */
export function stackOn(clock: VirtualClock, wire: FakeWire, options: Partial<TransactionsOptions> = {}) {
  let drawn = 0
  const heard = {
    servers: [] as ServerTransaction[],
    acks: [] as SipRequest[],
    stray: [] as SipResponse[],
    responses: [] as number[],
    failures: [] as string[],
  }
  const stack = createTransactions({
    ...{ clock, wire, random: (bytes) => `${wire.address}${++drawn}`.padStart(2 * bytes, '0') },
    onRequest: (server) => void heard.servers.push(server),
    onAck: (ack) => void heard.acks.push(ack),
    onStray: (response) => void heard.stray.push(response),
    ...options,
  })
  const user = {
    onResponse: ({ status }: SipResponse) => void heard.responses.push(status),
    onFailed: (kind: string, why: string) => void heard.failures.push(`${kind}: ${why}`),
  }
  const ask = (method: string, to: Target | readonly Target[], more: Partial<SipRequest> = {}) =>
    stack.request({ build: () => ({ ...asking(method), ...more }), targets: [to].flat() }, user)
  return { stack, wire, user, ask, ...heard }
}

export function asking(method: string, callId = 'call1'): SipRequest {
  return request({
    ...{ method, uri: 'sip:bob@192.0.2.2', from: '<sip:alice@192.0.2.1>;tag=a', to: '<sip:bob@192.0.2.2>' },
    ...{ callId, cseq: { number: 1, method } },
  })
}

export function world(
  options: {
    protocols?: readonly Protocol[]
    alice?: Partial<TransactionsOptions>
    bob?: Partial<TransactionsOptions>
  } = {},
) {
  const clock = new VirtualClock()
  const network = new FakeNetwork(clock)
  const alice = stackOn(clock, network.host('192.0.2.1', options.protocols), options.alice)
  const bob = stackOn(clock, network.host('192.0.2.2', options.protocols), options.bob)
  const alive = () =>
    [alice.stack.alive, bob.stack.alive].flatMap(({ clients, servers, timers }) => [clients, servers, timers])
  return { clock, network, alice, bob, alive, run: (duration: number) => clock.advanceAsync(duration) }
}

export const at = (address: string, protocol: Protocol = 'udp'): Target => ({ protocol, address, port: 5060 })
export const bobs = at('192.0.2.2')
/** `alive` of both when everything is over. */
export const nothing = [0, 0, 0, 0, 0, 0]
/** Methods and status lines. */
export const first = (lines: readonly string[]) => lines.map((line) => line.split(/ sip:| SIP\/2.0$|\r\n/, 1)[0])
