/** Requests of others: cancelled, merged, too many, from strangers, from elements of RFC 2543. */
import { describe, expect, test } from 'vitest'
import { responseTo } from '../message/build.ts'
import { serialize } from '../message/serialize.ts'
import type { Flow } from '../transport/contract.ts'
import { asking, at, bobs, first, nothing, world } from './fakes.ts'

const { signal } = new AbortController()

/** Says exactly this to bob, from alice's address. */
async function say(
  alice: ReturnType<typeof world>['alice'],
  method: string,
  via: string,
  lines: readonly string[] = [],
) {
  const flow = await alice.wire.connect(bobs, signal)
  const text = Buffer.from(serialize(asking(method))).toString()
  const changed = text.replace('\r\n', `\r\nVia: SIP/2.0/UDP ${via}\r\n${lines.map((line) => `${line}\r\n`).join('')}`)
  alice.wire.send(flow, Buffer.from(changed))
}

describe('a CANCEL', () => {
  test('of nothing gets 481 from us', async () => {
    const { alice, bob, run } = world()
    await say(alice, 'CANCEL', '192.0.2.1;branch=z9hG4bKnone')
    await run(10)
    expect([first(bob.wire.sent), bob.servers]).toEqual([['SIP/2.0 481 Call/Transaction Does Not Exist'], []])
  })

  test('gets its 200 with the tag that the INVITE is answered with', async () => {
    const { alice, bob, run } = world()
    await say(alice, 'INVITE', '192.0.2.1;branch=z9hG4bKone')
    await run(10)
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 180, { toTag: 'bobstag' }))
    await say(alice, 'CANCEL', '192.0.2.1;branch=z9hG4bKone')
    await run(10)
    expect(bob.wire.sent.at(-1)).toMatch(
      /^SIP\/2.0 200 OK[^]*To: <sip:bob@192.0.2.2>;tag=bobstag\r\n[^]*CSeq: 1 CANCEL/,
    )
  })
})

describe('requests that came over several ways', () => {
  test('are merged: the first is heard, the others get 482', async () => {
    const { alice, bob, run } = world()
    await say(alice, 'INVITE', '192.0.2.1;branch=z9hG4bKone')
    await say(alice, 'INVITE', '192.0.2.1;branch=z9hG4bKtwo')
    await run(10)
    expect([bob.servers.length, first(bob.wire.sent)]).toEqual([1, ['SIP/2.0 482 Loop Detected']])
  })

  test('are new once the first is over', async () => {
    const { alice, bob, run } = world()
    await say(alice, 'OPTIONS', '192.0.2.1;branch=z9hG4bKone')
    await run(10)
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 200))
    await run(32_001)
    await say(alice, 'OPTIONS', '192.0.2.1;branch=z9hG4bKtwo')
    await run(10)
    expect(bob.servers).toHaveLength(2)
  })
})

test('requests within a dialog are never merged: its CSeq is its own matter', async () => {
  const { alice, bob, run } = world()
  for (const branch of ['one', 'two']) {
    const text = Buffer.from(serialize(asking('INFO')))
      .toString()
      .replace('192.0.2.2>\r\n', '192.0.2.2>;tag=b\r\n')
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const flow = await alice.wire.connect(bobs, signal)
    alice.wire.send(
      flow,
      Buffer.from(text.replace('\r\n', `\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK${branch}\r\n`)),
    )
  }
  await run(10)
  expect([bob.servers.length, bob.wire.sent]).toEqual([2, []])
})

describe('an element of RFC 2543', () => {
  test.each([
    ['without a branch', '192.0.2.1'],
    ['with a branch that says nothing', '192.0.2.1;branch=1'],
    ['with the bare cookie', '192.0.2.1;branch=z9hG4bK'],
  ])('%s has its repeats, CANCEL and ACK found', async (_, via) => {
    const { alice, bob, run, alive } = world()
    await say(alice, 'INVITE', via)
    await say(alice, 'INVITE', via)
    await run(10)
    expect(bob.servers).toHaveLength(1)
    const server = bob.servers[0]!
    server.onCancel = () => server.respond(responseTo(server.request, 487, { toTag: 'b' }))
    await say(alice, 'CANCEL', via)
    await run(10)
    expect(first(bob.wire.sent)).toEqual(['SIP/2.0 200 OK', 'SIP/2.0 487 Request Terminated'])
    // The tag of another's refusal: not ours to take.
    await say(alice, 'ACK', via)
    await run(600)
    expect([bob.acks.length, bob.wire.sent.length]).toEqual([1, 3])
    const flow = await alice.wire.connect(bobs, signal)
    const ack = Buffer.from(serialize(asking('ACK')))
      .toString()
      .replace('192.0.2.2>\r\n', '192.0.2.2>;tag=b\r\n')
    alice.wire.send(flow, Buffer.from(ack.replace('\r\n', `\r\nVia: SIP/2.0/UDP ${via}\r\n`)))
    await run(5001)
    expect([bob.wire.sent.length, alive()]).toEqual([3, nothing])
  })
})

describe('who may speak', () => {
  test('a dropped source is not even parsed, and loses its connection', async () => {
    const { alice, bob, run } = world({ bob: { standing: () => 'drop' } })
    alice.ask('OPTIONS', at('192.0.2.2', 'tcp'))
    alice.ask('OPTIONS', bobs)
    await run(10)
    expect([bob.servers, bob.wire.sent, bob.wire.streams]).toEqual([[], [], 0])
  })

  test('a stranger whose words cannot be read hears nothing', async () => {
    const { alice, bob, run } = world({ bob: { standing: () => 'stranger' } })
    await say(alice, 'CANCEL', '192.0.2.1;branch=z9hG4bKnone')
    await say(alice, 'OPTIONS', '192.0.2.1;branch=z9hG4bKnone', ['Content-Length: many'])
    await run(10)
    expect(bob.wire.sent).toEqual([])
    alice.ask('OPTIONS', bobs)
    await run(10)
    expect(bob.servers).toHaveLength(1)
  })

  test('what is answered at the door is answered without state, alike when it comes again', async () => {
    const asked: Flow[] = []
    const { alice, bob, run, alive } = world({
      bob: {
        admit: (_, flow) => {
          asked.push(flow)
          return { type: 'answer', status: 401, headers: [{ name: 'WWW-Authenticate', value: 'Digest realm="r"' }] }
        },
      },
    })
    await say(alice, 'INVITE', '192.0.2.1;branch=z9hG4bKone')
    await say(alice, 'INVITE', '192.0.2.1;branch=z9hG4bKone')
    await run(10)
    expect(bob.wire.sent[0]).toMatch(/^SIP\/2.0 401 Unauthorized[^]*;tag=[0-9a-f]{16}\r\n[^]*WWW-Authenticate: Digest/)
    expect(bob.wire.sent[1]).toBe(bob.wire.sent[0])
    expect([asked.length, bob.servers, alive()]).toEqual([2, [], nothing])
  })

  test('who is not admitted hears nothing', async () => {
    const { alice, bob, run } = world({ bob: { admit: () => ({ type: 'drop' }) } })
    alice.ask('INVITE', bobs)
    await run(1000)
    expect([bob.servers, bob.wire.sent]).toEqual([[], []])
  })
})

describe('more requests than can be worked on', () => {
  test.each(['transactions', 'transactionsPerSource'])('(%s) get 503 until others are answered', async (limit) => {
    const { alice, bob, run } = world({ bob: { limits: { [limit]: 2 } } })
    const ask = (callId: string) => alice.ask('MESSAGE', bobs, asking('MESSAGE', callId))
    for (const callId of ['1', '2', '3']) ask(callId)
    await run(10)
    expect(bob.servers).toHaveLength(2)
    expect(bob.wire.sent).toEqual([expect.stringMatching(/^SIP\/2.0 503 [^]*\r\nRetry-After: 5\r\n/)])
    for (const server of bob.servers) server.respond(responseTo(server.request, 200))
    await run(5000)
    ask('4')
    await run(10)
    expect(bob.servers).toHaveLength(3)
  })

  test('are not many when nobody can be answered', async () => {
    const { alice, bob, run } = world({ bob: { limits: { transactions: 1 } } })
    const flow = await alice.wire.connect(at('192.0.2.2', 'tcp'), signal)
    const via = 'Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1'
    const text = Buffer.from(serialize(asking('MESSAGE'))).toString()
    alice.wire.send(flow, Buffer.from(text.replace('\r\n', `\r\n${via}\r\n`)))
    await run(10)
    alice.wire.close(flow)
    await run(10)
    bob.wire.connect = () => Promise.reject(new Error('refused'))
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 183))
    await run(10)
    alice.ask('MESSAGE', bobs, asking('MESSAGE', 'call2'))
    await run(10)
    expect(bob.servers).toHaveLength(2)
  })

  test('get silence from strangers', async () => {
    const { alice, bob, run } = world({ bob: { limits: { transactions: 0 }, standing: () => 'stranger' } })
    alice.ask('MESSAGE', bobs)
    await run(10)
    expect([bob.servers, bob.wire.sent]).toEqual([[], []])
  })
})
