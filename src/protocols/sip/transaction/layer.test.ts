/** Two stacks over an internet in memory: who hears what, what goes over the line, and that nothing is left. */
import { describe, expect, test } from 'vitest'
import { responseTo } from '../message/build.ts'
import { header, withHeader } from '../message/headers.ts'
import { serialize } from '../message/serialize.ts'
import { asking, at, bobs, first, nothing, world } from './fakes.ts'

describe('a request', () => {
  test.each(['udp', 'tcp'] as const)(
    'over %s is heard once and answered once, and leaves nothing',
    async (protocol) => {
      const { alice, bob, run, alive } = world()
      alice.ask('OPTIONS', at('192.0.2.2', protocol))
      await run(10)
      expect(bob.servers.map((one) => one.request.method)).toEqual(['OPTIONS'])
      bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 200, { toTag: 'b' }))
      await run(10)
      expect(alice.responses).toEqual([200])
      await run(32_000)
      expect(alive()).toEqual(nothing)
    },
  )

  test('carries our Via on top, with rport, and where it came from once it is there', async () => {
    const { alice, bob, run } = world()
    alice.ask('OPTIONS', bobs)
    await run(10)
    expect(alice.wire.sent[0]).toMatch(
      /^OPTIONS sip:bob@192.0.2.2 SIP\/2.0\r\nVia: SIP\/2.0\/UDP 192.0.2.1:5060;rport;branch=z9hG4bK\S+\r\nMax-Forwards: 70\r\n/,
    )
    expect(header(bob.servers[0]!.request, 'via')).toMatch(/;rport=5060;branch=\S+;received=192.0.2.1$/)
  })

  test('is sent again at 0.5, 1, 2 and then every 4 s, and fails after 32 s', async () => {
    const { alice, network, clock, run } = world()
    network.weather = { delay: 1, fate: () => [] }
    const times: number[] = []
    const send = alice.wire.send.bind(alice.wire)
    alice.wire.send = (flow, bytes) => times.push(clock.monotonic()) > 0 && send(flow, bytes)
    alice.ask('OPTIONS', bobs)
    await run(40_000)
    expect(times).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500])
    expect(alice.failures).toEqual(['timeout: no final response (Timer F)'])
    expect(alice.stack.alive).toEqual({ clients: 0, servers: 0, timers: 0, streams: 0 })
  })

  test('that was answered gets the same answer when it comes again', async () => {
    const { alice, bob, run, network } = world()
    let lost = 0
    alice.ask('OPTIONS', bobs)
    await run(10)
    network.weather = { delay: 1, fate: () => (lost++ === 0 ? [] : [0]) }
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 200))
    await run(1000)
    expect([bob.servers.length, alice.responses]).toEqual([1, [200]])
  })
})

describe('a response', () => {
  test.each([
    ['whose Via is not ours', (via: string) => via.replace('192.0.2.1:5060', '192.0.2.1:5070')],
    ['with another Via below', (via: string) => `${via}, SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK7`],
    ['of a branch we never sent', (via: string) => via.replace('z9hG4bK', 'z9hG4bKno')],
  ])('%s is not heard', async (_, astray) => {
    const { alice, bob, run } = world()
    alice.ask('OPTIONS', bobs)
    await run(10)
    const { request } = bob.servers[0]!
    const via = header(request, 'via') ?? ''
    bob.servers[0]!.respond(withHeader(responseTo(request, 200), 'Via', astray(via)))
    await run(10)
    expect([alice.responses, alice.stray]).toEqual([[], []])
  })
})

test('only a 2xx to INVITE is stray: nobody waits for any other', async () => {
  const { bob, alice, run } = world()
  const flow = await bob.wire.connect(at('192.0.2.1'), new AbortController().signal)
  for (const [method, status] of [
    ['OPTIONS', 200],
    ['INVITE', 180],
    ['INVITE', 300],
    ['INVITE', 299],
  ] as const) {
    const request = withHeader(asking(method), 'Via', 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKgone')
    bob.wire.send(flow, serialize(responseTo(request, status)))
  }
  await run(10)
  expect(alice.stray.map(({ status }) => status)).toEqual([299])
})

describe('an INVITE', () => {
  test('gets 100 by itself after 200 ms, and an answer before that is no reason for one', async () => {
    const { alice, bob, run } = world()
    alice.ask('INVITE', bobs)
    await run(199)
    expect(bob.wire.sent).toEqual([])
    await run(10)
    expect(alice.responses).toEqual([100])
    alice.ask('INVITE', bobs, asking('INVITE', 'call2'))
    await run(10)
    bob.servers[1]!.respond(responseTo(bob.servers[1]!.request, 180, { toTag: 'b' }))
    await run(1000)
    expect(alice.responses).toEqual([100, 180])
  })

  test('refused is acknowledged here, again when the refusal comes again, and its user hears of it once', async () => {
    const { alice, bob, run, alive, network } = world()
    alice.ask('INVITE', bobs)
    await run(10)
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 486, { toTag: 'b' }))
    let datagrams = 0
    network.weather = { delay: 1, fate: () => (++datagrams === 1 ? [] : [0]) }
    await run(2000)
    expect(first(alice.wire.sent)).toEqual(['INVITE', 'ACK', 'ACK'])
    expect([alice.responses, bob.acks]).toEqual([[486], []])
    expect(alice.wire.sent[1]).toContain('To: <sip:bob@192.0.2.2>;tag=b\r\n')
    expect(alice.wire.sent[1]!.split('\r\n')[1]).toBe(alice.wire.sent[0]!.split('\r\n')[1])
    await run(40_000)
    expect(alive()).toEqual(nothing)
  })

  test('refused and never acknowledged is told to whoever refused', async () => {
    const { alice, bob, run, network } = world()
    const failures: string[] = []
    alice.ask('INVITE', bobs)
    await run(10)
    alice.stack[Symbol.dispose]()
    network.weather = { delay: 1, fate: () => [] }
    bob.servers[0]!.onFailed = (why) => failures.push(why)
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 486))
    await run(32_001)
    expect(failures).toEqual(['the refusal was never acknowledged (Timer H)'])
    expect(bob.wire.sent).toHaveLength(11)
  })

  test('accepted leaves ACK and repeats to its user, and every 2xx comes through', async () => {
    const { alice, bob, run, alive } = world()
    alice.ask('INVITE', bobs)
    await run(10)
    const ok = responseTo(bob.servers[0]!.request, 200, { toTag: 'b' })
    bob.servers[0]!.respond(ok)
    await run(10)
    bob.servers[0]!.respond(ok)
    await run(10)
    expect(alice.responses).toEqual([200, 200])
    const sent = alice.stack.send({ build: () => asking('ACK'), targets: [at('192.0.2.9', 'tcp'), bobs] })
    await run(10)
    expect(await sent).toBe(true)
    expect(await alice.stack.send({ build: () => asking('ACK'), targets: [at('192.0.2.9', 'tcp')] })).toBe(false)
    expect(bob.acks.map(({ method }) => method)).toEqual(['ACK'])
    await run(32_000)
    expect(alive()).toEqual(nothing)
  })

  test('accepted by two of a fork tells both, and a late one is stray', async () => {
    const { alice, bob, run, network } = world()
    alice.ask('INVITE', bobs)
    await run(10)
    const { request: invite } = bob.servers[0]!
    bob.servers[0]!.respond(responseTo(invite, 200, { toTag: 'b' }))
    bob.servers[0]!.respond(responseTo(invite, 200, { toTag: 'c' }))
    await run(31_999)
    expect(alice.responses).toEqual([200, 200])
    network.weather = { delay: 100, fate: () => [0] }
    bob.servers[0]!.respond(responseTo(invite, 200, { toTag: 'c' }))
    await run(200)
    expect([alice.responses, alice.stray.length]).toEqual([[200, 200], 1])
  })
})
