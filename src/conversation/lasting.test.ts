import { describe, expect, test } from 'vitest'
import { settle, VirtualClock } from '../lib/clock.ts'
import { silentLogger } from '../lib/log.ts'
import type { AgentEmit, AgentEvent, AgentOrder, Brief } from '../spec/agent.ts'
import { OffhookError } from '../spec/errors.ts'
import { FakeAgent, type FakeAgentOptions } from './fakes.ts'
import { openLasting } from './lasting.ts'

const brief: Brief = {
  ...{ call: 'c', direction: 'inbound', from: '', to: '', variables: {}, metadata: {}, tools: [] },
  greeting: 'Hello.',
}

const died = {
  type: 'failed',
  code: 'vendor.failed',
  message: 'Vendor: the socket closed with 1006',
  fatal: true,
} as const

async function start(options: FakeAgentOptions = {}) {
  const clock = new VirtualClock()
  const sessions: FakeAgent[] = []
  const briefs: Brief[] = []
  const events: AgentEvent[] = []
  const refusals: OffhookError[] = []
  const open = async (told: Brief, emit: AgentEmit) => {
    briefs.push(told)
    const refusal = refusals.shift()
    if (refusal) throw refusal
    const session = new FakeAgent(emit, options)
    sessions.push(session)
    return session
  }
  const emit = (event: AgentEvent) => void events.push(event)
  const agent = await openLasting({ name: 'Vendor', brief, host: { clock }, logger: silentLogger, emit, open })
  let said = 0
  agent.port.microphone.pipe({ rate: 8000, write: (pcm) => void (said += pcm.length / 8), toString: () => 'test' })
  const last = () => sessions.at(-1)!
  const pass = async (ms: number) => {
    for (let at = 0; at < ms; at += 50) {
      clock.advance(50)
      await settle()
    }
  }
  const lose = async (wait = 0) => {
    last().emit(died)
    last().emit({ type: 'closed' })
    await pass(wait + 50)
  }
  const types = () => events.map(({ type }) => type)
  const of = <T extends AgentEvent['type']>(type: T) =>
    events.filter((event): event is AgentEvent & { readonly type: T } => event.type === type)
  const hear = (ms: number) => agent.port.speaker.write(new Int16Array(ms * 8).fill(5))
  last().emit({ type: 'ready' })
  return { agent, clock, sessions, briefs, events, refusals, last, lose, pass, types, of, hear, saidMs: () => said }
}

describe('a session that is lost', () => {
  test('gives its place to another, which knows what was said and heard', async () => {
    const { agent, last, lose, briefs, of, sessions } = await start()
    last().reply('1', 'Hello.', 500)
    agent.order({ type: 'speech-started' })
    agent.order({ type: 'speech-ended' })
    last().emit({ type: 'caller-text', text: 'Good morning.', final: true })
    last().reply('2', 'one two three four five six', 3000)
    agent.order({ type: 'interrupt', heardMs: 1500, reply: '2' })
    await lose()
    last().emit({ type: 'ready' })
    expect(briefs[1]?.history).toEqual([
      { role: 'agent', text: 'Hello.' },
      { role: 'caller', text: 'Good morning.' },
      { role: 'agent', text: 'one two three' },
    ])
    expect(briefs[1]).not.toHaveProperty('greeting')
    expect(briefs[1]).not.toHaveProperty('due')
    expect(of('failed')).toEqual([{ ...died, fatal: false }])
    expect(of('replaced')).toEqual([{ type: 'replaced', why: 'lost' }])
    expect(of('ready')).toHaveLength(1)
    expect(of('closed')).toEqual([])
    expect(sessions[0]?.disposals).toBe(1)
  })

  test('in the middle of a reply: the reply ends where its sound did, and the next goes on', async () => {
    const { last, lose, briefs, of } = await start()
    last().reply('1', 'one two three four five six seven eight', 1000, false)
    await lose()
    expect(of('reply-ended')).toEqual([{ type: 'reply-ended', reply: '1', broken: true }])
    expect(briefs[1]?.due).toBe(true)
    expect(briefs[1]?.history).toMatchObject([{ role: 'agent', text: 'one two three' }, { role: 'system' }])
  })

  test('while an answer is due: the next one gives it', async () => {
    const { agent, last, lose, briefs } = await start()
    agent.order({ type: 'digit', digit: '42' })
    await lose()
    expect(briefs[1]).toMatchObject({ due: true, history: [{ role: 'caller', text: '[DTMF: 42]' }] })
    last().emit({ type: 'ready' })
    expect(last().orders).toEqual([])
  })

  test('while the caller speaks: the next one hears the whole turn, once', async () => {
    const { agent, last, lose, hear, pass } = await start()
    hear(500)
    agent.order({ type: 'speech-started', agoMs: 60 })
    hear(700)
    await lose()
    hear(300)
    last().emit({ type: 'ready' })
    await pass(50)
    expect(last().heard).toHaveLength(1500 * 8)
    agent.order({ type: 'speech-ended' })
    expect(last().orders.map(({ type }) => type)).toEqual(['speech-started', 'speech-ended'])
    last().emit({ type: 'caller-text', text: 'Yes.', final: true })
    last().reply('r', 'Fine.', 100)
    // The second loss within a minute is waited for.
    await lose(500)
    last().emit({ type: 'ready' })
    expect(last().heard.length).toBe(0)
  })

  test('a turn that was answered is not heard again, though nobody wrote it down', async () => {
    const { agent, last, lose, hear } = await start()
    agent.order({ type: 'speech-started' })
    hear(700)
    agent.order({ type: 'speech-ended' })
    last().reply('r', 'Fine.', 100)
    await lose()
    last().emit({ type: 'ready' })
    expect(last().heard.length).toBe(0)
    expect(last().orders).toEqual([])
  })

  test('what it was told to say and had not begun is said by the next', async () => {
    const { agent, last, lose } = await start()
    agent.order({ type: 'say', text: 'Are you still there?' })
    await lose()
    agent.order({ type: 'say', text: 'And now?' })
    last().emit({ type: 'ready' })
    expect(last().orders).toEqual([
      { type: 'say', text: 'Are you still there?' },
      { type: 'say', text: 'And now?' },
    ])
  })

  test('a tool it had called: the next one is told the result in words', async () => {
    const { agent, last, lose } = await start()
    last().emit({ type: 'tool-called', call: { id: 't', name: 'look_up', arguments: {} } })
    await lose()
    last().emit({ type: 'ready' })
    agent.order({ type: 'tool-result', id: 't', ok: true, result: { paid: true } })
    expect(last().orders).toEqual<AgentOrder[]>([{ type: 'text', text: '[look_up returned: {"paid":true}]' }])
  })

  test('what the caller wrote while another was opened is not lost', async () => {
    const { agent, last, lose, briefs } = await start()
    await lose()
    agent.order({ type: 'text', text: 'Hurry up.' })
    expect(briefs[1]?.history).toEqual([])
    last().emit({ type: 'ready' })
    expect(last().orders).toEqual([{ type: 'text', text: 'Hurry up.' }])
  })

  test('sound and words of a session that is gone are nobody’s', async () => {
    const { last, lose, sessions, saidMs, of } = await start()
    await lose()
    last().emit({ type: 'ready' })
    sessions[0]!.sound(100)
    sessions[0]!.emit({ type: 'caller-text', text: 'ghost', final: true })
    expect(saidMs()).toBe(0)
    expect(of('caller-text')).toEqual([])
    last().sound(100)
    expect(saidMs()).toBe(100)
  })
})

describe('hope', () => {
  test('ends after four attempts, the last failure being fatal', async () => {
    const { lose, refusals, briefs, of, pass, events } = await start()
    for (let at = 0; at < 4; at++) refusals.push(new OffhookError('vendor.failed', `down ${at}`))
    await lose()
    await pass(7000)
    expect(briefs).toHaveLength(5)
    expect(of('failed').map(({ message, fatal }) => `${message} ${fatal}`)).toEqual([
      `${died.message} false`,
      'down 0 false',
      'down 1 false',
      'down 2 false',
      'down 3 true',
    ])
    expect(events.at(-1)).toEqual({ type: 'closed' })
  })

  test.each(['vendor.credentials', 'vendor.refused', 'settings.invalid'] as const)(
    'is none after %s: the next would be refused, too',
    async (code) => {
      const { last, briefs, of, pass } = await start()
      last().emit({ ...died, code })
      last().emit({ type: 'closed' })
      await pass(2000)
      expect(briefs).toHaveLength(1)
      expect(of('failed')).toMatchObject([{ code, fatal: true }])
      expect(of('closed')).toHaveLength(1)
    },
  )

  test('is not lost on one that never gets ready, and is new after a minute', async () => {
    const { last, lose, briefs, pass, of } = await start()
    await lose()
    await pass(9_000)
    expect(of('failed').at(-1)).toMatchObject({ code: 'vendor.timeout', fatal: false })
    expect(briefs).toHaveLength(3)
    for (let at = 0; at < 6; at++) {
      last().emit({ type: 'ready' })
      await pass(60_000)
      await lose()
    }
    expect(of('closed')).toEqual([])
  })

  test('is none before it was ever ready, and after a close that was meant', async () => {
    const { last, events, briefs, pass } = await start()
    last().emit({ type: 'closed' })
    await pass(2000)
    expect(events.at(-1)).toEqual({ type: 'closed' })
    expect(briefs).toHaveLength(1)
  })

  test('a closed agent opens nothing, and leaves no timer behind', async () => {
    const { agent, last, lose, clock, briefs, sessions, pass } = await start()
    last().emit({ type: 'expires', at: clock.now() + 60_000 })
    await lose()
    await agent[Symbol.asyncDispose]()
    await pass(10_000)
    expect(clock.pending).toBe(0)
    expect(briefs).toHaveLength(2)
    expect(sessions.map(({ disposals }) => disposals)).toEqual([1, 1])
  })
})

test('a session that comes too late, after the end, is closed', async () => {
  const clock = new VirtualClock()
  const opened: FakeAgent[] = []
  const late = Promise.withResolvers<void>()
  const open = async (_: Brief, emit: AgentEmit) => {
    if (opened.length > 0) await late.promise
    const session = new FakeAgent(emit)
    opened.push(session)
    return session
  }
  const options = { name: 'Vendor', brief, host: { clock }, logger: silentLogger, emit: () => undefined, open }
  const agent = await openLasting(options)
  opened[0]!.emit({ type: 'ready' })
  opened[0]!.emit(died)
  clock.advance(1)
  await agent[Symbol.asyncDispose]()
  late.resolve()
  await settle()
  expect(opened.map(({ disposals }) => disposals)).toEqual([1, 1])
  expect(clock.pending).toBe(0)
})

describe('a session that is about to end', () => {
  const hour = 3_600_000

  test('is left in a pause, before its time, for another that knows what was said', async () => {
    const { last, clock, briefs, pass, sessions, of, types } = await start()
    last().emit({ type: 'expires', at: clock.now() + hour })
    last().reply('1', 'Hello.', 500)
    clock.advance(hour - 300_000 - 1000)
    await settle()
    expect(briefs).toHaveLength(1)
    await pass(2000)
    expect(briefs[1]?.history).toEqual([{ role: 'agent', text: 'Hello.' }])
    expect(sessions[0]?.disposals).toBe(0)
    last().emit({ type: 'ready' })
    expect(of('replaced')).toEqual([{ type: 'replaced', why: 'expiring' }])
    expect(sessions[0]?.disposals).toBe(1)
    expect(types()).not.toContain('failed')
  })

  test('whatever its clock says, sessions do not follow one another in haste', async () => {
    const { last, clock, briefs, pass } = await start()
    last().emit({ type: 'expires', at: clock.now() - hour })
    await pass(10_000)
    expect(briefs).toHaveLength(1)
    last().emit({ type: 'expires', at: clock.now() + 5000 })
    await pass(6000)
    last().emit({ type: 'expires', at: clock.now() + 5000 })
    last().emit({ type: 'ready' })
    await pass(59_000)
    expect(briefs).toHaveLength(2)
    await pass(3000)
    expect(briefs).toHaveLength(3)
  })

  test('not while the agent speaks, the caller does, or a tool works', async () => {
    const { agent, last, clock, briefs, pass } = await start()
    last().emit({ type: 'expires', at: clock.now() + 10_000 })
    last().reply('1', 'A long story.', 12_000)
    await pass(10_000)
    agent.order({ type: 'speech-started' })
    await pass(4000)
    agent.order({ type: 'speech-ended' })
    last().emit({ type: 'caller-text', text: 'Do it.', final: true })
    await pass(2000)
    last().emit({ type: 'tool-called', call: { id: 't', name: 'look_up', arguments: {} } })
    await pass(2000)
    agent.order({ type: 'tool-result', id: 't', ok: true, result: 1 })
    await pass(2000)
    expect(briefs).toHaveLength(1)
    last().reply('2', 'Done.', 100)
    await pass(1500)
    expect(briefs).toHaveLength(2)
  })

  test('stays when the caller spoke meanwhile, and is left in the next pause', async () => {
    const { agent, last, clock, briefs, pass, of, sessions } = await start()
    last().emit({ type: 'expires', at: clock.now() + 10_000 })
    await pass(9000)
    expect(briefs).toHaveLength(2)
    agent.order({ type: 'speech-started' })
    last().emit({ type: 'ready' })
    expect(of('replaced')).toEqual([])
    expect(sessions.map(({ disposals }) => disposals)).toEqual([0, 1])
    expect(sessions[0]?.orders).toHaveLength(1)
    agent.order({ type: 'speech-ended' })
    sessions[0]!.emit({ type: 'caller-text', text: '', final: true })
    await pass(7000)
    last().emit({ type: 'ready' })
    expect(of('replaced')).toHaveLength(1)
  })

  test('goes on when no other can be had; its end is then a loss like any other', async () => {
    const { clock, last, refusals, pass, of, sessions } = await start()
    refusals.push(new OffhookError('vendor.rate-limited', 'busy'))
    last().emit({ type: 'expires', at: clock.now() + 10_000 })
    await pass(9000)
    expect(of('failed')).toMatchObject([{ code: 'vendor.rate-limited', fatal: false }])
    sessions[0]!.emit(died)
    await pass(100)
    last().emit({ type: 'ready' })
    expect(of('replaced')).toEqual([{ type: 'replaced', why: 'lost' }])
  })
})
