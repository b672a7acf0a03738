/** Bytes that come over flows: framed, read, answered or not, and the way back of answers. */
import { describe, expect, test } from 'vitest'
import { responseTo } from '../message/build.ts'
import { serialize } from '../message/serialize.ts'
import { asking, at, bobs, first, stackOn, world } from '../transaction/fakes.ts'
import type { Flow, Seen, Target } from './contract.ts'

const { signal } = new AbortController()
const bytes = (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))

/** A request as bytes, with a Via of alice's. */
function words(method: string, via = 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1', callId = 'call1') {
  return Buffer.from(
    Buffer.from(serialize(asking(method, callId)))
      .toString()
      .replace('\r\n', `\r\nVia: ${via}\r\n`),
  )
}

describe('what cannot be read', () => {
  test.each([
    ['a request that says why it is answered', 'OPTIONS sip:b SIP/7.0', 'SIP/2.0 505 Version Not Supported'],
    [
      'a request with two lengths',
      'OPTIONS sip:b SIP/2.0\nContent-Length: 1\nContent-Length: 2',
      'SIP/2.0 400 Bad Request',
    ],
  ])('is answered: %s', async (_, begin, line) => {
    const { alice, bob, run } = world()
    const [, ...rest] = words('OPTIONS').toString().split('\r\n')
    alice.wire.send(await alice.wire.connect(bobs, signal), bytes([begin, ...rest].join('\n').replaceAll('\r', '')))
    await run(10)
    expect(first(bob.wire.sent)).toEqual([line])
  })

  test.each([
    ['noise', 'GET / HTTP/1.1\nHost: b\n\n'],
    ['a response', 'SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.1\nCSeq: x\n\n'],
    ['an ACK', 'ACK sip:b SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1\nCSeq: 1 ACK\n\n'],
    ['a request without a way back', 'OPTIONS sip:b SIP/2.0\nCSeq: 1 OPTIONS\n\n'],
    ['line ends', '\n\n\n\n\n\n'],
    ['nothing', ''],
    ['a ping over UDP', '\n\n'],
  ])('gets silence: %s', async (_, text) => {
    const { alice, bob, run } = world()
    alice.wire.send(await alice.wire.connect(bobs, signal), bytes(text))
    await run(1000)
    expect([bob.wire.sent, bob.servers]).toEqual([[], []])
  })

  test('on a stream is answered and closes it, for nobody knows where the next message begins', async () => {
    const { alice, bob, run } = world()
    const flow = await alice.wire.connect(at('192.0.2.2', 'tcp'), signal)
    const via = 'SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1'
    alice.wire.send(
      flow,
      Buffer.from(words('OPTIONS', via).toString().replace('Content-Length: 0', 'Content-Length: x')),
    )
    await run(10)
    expect([first(bob.wire.sent), bob.wire.streams, bob.stack.alive.streams]).toEqual([
      ['SIP/2.0 400 Bad Request'],
      0,
      0,
    ])
  })
})

describe('a stream', () => {
  test('may bring messages in any pieces, and pings between them get their pong', async () => {
    const { alice, bob, run } = world()
    const flow = await alice.wire.connect(at('192.0.2.2', 'tcp'), signal)
    const one = words('OPTIONS', 'SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1')
    const two = words('OPTIONS', 'SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK2', 'call2')
    const all = Buffer.concat([one, bytes('\n\n'), two])
    for (let from = 0; from < all.length; from += 7) alice.wire.send(flow, all.subarray(from, from + 7))
    await run(10)
    expect([bob.servers.length, bob.wire.sent]).toEqual([2, ['\r\n']])
  })

  test('with a message that never ends is closed after 32 s', async () => {
    const { alice, bob, run } = world()
    const flow = await alice.wire.connect(at('192.0.2.2', 'tcp'), signal)
    alice.wire.send(flow, words('OPTIONS').subarray(0, 40))
    await run(20_000)
    alice.wire.send(flow, words('OPTIONS').subarray(40, 50))
    await run(11_900)
    expect(bob.wire.streams).toBe(1)
    await run(200)
    expect([bob.wire.streams, bob.stack.alive.streams]).toEqual([0, 0])
  })

  test('that closes within a message is waited for no longer', async () => {
    const { alice, run, clock } = world()
    const flow = await alice.wire.connect(at('192.0.2.2', 'tcp'), signal)
    alice.wire.send(flow, words('OPTIONS').subarray(0, 40))
    await run(10)
    expect(clock.pending).toBe(1)
    alice.wire.close(flow)
    await run(10)
    expect(clock.pending).toBe(0)
  })
})

describe('a WebSocket', () => {
  const protocols = ['ws'] as const

  test('brings one message in each of its own, and answers go back over it', async () => {
    const { alice, bob, run } = world({ protocols })
    alice.ask('OPTIONS', at('192.0.2.2', 'ws'))
    await run(10)
    expect(alice.wire.sent[0]).toContain('Via: SIP/2.0/WS 192.0.2.1:5060;')
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 200))
    await run(10)
    expect(alice.responses).toEqual([200])
  })

  test('answers pings, and cannot be opened again for an answer', async () => {
    const { alice, bob, run } = world({ protocols })
    const flow = await alice.wire.connect(at('192.0.2.2', 'ws'), signal)
    const failures: string[] = []
    alice.wire.send(flow, bytes('\n\n'))
    alice.wire.send(flow, words('OPTIONS', 'SIP/2.0/WS alice.invalid;branch=z9hG4bK1'))
    await run(10)
    expect(bob.wire.sent).toEqual(['\r\n'])
    alice.wire.close(flow)
    await run(10)
    bob.servers[0]!.onFailed = (why) => failures.push(why)
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 200))
    await run(10)
    // On a reliable transport the transaction is over with its answer: nobody is told.
    expect([failures, bob.wire.sent.length]).toEqual([[], 1])
  })
})

describe('an answer', () => {
  test('goes to the port of sent-by when the sender asked for no other', async () => {
    const { clock, network, bob, run } = world()
    const carol = stackOn(clock, network.host('192.0.2.3'))
    const from: Flow = { ...(await carol.wire.connect(bobs, signal)), local: { address: '192.0.2.3', port: 40_000 } }
    carol.wire.send(from, words('OPTIONS', 'SIP/2.0/UDP 10.0.0.3;branch=z9hG4bK1'))
    await run(10)
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 200))
    await run(10)
    expect(bob.wire.sent[0]).toContain('Via: SIP/2.0/UDP 10.0.0.3;branch=z9hG4bK1;received=192.0.2.3\r\n')
    expect(bob.wire.sentTo).toEqual(['192.0.2.3:5060'])
  })

  test('takes a new connection when the one of its request is gone', async () => {
    const { alice, bob, run } = world()
    const flow = await alice.wire.connect(at('192.0.2.2', 'tcp'), signal)
    alice.wire.send(flow, words('INVITE', 'SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1'))
    await run(10)
    alice.wire.close(flow)
    await run(10)
    bob.servers[0]!.onFailed = (why) => expect.unreachable(why)
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 180, { toTag: 'b' }))
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 486, { toTag: 'b' }))
    await run(10)
    expect([first(bob.wire.sent), bob.wire.sentTo]).toEqual([
      ['SIP/2.0 180 Ringing', 'SIP/2.0 486 Busy Here'],
      ['192.0.2.1:5060', '192.0.2.1:5060'],
    ])
  })

  test.each([
    ['tls', { protocol: 'tls', address: '192.0.2.1', port: 5061, serverName: 'alice.example' }],
    ['tcp', { protocol: 'tcp', address: '192.0.2.1', port: 5060 }],
  ] as const)('over a new connection of %s expects the certificate of sent-by', async (protocol, target) => {
    const { alice, bob, run } = world({ protocols: [protocol] })
    const flow = await alice.wire.connect(at('192.0.2.2', protocol), signal)
    const asked: Target[] = []
    alice.wire.send(flow, words('INVITE', `SIP/2.0/${protocol.toUpperCase()} alice.example;branch=z9hG4bK1`))
    await run(10)
    alice.wire.close(flow)
    await run(10)
    bob.wire.connect = (to) => {
      asked.push(to)
      return Promise.reject(new Error('refused'))
    }
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 180))
    await run(10)
    expect(asked).toEqual([target])
  })

  test('that nobody gave needs no way: that there is none breaks nothing', async () => {
    const { alice, bob, run } = world()
    bob.wire.connect = () => Promise.reject(new Error('no such door'))
    alice.wire.send(
      await alice.wire.connect(bobs, signal),
      words('OPTIONS', 'SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK1'),
    )
    await run(10)
    expect(bob.servers).toHaveLength(1)
  })

  test('that cannot be brought is told to whoever gave it', async () => {
    const { clock, network, bob, run } = world()
    const carol = stackOn(clock, network.host('192.0.2.3', ['udp']))
    const failures: string[] = []
    const flow = await carol.wire.connect(at('192.0.2.2', 'tcp'), signal)
    carol.wire.send(flow, words('INVITE', 'SIP/2.0/TCP 192.0.2.3;branch=z9hG4bK1'))
    await run(10)
    carol.wire.close(flow)
    await run(10)
    bob.servers[0]!.onFailed = (why) => failures.push(why)
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 180))
    await run(10)
    expect(failures).toEqual(['192.0.2.3 refuses tcp'])
  })
})

describe('keeping a flow alive', () => {
  test('a ping goes out within 80 to 100 % of the time, for as long as it is wanted', async () => {
    const { alice, run } = world()
    const flow = await alice.wire.connect(bobs, signal)
    const keeping = alice.stack.keepAlive(flow, { every: 30_000 })
    await run(23_999)
    expect(alice.wire.sent).toEqual([])
    await run(6002)
    expect(alice.wire.sent).toEqual(['\r\n\r\n'])
    keeping[Symbol.dispose]()
    await run(60_000)
    expect(alice.wire.sent).toHaveLength(1)
  })

  test('a peer that answered once and does no more is dead after 10 s', async () => {
    const { alice, bob, run } = world()
    const flow = await alice.wire.connect(at('192.0.2.2', 'tcp'), signal)
    const deaths: string[] = []
    alice.stack.keepAlive(flow, { every: 30_000, onDead: (why) => deaths.push(why) })
    await run(31_000)
    expect(bob.wire.sent).toEqual(['\r\n'])
    bob.stack[Symbol.dispose]()
    await run(70_000)
    expect([deaths, alice.wire.streams]).toEqual([['no answer to a ping within 10000 ms'], 0])
  })

  test('a peer that answers every time lives on, and nothing waits when nobody cares any more', async () => {
    const { alice, bob, run, clock } = world()
    const flow = await alice.wire.connect(at('192.0.2.2', 'tcp'), signal)
    const deaths: string[] = []
    const keeping = alice.stack.keepAlive(flow, { every: 30_000, onDead: (why) => deaths.push(why) })
    await run(100_000)
    expect([deaths, bob.wire.sent, alice.wire.sent.length]).toEqual([[], Array(4).fill('\r\n'), 4])
    bob.stack[Symbol.dispose]()
    while (alice.wire.sent.length < 5) await run(1000)
    keeping[Symbol.dispose]()
    await run(5)
    expect(clock.pending).toBe(0)
  })

  test('ends with the stack', async () => {
    const { alice, clock } = world()
    alice.stack.keepAlive(await alice.wire.connect(bobs, signal), { every: 30_000 })
    alice.stack[Symbol.dispose]()
    expect(clock.pending).toBe(0)
  })

  test('a peer that never answers pings is not held to it', async () => {
    const { alice, bob, run } = world()
    const flow = await alice.wire.connect(at('192.0.2.2', 'tcp'), signal)
    bob.stack[Symbol.dispose]()
    const deaths: string[] = []
    alice.stack.keepAlive(flow, { every: 30_000, onDead: (why) => deaths.push(why) })
    await run(200_000)
    expect(deaths).toEqual([])
  })

  test('a connection that closes is noticed at once', async () => {
    const { alice, run, clock } = world()
    const flow = await alice.wire.connect(at('192.0.2.2', 'tcp'), signal)
    const deaths: string[] = []
    alice.stack.keepAlive(flow, { every: 30_000, onDead: (why) => deaths.push(why) })
    alice.wire.close(flow)
    await run(1)
    expect([deaths, clock.pending]).toEqual([['the connection is gone'], 0])
  })

  test('a connection that was gone before is noticed at the first ping', async () => {
    const { alice, run, clock } = world()
    const flow = await alice.wire.connect(at('192.0.2.2', 'tcp'), signal)
    alice.wire.close(flow)
    const deaths: string[] = []
    alice.stack.keepAlive(flow, { every: 30_000, onDead: (why) => deaths.push(why) })
    await run(31_000)
    expect([deaths, clock.pending]).toEqual([['the connection is gone'], 0])
  })
})

test('every message is seen both ways, with its Call-ID', async () => {
  const seen: Seen[] = []
  const { alice, bob, run } = world({ bob: { onMessage: (entry) => seen.push(entry) } })
  alice.ask('OPTIONS', bobs)
  await run(10)
  bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 200))
  alice.wire.send(await alice.wire.connect(bobs, signal), bytes('noise'))
  await run(10)
  expect(seen.map(({ direction, callId }) => [direction, callId])).toEqual([
    ['in', 'call1'],
    ['out', 'call1'],
    ['in', undefined],
  ])
})
