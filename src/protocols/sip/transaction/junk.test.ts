/** A stack that is sent what no SIP element would send: it bears it, says little, and keeps nothing. */
import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../../lib/clock.ts'
import { responseTo } from '../message/build.ts'
import { draws, spoiled } from '../message/fixtures/spoil.ts'
import type { Protocol } from '../transport/contract.ts'
import { FakeNetwork } from '../transport/fakes.ts'
import type { ServerTransaction, TransactionsOptions } from './contract.ts'
import { at, stackOn } from './fakes.ts'

/** A few here; as many as are wished by FUZZ_RUNS. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 600)

const { signal } = new AbortController()

function target(options: Partial<TransactionsOptions> = {}) {
  const clock = new VirtualClock()
  const network = new FakeNetwork(clock)
  const stranger = network.host('192.0.2.1')
  const bob = stackOn(clock, network.host('192.0.2.2'), options)
  return { clock, stranger, bob }
}

/** Answers everything that was heard, each with something else. */
function answerAll(servers: ServerTransaction[], draw: (below: number) => number): void {
  for (const server of servers.splice(0)) {
    const status = [180, 200, 302, 486, 503][draw(5)]!
    server.respond(responseTo(server.request, status, { toTag: 'b' }))
    server.respond(responseTo(server.request, 480, { toTag: 'b' }))
  }
}

describe.each(['udp', 'tcp'] as const)('spoiled messages over %s', (protocol: Protocol) => {
  test('leave nothing behind, in whatever pieces they come', async () => {
    const { clock, stranger, bob } = target()
    const draw = draws(protocol.length)
    for (let run = 0; run < runs; run++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, some on a connection of their own
      const flow = await stranger.connect(at('192.0.2.2', protocol), signal)
      const bytes = spoiled(draw)
      const cut = protocol === 'tcp' ? draw(bytes.length + 1) : bytes.length
      for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)])
        if (piece.length > 0) stranger.send(flow, piece)
      clock.advance(10)
      if (draw(4) === 0) answerAll(bob.servers, draw)
      if (draw(4) === 0) stranger.close(flow)
    }
    answerAll(bob.servers, draw)
    await clock.advanceAsync(70_000)
    expect(bob.stack.alive).toMatchObject({ clients: 0, servers: 0, timers: 0 })
  })
})

test('what cannot be read is never answered with much more than it said', async () => {
  const { clock, stranger, bob } = target({ admit: () => ({ type: 'drop' }) })
  const draw = draws(7)
  const flow = await stranger.connect(at('192.0.2.2'), signal)
  let answers = 0
  for (let run = 0; run < runs; run++) {
    const bytes = spoiled(draw)
    const before = bob.wire.sent.length
    stranger.send(flow, bytes)
    clock.advance(10)
    const said = bob.wire.sent.slice(before).join('').length
    if (said > 0) answers++
    expect(said).toBeLessThan(bytes.length + 200)
  }
  expect(answers).toBeGreaterThan(runs / 4)
})
