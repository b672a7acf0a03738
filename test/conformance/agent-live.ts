/** An agent on a vendor's wire, as the engine leads it against its simulator: `agentLive(name, fixture)`. */
import { guardrails } from '../../src/conversation/kit/rules.ts'
import { openScreen, type Screen } from '../../src/conversation/kit/screen.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { framesOfTone, tone } from '../../simulators/index.ts'
import type { AgentSimulatorOptions, SimulatedAgent } from '../../simulators/agents/script.ts'
import type { ConversationSettings } from '../../src/conversation/contract.ts'
import { realClock } from '../../src/lib/clock.ts'
import { createVad } from '../../src/media/vad/create.ts'
import type { VadFactory } from '../../src/media/vad/vad.ts'
import { secretsOf } from '../../src/spec/provider.ts'
import type { AgentSpec } from '../../src/spec/agent.ts'
import { Talk } from './agent/talk.ts'
import { realNeeds, until, type Needs } from './parts/engine.ts'
import { expectNoSecret } from './parts/steps.ts'

type Settings = Readonly<Record<string, unknown>>

export interface AgentLiveFixture {
  readonly spec: AgentSpec
  /** Settings besides the key and the address. */
  readonly settings?: Settings
  start(options: AgentSimulatorOptions): Promise<SimulatedAgent>
  /** Settings that reach the simulator, with this key. */
  reach(simulator: SimulatedAgent, key: string): Settings
  /** What the vendor cannot do. */
  readonly lacks?: readonly Ability[]
}

/** `interruption`: says that the caller speaks over it. `forgetting`: its history is cut to what we say was heard. `usage`: says what it used. `measures`: says when the caller's turn is over. `expiry`: says how long a session lasts, or lasts as long as calls do. */
export type Ability = 'interruption' | 'forgetting' | 'usage' | 'measures' | 'expiry'

const key = 'sk-conformance-0123456789'
const caller = 300

export function agentLive(name: string, fixture: AgentLiveFixture): void {
  const { spec, lacks = [] } = fixture
  let needs: Needs
  let vad: VadFactory
  beforeAll(async () => {
    needs = realNeeds()
    vad = (await createVad({ kind: 'energy', scope: needs.scope })).factory()
  })
  afterAll(() => needs.scope.close())

  const start = async (more: Partial<AgentSimulatorOptions> = {}) => {
    const scope = needs.scope.child(name)
    const options = { scope, clock: realClock, key, phrases: ['Hello there.', 'Stop now.', 'And then?'], ...more }
    return fixture.start(options)
  }
  const talk = (
    simulator: SimulatedAgent,
    settings: Partial<ConversationSettings> = {},
    given = key,
    screen?: Screen,
  ) => {
    const agent = { ...fixture.settings, ...fixture.reach(simulator, given) }
    return new Talk({ needs, vad, spec, agent, settings, ...(screen && { screen }) })
  }
  const greeting = 'Hello Ada, how are you?'
  const resumes = spec.body.by === 'wire' && spec.body.resumes === true

  describe.concurrent(`${name} against its simulator`, () => {
    test('greets, hears the caller, and answers; both sides are written down', async () => {
      const simulator = await start()
      await using talking = talk(simulator, { greeting })
      await talking.until('the greeting', () => talking.messages('agent').length === 1)
      expect(talking.of('agent.connected')).toHaveLength(1)
      expect(talking.messages('agent')[0]).toMatchObject({ text: greeting })
      await talking.until('all of its sound', () => talking.heardMs(400) >= greeting.length * 60 - 60)
      talking.say(tone(caller, 700))
      await talking.until('the answer', () => talking.messages('agent').length === 2)
      expect(talking.messages('caller')).toMatchObject([{ text: 'Hello there.' }])
      expect(talking.messages('agent')[1]).toMatchObject({ text: 'You said: Hello there.' })
      await talking.until('all of it', () => talking.heardMs(600) >= 'You said: Hello there.'.length * 60 - 60)
      const heard = simulator.sessions[0]!.heard()
      expect(framesOfTone(heard, caller) * 20).toBeGreaterThanOrEqual(600)
      expect(talking.failures()).toEqual([])
      expect(talking.told.some(({ type }) => type === 'usage')).toBe(!lacks.includes('usage'))
      expect(talking.of('turn.measured').length >= 1).toBe(!lacks.includes('measures'))
    })

    test('says what it is told to', async () => {
      await using talking = talk(await start())
      await talking.until('the agent', () => talking.of('agent.connected').length === 1)
      talking.conversation.say('One moment, please.')
      await talking.until('the words', () => talking.messages('agent').length === 1)
      expect(talking.messages('agent')[0]).toMatchObject({ text: 'One moment, please.' })
    })

    test.skipIf(lacks.includes('interruption'))(
      'stops when it is talked over, and what was not heard was not said',
      async () => {
        const words = 'one two three four five six seven eight nine ten and so on for ever'
        const answer: AgentSimulatorOptions['answer'] = ({ by, number }) =>
          by === 'voice' && number === 1 ? { words, ms: 10_000, hertz: 1000 } : undefined
        const simulator = await start({ answer })
        await using talking = talk(simulator)
        await talking.until('the agent', () => talking.of('agent.connected').length === 1)
        talking.say(tone(caller, 700))
        await talking.until('a second of the answer', () => talking.heardMs(1000) >= 1000)
        talking.say(tone(caller, 900))
        await talking.until('the interruption', () => talking.of('agent.interrupted').length === 1)
        const cut = talking.of('agent.interrupted')[0]!
        const heardMs = talking.heardMs(1000)
        expect(Math.abs(cut.heardMs - heardMs)).toBeLessThan(150)
        expect(talking.messages('agent')[0]).toMatchObject({ interrupted: true })
        expect(words.startsWith(cut.text ?? 'nothing')).toBe(true)
        expect(cut.text?.length).toBeLessThan(words.length / 2)
        await talking.until('the next answer', () => talking.messages('agent').length === 2)
        expect(talking.heardMs(1000)).toBeLessThan(heardMs + 100)
        if (lacks.includes('forgetting')) return
        const kept = simulator.sessions[0]!.history.find(({ role }) => role === 'agent')
        expect(Math.abs((kept?.ms ?? 0) - cut.heardMs)).toBeLessThan(50)
      },
    )

    test.skipIf(lacks.includes('interruption'))(
      'what it must not say is not heard: something else is said in its place',
      async () => {
        const words = 'We can promise you the whole refund of it, and then some more of it, and so on for ever'
        const answer: AgentSimulatorOptions['answer'] = ({ by }) =>
          by === 'voice' ? { words, ms: 10_000, hertz: 1000 } : undefined
        const rules = guardrails.parse([
          { name: 'money', type: 'terms', terms: ['refund'], message: 'Ask my colleague.' },
        ])
        const nobody = { request: () => Promise.reject(new Error('no server')), now: () => 0, secret: '' }
        const about = { call: 'c', direction: 'inbound', from: '', to: '', variables: {}, metadata: {} } as const
        const screen = openScreen(rules, about, { ...nobody, signal: needs.scope.signal })
        const talking = talk(await start({ answer }), {}, key, screen)
        await using _ = talking
        await talking.until('the agent', () => talking.of('agent.connected').length === 1)
        talking.say(tone(caller, 700))
        await talking.until('the rule', () => talking.of('guardrail.hit').length === 1)
        const said = () => talking.messages('agent').map(({ text }) => text)
        await talking.until('the other words', () => said().includes('Ask my colleague.'))
        expect(said().join(' ')).not.toContain('refund')
        expect(talking.heardMs(1000)).toBeLessThan(3_000)
        expect([talking.of('guardrail.hit'), talking.finished]).toMatchObject([
          [{ rule: 'money', action: 'replaced' }],
          [],
        ])
      },
    )

    test('calls tools, and goes on with what they return', async () => {
      const call = { name: 'look_up', arguments: '{"id":4}' }
      const simulator = await start({ answer: ({ by }) => (by === 'voice' ? { call } : undefined) })
      await using talking = talk(simulator)
      talking.say(tone(caller, 700))
      await talking.until('the answer', () => talking.messages('agent').length === 1)
      expect(talking.calls).toMatchObject([{ name: 'look_up', arguments: { id: 4 } }])
      expect(talking.messages('agent')[0]).toMatchObject({ text: 'It says: {"status":"paid"}' })
      expect(talking.heardMs(800)).toBeGreaterThan(500)
    })

    test('hangs up once its last words were heard', async () => {
      const call = { name: 'hang_up', arguments: '{}' }
      const simulator = await start({
        answer: ({ by }) => (by === 'voice' ? { words: 'Goodbye then.', call } : undefined),
      })
      await using talking = talk(simulator)
      talking.say(tone(caller, 700))
      await talking.until('the tool', () => talking.calls.length === 1)
      expect(talking.calls[0]).toMatchObject({ name: 'hang_up' })
      expect(talking.heardMs(600)).toBeGreaterThanOrEqual('Goodbye then.'.length * 60 - 60)
      await realClock.sleep(300)
      expect(talking.messages('agent')).toHaveLength(1)
    })

    test('takes keys for a turn of the caller’s', async () => {
      const simulator = await start()
      await using talking = talk(simulator, { digitEnd: '#' })
      await talking.until('the agent', () => talking.of('agent.connected').length === 1)
      for (const digit of '42#') talking.conversation.digit(digit)
      await talking.until('the answer', () => talking.messages('agent').length === 1)
      expect(talking.messages('agent')[0]?.text).toContain('42')
    })

    test('a key that is refused is named, without it', async () => {
      const wrong = 'sk-wrong-9876543210'
      await using talking = talk(await start(), {}, wrong)
      await talking.until('the end', () => talking.finished.length === 1)
      expect(talking.failures()).toMatchObject([{ code: 'vendor.credentials' }])
      expectNoSecret([talking.events, talking.logger.lines], [wrong])
      expect(secretsOf(spec.settings).length).toBeGreaterThan(0)
    })

    test.each([
      [429, 'vendor.rate-limited'],
      [503, 'vendor.failed'],
    ])('turned away with %i, it says so', async (status, code) => {
      const simulator = await start()
      simulator.faults.refuse = { status }
      await using talking = talk(simulator)
      await talking.until('the end', () => talking.finished.length === 1)
      expect(talking.failures()).toMatchObject([{ code }])
    })

    test.skipIf(resumes)('a connection that dies in a call ends it with a reason', async () => {
      const simulator = await start()
      await using talking = talk(simulator)
      await talking.until('the agent', () => talking.of('agent.connected').length === 1)
      for (const connection of simulator.connections) connection.cut()
      await talking.until('the end', () => talking.finished.length === 1)
      expect(talking.failures()).toMatchObject([{ code: 'vendor.failed' }])
      expect(talking.of('agent.disconnected')).toHaveLength(1)
    })

    test('a vendor that says nothing is given up', async () => {
      const simulator = await start()
      simulator.faults.silent = true
      await using talking = talk(simulator, { agentTimeout: 1000 })
      await talking.until('the end', () => talking.finished.length === 1)
      expect(talking.failures()[0]).toMatchObject({ code: 'vendor.timeout' })
    })

    test.runIf(resumes)(
      'a connection that dies in the middle of a reply is replaced, and nothing is said twice',
      async () => {
        const words = 'one two three four five six seven eight nine ten and so on for ever'
        const answer: AgentSimulatorOptions['answer'] = ({ by }) =>
          by === 'voice' ? { words, ms: 10_000, hertz: 1000 } : undefined
        const simulator = await start({ answer, pace: 1 })
        await using talking = talk(simulator, { greeting })
        await talking.until('the greeting', () => talking.messages('agent').length === 1)
        talking.say(tone(caller, 700))
        await talking.until('a second of the answer', () => talking.heardMs(1000) >= 1000)
        for (const connection of simulator.connections) connection.cut()
        await talking.until('another session', () => talking.of('agent.connected').length === 2)
        await talking.until('the words that were heard', () => talking.messages('agent').length >= 2)
        const broken = talking.messages('agent')[1]!.text
        expect(words.startsWith(broken)).toBe(true)
        expect(broken.length).toBeLessThan(words.length / 2)
        await talking.until('the next session', () => simulator.sessions.length === 2)
        const told = simulator.sessions[1]!.history.map(({ words: said }) => said).join('\n')
        for (const said of [greeting, 'Hello there.', broken]) expect(told).toContain(said)
        talking.conversation.interrupt()
        talking.say(tone(caller, 700))
        await talking.until('the next turn', () => talking.messages('caller').length === 2)
        expect(talking.messages('agent').filter(({ text }) => text === greeting)).toHaveLength(1)
        expect(talking.failures()).toMatchObject([{ code: 'vendor.failed' }])
        expect(talking.finished).toEqual([])
      },
    )

    test.runIf(resumes)('a vendor that stays away is given up, with a reason', async () => {
      const simulator = await start()
      await using talking = talk(simulator)
      await talking.until('the agent', () => talking.of('agent.connected').length === 1)
      simulator.faults.refuse = { status: 401 }
      for (const connection of simulator.connections) connection.cut()
      await talking.until('the end', () => talking.finished.length === 1)
      expect(talking.failures()).toMatchObject([{ code: 'vendor.failed' }, { code: 'vendor.credentials' }])
      expect(talking.of('agent.disconnected')).toHaveLength(1)
    })

    test.runIf(resumes && !lacks.includes('expiry'))(
      'a session that ends soon is left in a pause, unheard',
      async () => {
        const simulator = await start({ lifetime: 6000 })
        await using talking = talk(simulator, { greeting })
        await talking.until('another session', () => talking.told.some(({ type }) => type === 'replaced'))
        expect(talking.told.filter(({ type }) => type === 'replaced')).toEqual([{ type: 'replaced', why: 'expiring' }])
        expect(simulator.sessions[1]?.history.map(({ words }) => words)).toContain(greeting)
        talking.say(tone(caller, 700))
        await talking.until('the answer', () => talking.messages('agent').length === 2)
        expect(talking.heardMs(400)).toBeLessThan(greeting.length * 60 + 60)
        expect([talking.failures(), talking.of('agent.disconnected'), talking.finished]).toEqual([[], [], []])
      },
    )

    test.skipIf(resumes && !lacks.includes('expiry'))(
      'a session that has lasted too long ends with a reason',
      async () => {
        await using talking = talk(await start({ lifetime: 1000 }))
        await talking.until('the end', () => talking.finished.length === 1)
        expect(talking.failures()[0]?.code).toMatch(/^vendor\.(failed|refused)$/)
        expect(talking.told.some(({ type }) => type === 'expires' || type === 'failed')).toBe(true)
      },
    )

    test('a message that cannot be read is told, and the call goes on', async () => {
      const simulator = await start()
      simulator.faults.malformed = { after: 4 }
      await using talking = talk(simulator, { greeting })
      await talking.until('the greeting', () => talking.messages('agent').length === 1)
      expect(talking.failures()).toMatchObject([{ code: 'vendor.failed', message: expect.stringContaining('JSON') }])
      expect(talking.finished).toEqual([])
    })

    test('more sound than a call can hold does not end it', async () => {
      const simulator = await start()
      await using talking = talk(simulator)
      await talking.until('the agent', () => talking.of('agent.connected').length === 1)
      simulator.sessions[0]!.flood(300_000)
      await talking.until('the flood', () => talking.heardMs(1000) >= 500)
      expect(talking.queuedMs).toBeLessThanOrEqual(61_000)
      talking.conversation.interrupt()
      expect(talking.of('agent.interrupted')).toHaveLength(1)
      expect(talking.finished).toEqual([])
    })

    test('calls share nothing, and leave nothing behind', async () => {
      const simulator = await start()
      const [first, second] = [talk(simulator), talk(simulator)]
      await first.until('both', () => first.of('agent.connected').length + second.of('agent.connected').length === 2)
      first.say(tone(caller, 700))
      await first.until('the answer', () => first.messages('agent').length === 1)
      expect([second.messages('agent'), second.messages('caller'), second.heardMs(600)]).toEqual([[], [], 0])
      await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose]()])
      await until('no connection', () => simulator.connections.size === 0)
    })
  })
}
