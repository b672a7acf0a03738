/** Requests of ours: cancelled, sent elsewhere when a target fails, over TCP when they are large. */
import { describe, expect, test } from 'vitest'
import { responseTo } from '../message/build.ts'
import { header } from '../message/headers.ts'
import { asking, at, bobs, first, nothing, stackOn, world } from './fakes.ts'

describe('a CANCEL', () => {
  test('waits for a provisional, takes the way of its INVITE, and the refusal comes to its user', async () => {
    const { alice, bob, run, alive } = world()
    const cancelled: string[] = []
    const call = alice.ask('INVITE', bobs)
    await run(10)
    call.cancel([{ name: 'Reason', value: 'SIP;cause=200' }])
    await run(10)
    expect(first(alice.wire.sent)).toEqual(['INVITE'])
    const server = bob.servers[0]!
    server.onCancel = (cancel) => {
      cancelled.push(header(cancel, 'reason') ?? '')
      server.respond(responseTo(server.request, 487, { toTag: 'b' }))
    }
    await run(300)
    expect(first(alice.wire.sent)).toEqual(['INVITE', 'CANCEL', 'ACK'])
    const [invite, cancel] = alice.wire.sent.map((text) => text.split('\r\n'))
    expect(cancel![1]).toBe(invite![1])
    expect([cancelled, alice.responses]).toEqual([['SIP;cause=200'], [100, 487]])
    call.cancel()
    await run(40_000)
    expect(first(alice.wire.sent)).toHaveLength(3)
    expect(alive()).toEqual(nothing)
  })

  test('is sent once, however often it is wanted and whatever rings meanwhile', async () => {
    const { alice, bob, run } = world()
    const call = alice.ask('INVITE', bobs)
    await run(300)
    call.cancel()
    call.cancel()
    await run(10)
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 180, { toTag: 'b' }))
    await run(10)
    expect(first(alice.wire.sent)).toEqual(['INVITE', 'CANCEL'])
  })

  test('is not sent when the final response comes first', async () => {
    const { alice, bob, run } = world()
    const call = alice.ask('INVITE', bobs)
    await run(10)
    call.cancel()
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 200, { toTag: 'b' }))
    await run(1000)
    expect([first(alice.wire.sent), alice.responses]).toEqual([['INVITE'], [200]])
  })

  test('of an INVITE that nobody hears ends it: no other target is asked', async () => {
    const { alice, bob, run } = world()
    const call = alice.ask('INVITE', [at('192.0.2.9'), bobs])
    await run(10)
    call.cancel()
    await run(33_000)
    expect([alice.failures, bob.servers]).toEqual([['timeout: no response to INVITE (Timer B)'], []])
  })

  test('that crosses a 2xx changes nothing', async () => {
    const { alice, bob, run } = world()
    const call = alice.ask('INVITE', bobs)
    await run(300)
    bob.servers[0]!.onCancel = () => expect.unreachable('it was answered')
    call.cancel()
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 200, { toTag: 'b' }))
    await run(1000)
    expect(alice.responses).toEqual([100, 200])
    expect(first(bob.wire.sent)).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 200 OK', 'SIP/2.0 200 OK'])
  })

  test('that nobody obeys ends the INVITE after 32 s', async () => {
    const { alice, bob, run } = world()
    const call = alice.ask('INVITE', bobs)
    await run(300)
    bob.stack[Symbol.dispose]()
    call.cancel()
    await run(31_999)
    expect(alice.failures).toEqual([])
    await run(10)
    expect(alice.failures).toEqual(['timeout: no final response to INVITE after its CANCEL'])
    await run(6000)
    expect(alice.stack.alive).toMatchObject({ clients: 0, timers: 0 })
  })

  test('takes a new connection when the one of its INVITE is gone, and so does the refusal', async () => {
    const { alice, bob, run, alive } = world()
    const call = alice.ask('INVITE', at('192.0.2.2', 'tcp'))
    await run(300)
    const server = bob.servers[0]!
    server.onCancel = () => server.respond(responseTo(server.request, 487, { toTag: 'b' }))
    bob.wire.close(server.flow)
    await run(10)
    call.cancel()
    await run(10)
    expect([first(alice.wire.sent), alice.responses]).toEqual([
      ['INVITE', 'CANCEL', 'ACK'],
      [100, 487],
    ])
    await run(10)
    expect(alive()).toEqual(nothing)
  })

  test('before anything was sent sends nothing', async () => {
    const { alice, run } = world()
    alice.ask('INVITE', bobs).cancel()
    await run(100)
    expect([alice.wire.sent, alice.failures]).toEqual([[], ['transport: cancelled before it could be sent']])
  })

  test('of an INVITE that is over sends nothing', async () => {
    const { alice, bob, run } = world()
    const call = alice.ask('INVITE', bobs)
    await run(10)
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 603))
    await run(10)
    call.cancel()
    await run(10)
    expect(first(alice.wire.sent)).toEqual(['INVITE', 'ACK'])
  })
})

describe('a request goes to the next target, with a new branch,', () => {
  const branches = (lines: readonly string[]) => new Set(lines.map((text) => /branch=([^;\r]+)/.exec(text)?.[1])).size

  test('when one is silent', async () => {
    const { alice, bob, run } = world()
    alice.ask('OPTIONS', [at('192.0.2.9'), bobs])
    await run(31_999)
    expect(bob.servers).toHaveLength(0)
    await run(10)
    expect(bob.servers).toHaveLength(1)
    expect(branches(alice.wire.sent)).toBe(2)
  })

  test('when one refuses connections', async () => {
    const { alice, bob, run } = world()
    alice.ask('OPTIONS', [at('192.0.2.9', 'tcp'), at('192.0.2.2', 'tls'), at('192.0.2.2', 'tcp')])
    await run(10)
    expect(bob.servers.map(({ flow }) => flow.protocol)).toEqual(['tcp'])
  })

  test('when one loses its connection', async () => {
    const { clock, network, alice, bob, run } = world()
    const carol = stackOn(clock, network.host('192.0.2.3'))
    alice.ask('OPTIONS', [at('192.0.2.2', 'tcp'), at('192.0.2.3')])
    await run(10)
    bob.wire.close(bob.servers[0]!.flow)
    await run(10)
    expect(carol.servers).toHaveLength(1)
    expect(branches(alice.wire.sent)).toBe(2)
  })

  test.each(['INVITE', 'OPTIONS'])('when %s gets 503 before anybody rang', async (method) => {
    const { clock, network, alice, bob, run } = world()
    const carol = stackOn(clock, network.host('192.0.2.3'))
    alice.ask(method, [bobs, at('192.0.2.3')])
    await run(10)
    for (const status of [100, 503])
      bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, status, { toTag: 'b' }))
    await run(10)
    carol.servers[0]!.respond(responseTo(carol.servers[0]!.request, 200, { toTag: 'c' }))
    await run(1000)
    expect(alice.responses).toEqual([100, 200])
  })

  test('but not when somebody rang: 503 is the answer then', async () => {
    const { alice, bob, run } = world()
    alice.ask('INVITE', [bobs, at('192.0.2.3')])
    await run(10)
    for (const status of [180, 503])
      bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, status, { toTag: 'b' }))
    await run(10)
    expect(alice.responses).toEqual([180, 503])
  })

  test('and what the last one did is what is told', async () => {
    const { alice, bob, run } = world()
    alice.ask('OPTIONS', [at('192.0.2.9', 'tcp'), bobs])
    await run(10)
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 503))
    await run(10)
    alice.ask('OPTIONS', [at('192.0.2.9', 'tcp')])
    await run(10)
    expect([alice.responses, alice.failures]).toEqual([[503], ['transport: 192.0.2.9 refuses tcp']])
  })

  test('and none to send to is told as such', async () => {
    const { alice, run, alive } = world()
    alice.ask('OPTIONS', [])
    await run(1)
    expect(alice.failures).toEqual(['transport: there is no target to send to'])
    expect(alive()).toEqual(nothing)
  })

  test.each([
    ['the connection that is given comes first', false, 'tcp'],
    ['when the connection that is given is gone', true, 'udp'],
  ])('%s', async (_, gone, protocol) => {
    const { alice, bob, run } = world()
    const flow = await alice.wire.connect(at('192.0.2.2', 'tcp'), new AbortController().signal)
    if (gone) alice.wire.close(flow)
    alice.stack.request({ build: () => asking('OPTIONS'), targets: [bobs], flow }, alice.user)
    await run(10)
    expect(bob.servers.map((one) => one.flow.protocol)).toEqual([protocol])
  })
})

describe('a target that answered 503 with Retry-After', () => {
  async function busyBob(after: string) {
    const { alice, bob, run, ...rest } = world()
    alice.ask('OPTIONS', bobs)
    await run(10)
    const headers = [{ name: 'Retry-After', value: after }]
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 503, { headers }))
    await run(10)
    return { alice, bob, run, ...rest }
  }

  test('is left alone for so long', async () => {
    const { alice, bob, run } = await busyBob('20 (lunch)')
    alice.ask('OPTIONS', bobs, asking('OPTIONS', 'call2'))
    await run(10)
    expect(alice.failures).toEqual(['resting: 192.0.2.2 asked to be left alone for a while (503 with Retry-After)'])
    await run(20_000)
    alice.ask('OPTIONS', bobs, asking('OPTIONS', 'call3'))
    await run(10)
    expect(bob.servers).toHaveLength(2)
  })

  test('may ask for five minutes and no more', async () => {
    const { alice, bob, run } = await busyBob('86400')
    await run(300_000)
    alice.ask('OPTIONS', bobs, asking('OPTIONS', 'call2'))
    await run(10)
    expect(bob.servers).toHaveLength(2)
  })

  test('still hears what belongs to a call that is up', async () => {
    const { alice, bob, run } = await busyBob('20')
    const headers = asking('BYE', 'call2').headers.map((one) =>
      one.name === 'To' ? { ...one, value: `${one.value};tag=b` } : one,
    )
    alice.ask('BYE', bobs, { headers })
    await run(10)
    expect(bob.servers.map((one) => one.request.method)).toEqual(['OPTIONS', 'BYE'])
  })
})

describe('a request of more than 1300 bytes', () => {
  const large = { body: new Uint8Array(1300) }

  test('goes over TCP instead of UDP', async () => {
    const { alice, bob, run } = world()
    alice.ask('MESSAGE', bobs, large)
    await run(10)
    expect(bob.servers.map(({ flow }) => flow.protocol)).toEqual(['tcp'])
    expect(alice.wire.sent[0]).toContain('Via: SIP/2.0/TCP ')
  })

  test('goes over UDP where TCP is refused, and the refusal is remembered', async () => {
    const { clock, network, alice, run } = world()
    const carol = stackOn(clock, network.host('192.0.2.3', ['udp']))
    let tries = 0
    const connect = alice.wire.connect.bind(alice.wire)
    alice.wire.connect = (target, signal) => {
      if (target.protocol === 'tcp') tries++
      return connect(target, signal)
    }
    alice.ask('MESSAGE', at('192.0.2.3'), large)
    await run(10)
    alice.ask('MESSAGE', at('192.0.2.3'), { ...asking('MESSAGE', 'call2'), ...large })
    await run(10)
    expect([carol.servers.map(({ flow }) => flow.protocol), tries]).toEqual([['udp', 'udp'], 1])
  })

  test('goes over UDP where TCP does not answer within 2 s', async () => {
    const { alice, bob, run } = world()
    const connect = alice.wire.connect.bind(alice.wire)
    alice.wire.connect = (target, signal) =>
      target.protocol === 'udp'
        ? connect(target, signal)
        : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    alice.ask('MESSAGE', bobs, large)
    await run(1999)
    expect(bob.servers).toHaveLength(0)
    await run(10)
    expect(bob.servers.map(({ flow }) => flow.protocol)).toEqual(['udp'])
  })

  test('goes over UDP where we speak nothing else', async () => {
    const { alice, bob, run } = world({ protocols: ['udp'] })
    alice.ask('MESSAGE', bobs, large)
    await run(10)
    expect(bob.servers).toHaveLength(1)
  })
})

describe('stopping', () => {
  test('a request tells nobody, whatever it was waiting for', async () => {
    const { alice, bob, run, alive } = world()
    const hang = () => new Promise<never>(() => undefined)
    alice.ask('OPTIONS', bobs).stop()
    const waiting = alice.ask('INVITE', bobs, asking('INVITE', 'call2'))
    await run(300)
    waiting.stop()
    alice.wire.connect = hang
    const opening = alice.ask('OPTIONS', at('192.0.2.2', 'tcp'))
    expect(alice.stack.alive.clients).toBe(1)
    opening.stop()
    bob.servers[0]!.respond(responseTo(bob.servers[0]!.request, 486))
    await run(64_000)
    expect([alice.responses, alice.failures]).toEqual([[100], []])
    expect(alive()).toEqual(nothing)
  })

  test('the stack stops everything, and it hears and says nothing any more', async () => {
    const { alice, bob, run, clock, alive } = world()
    alice.ask('INVITE', bobs)
    alice.ask('OPTIONS', at('192.0.2.9'))
    await run(300)
    const said = alice.wire.sent.length
    alice.stack[Symbol.dispose]()
    bob.stack[Symbol.dispose]()
    alice.stack[Symbol.dispose]()
    alice.ask('OPTIONS', bobs)
    await run(10)
    expect([alice.wire.sent.length, alive(), clock.pending]).toEqual([said, nothing, 0])
    expect(alice.failures).toHaveLength(1)
  })
})
