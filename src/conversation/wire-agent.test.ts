import { describe, expect, test } from 'vitest'
import { settle, VirtualClock } from '../lib/clock.ts'
import { seededIds } from '../lib/ids.ts'
import { silentLogger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import { socketPair } from '../lib/socket/pair.ts'
import type { AgentEvent, AgentWireEvent, Brief } from '../spec/agent.ts'
import { OffhookError } from '../spec/errors.ts'
import type { HttpResponse } from '../spec/http.ts'
import type { PartHost } from '../spec/speech.ts'
import { openWireAgent, type WireAgentOptions, type WireBody } from './wire-agent.ts'

const brief: Brief = { call: 'c', direction: 'inbound', from: '', to: '', variables: {}, metadata: {}, tools: [] }

/** A made-up vendor: wants a ticket first, counts what it hears, and says what it is sent as JSON. */
const vendor: WireBody = {
  by: 'wire',
  turns: () => 'agent',
  rates: () => ({ hears: 16_000, speaks: 24_000 }),
  *open(config) {
    const request = { method: 'POST', url: 'https://vendor.test/ticket', headers: {}, body: '{}' } as const
    const response: HttpResponse = yield request
    if (response.status !== 200) throw new OffhookError('vendor.credentials', `vendor said ${response.status}`)
    return {
      url: `wss://vendor.test/${Buffer.from(response.body).toString()}`,
      headers: { key: String(config['key']) },
    }
  },
  begin: (config) => ({ heard: 0, key: config['key'] }),
  step(state, input) {
    const { heard } = Object(state)
    switch (input.type) {
      case 'opened':
        return { state, events: [], messages: [{ text: 'setup' }] }
      case 'audio':
        return {
          state: { heard: heard + input.pcm.length },
          events: [],
          messages: [{ binary: new Uint8Array([input.pcm.length]) }],
        }
      case 'order':
        return { state, events: [], messages: [{ text: `${input.order.type} after ${heard}` }] }
      case 'leaving':
        return { state, events: [], messages: [{ text: 'leaving' }] }
      case 'closed':
        return { state, events: input.code === 4000 ? [hungUp] : [], messages: [] }
      case 'message': {
        if ('binary' in input.message)
          return { state, events: [{ type: 'audio', pcm: new Int16Array([7, 8]) }], messages: [] }
        const event: AgentWireEvent = JSON.parse(input.message.text)
        return { state, events: [event], messages: [] }
      }
      default:
        return input satisfies never
    }
  },
}

/** What this vendor means by closing with 4000. */
const hungUp: AgentWireEvent = { type: 'tool-called', call: { id: 'end', name: 'hang_up', arguments: {} } }

function setUp(changes: Partial<WireAgentOptions> = {}, status = 200) {
  const clock = new VirtualClock()
  const [ours, theirs] = socketPair()
  const events: AgentEvent[] = []
  const sent: string[] = []
  const targets: { url: string; headers: Readonly<Record<string, string>> }[] = []
  const host: PartHost = {
    scope: new Scope(),
    clock,
    ids: seededIds('wire'),
    stream: async () => ({ status, headers: {}, body: once(Buffer.from('t1')) }),
  }
  theirs.onMessage(({ data, binary }) => void sent.push(binary ? `bytes ${data[0]}` : data.toString()))
  const options: WireAgentOptions = {
    name: 'Vendor',
    body: vendor,
    config: { key: 'k' },
    brief,
    host,
    connect: async (target) => {
      targets.push(target)
      return ours
    },
    logger: silentLogger,
    emit: (event) => void events.push(event),
    ...changes,
  }
  return { clock, theirs, ours, events, sent, targets, options }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function start(changes: Partial<WireAgentOptions> = {}) {
  const parts = setUp(changes)
  const session = await openWireAgent(parts.options)
  const said: number[] = []
  const listen = () =>
    session.port.microphone.pipe({ rate: 24_000, write: (pcm) => void said.push(...pcm), toString: () => 'test' })
  return { ...parts, session, said, listen }
}

describe('opening', () => {
  test('asks for what the vendor wants first, connects with it, and introduces itself', async () => {
    const { targets, sent, session } = await start()
    expect(targets).toMatchObject([{ url: 'wss://vendor.test/t1', headers: { key: 'k' } }])
    expect(sent).toEqual(['setup'])
    expect([session.turns, session.greets, session.port.speaker.rate, session.port.microphone.rate]).toEqual([
      'agent',
      false,
      16_000,
      24_000,
    ])
  })

  test('a refused ticket is the vendor’s own error', async () => {
    const { options } = setUp({}, 403)
    await expect(openWireAgent(options)).rejects.toMatchObject({ code: 'vendor.credentials' })
  })

  test('a vendor that does not answer is given up', async () => {
    const { options, clock } = setUp({
      connect: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    })
    const failed = openWireAgent(options).catch((error: unknown) => error)
    await clock.advanceAsync(15_000)
    expect(await failed).toMatchObject({ code: 'vendor.timeout' })
    expect(clock.pending).toBe(0)
  })
})

describe('an open agent', () => {
  test('hears, is told, speaks and tells, in order', async () => {
    const { session, theirs, sent, said, events, listen } = await start()
    listen()
    session.port.speaker.write(new Int16Array(5))
    session.order({ type: 'interrupt', heardMs: 40 })
    theirs.send(new Uint8Array([1]))
    theirs.send('{"type":"reply-started","reply":"r"}')
    await settle()
    expect(sent).toEqual(['setup', 'bytes 5', 'interrupt after 5'])
    expect(said).toEqual([7, 8])
    expect(events).toEqual([{ type: 'reply-started', reply: 'r' }])
  })

  test('loses nothing that it says before anybody listens', async () => {
    const { theirs, said, events, listen } = await start()
    theirs.send('{"type":"ready"}')
    theirs.send(new Uint8Array([1]))
    expect([said, events]).toEqual([[], []])
    listen()
    await settle()
    expect(said).toEqual([7, 8])
    expect(events).toEqual([{ type: 'ready' }])
  })

  test.each([
    ['a proper close just ends it', 1000, [{ type: 'closed' }]],
    [
      'any other close is a failure',
      1011,
      [
        { type: 'failed', code: 'vendor.failed', message: 'Vendor: the socket closed with 1011 (why)', fatal: true },
        { type: 'closed' },
      ],
    ],
  ])('%s', async (_, code, expected) => {
    const { theirs, events, listen, session } = await start()
    listen()
    theirs.close(code, 'why')
    await settle()
    session.order({ type: 'speech-started' })
    expect(events).toEqual(expected)
  })

  test('a close that the vendor has words for is what it says, and nothing else', async () => {
    const { theirs, events, listen, session } = await start()
    listen()
    theirs.close(4000, 'goodbye')
    await settle()
    session.order({ type: 'tool-result', id: 'end', ok: true, result: 'done' })
    session.port.speaker.write(new Int16Array(5))
    expect(events).toEqual([hungUp])
  })

  test('after such a close it is gone for whoever wants more of it', async () => {
    const { theirs, events, listen, session } = await start()
    listen()
    theirs.close(4000, 'goodbye')
    await settle()
    session.order({ type: 'interrupt', heardMs: 0 })
    session.order({ type: 'say', text: 'Hello?' })
    expect(events).toEqual([hungUp, { type: 'closed' }])
  })

  test('a translator that ends it ends the socket', async () => {
    const { theirs, events, listen, ours } = await start()
    listen()
    theirs.send('{"type":"closed"}')
    theirs.send('{"type":"ready"}')
    await settle()
    expect(events).toEqual([{ type: 'closed' }])
    expect(ours.open).toBe(false)
  })

  test('failures are told under its name, without the keys that a vendor repeats', async () => {
    const { theirs, events, listen } = await start({ secrets: ['my-own-key'] })
    listen()
    theirs.send('{"type":"failed","code":"vendor.failed","message":"my-own-key and sk-0123456789abcdef","fatal":false}')
    await settle()
    expect(events).toMatchObject([{ type: 'failed', message: 'Vendor: [redacted] and [redacted]' }])
  })

  test('other rates than asked for are converted both ways', async () => {
    const { session, theirs, sent, said, listen } = await start()
    listen()
    theirs.send('{"type":"sound","hears":8000,"speaks":8000}')
    await settle()
    session.port.speaker.write(new Int16Array(320))
    for (let at = 0; at < 20; at++) theirs.send(new Uint8Array([1]))
    theirs.send('{"type":"reply-ended","reply":"r"}')
    await settle()
    expect(sent.slice(1)).toEqual(['bytes 160'])
    // 40 samples at 8 kHz are 120 at 24 kHz, and what the filter adds at the end.
    expect(said.length).toBeGreaterThanOrEqual(120)
    expect(said.length).toBeLessThan(250)
  })

  test('a line that sends nothing is silent: once ready, the vendor hears that', async () => {
    const { session, theirs, sent, listen, clock } = await start()
    listen()
    clock.advance(1000)
    expect(sent).toEqual(['setup'])
    theirs.send('{"type":"ready"}')
    await settle()
    session.port.speaker.write(new Int16Array(5))
    clock.advance(299)
    expect(sent.slice(1)).toEqual(['bytes 5'])
    clock.advance(1)
    await settle()
    // 300 ms in pieces of 20 ms, 320 samples each (the byte holds the low eight bits).
    expect(sent.slice(2)).toEqual(Array.from({ length: 15 }, () => 'bytes 64'))
    await session[Symbol.asyncDispose]()
    expect(clock.pending).toBe(0)
  })

  test('when we were held up ourselves, what was said meanwhile is not cut in two', async () => {
    const clock = new VirtualClock()
    let heldUp = 0
    const late: PartHost['clock'] = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic() + heldUp,
      timer: (delay, run) => clock.timer(delay, run),
      sleep: (delay, signal) => clock.sleep(delay, signal),
    }
    const { host } = setUp().options
    const { session, theirs, sent, listen } = await start({ host: { ...host, clock: late } })
    listen()
    theirs.send('{"type":"ready"}')
    await settle()
    session.port.speaker.write(new Int16Array(5))
    heldUp = 600
    clock.advance(100)
    session.port.speaker.write(new Int16Array(6))
    clock.advance(100)
    await settle()
    expect(sent.slice(1)).toEqual(['bytes 5', 'bytes 6'])
  })

  test('a translator that throws fails the agent, not the process', async () => {
    const { theirs, events, listen, ours } = await start()
    listen()
    theirs.send('not json')
    await settle()
    expect(events).toMatchObject([{ type: 'failed', code: 'internal', fatal: true }, { type: 'closed' }])
    expect(ours.open).toBe(false)
  })

  test('closing it takes leave of the vendor, closes the socket, and tells nobody', async () => {
    const { session, events, theirs, listen, sent } = await start()
    listen()
    await session[Symbol.asyncDispose]()
    await session[Symbol.asyncDispose]()
    session.port.speaker.write(new Int16Array(5))
    expect(events).toEqual([])
    expect(theirs.open).toBe(false)
    expect(sent).toEqual(['setup', 'leaving'])
  })
})
