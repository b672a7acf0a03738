/** Agents at their vendors on whole calls: a telephone, a simulated Twilio, a real gateway, and the vendor's simulator. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startElevenlabs,
  startOpenaiLive,
  startOpenaiRealtime,
  tone,
  elevenlabsAgentId,
} from '../../simulators/index.ts'
import type { AgentSimulatorOptions, SimulatedAgent } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { Scope } from '../../src/lib/scope.ts'
import { elevenlabs } from '../../src/providers/agents/elevenlabs/elevenlabs.ts'
import { openaiLive } from '../../src/providers/agents/openai-live/openai-live.ts'
import { openaiRealtime } from '../../src/providers/agents/openai-realtime/openai-realtime.ts'
import { callerNumber, over, person, toneMs } from '../conformance/live/stage.ts'
import { hummer } from '../bots/hummer.ts'
import { openHouse, type House } from './gateway.ts'
import { twilioLive } from './twilio-line.ts'
import { until } from './until.ts'

const key = 'sk-e2e-0123456789abcdef'
const greeting = 'Hello Ada.'
const sorry = 'I am sorry. Please call again.'

const vendors: readonly {
  readonly provider: string
  readonly settings?: object
  start(options: AgentSimulatorOptions): Promise<SimulatedAgent>
}[] = [
  { provider: 'openai-realtime', start: startOpenaiRealtime },
  { provider: 'openai-live', start: startOpenaiLive },
  { provider: 'elevenlabs', settings: { agentId: elevenlabsAgentId }, start: startElevenlabs },
]

describe.concurrent.each(vendors)('$provider answers a call', ({ provider, settings = {}, start }) => {
  const scope = new Scope('vendor agents')
  let house: House
  beforeAll(async () => {
    house = await openHouse({ providers: { agents: [openaiRealtime, openaiLive, elevenlabs], speakers: [hummer] } })
  })
  afterAll(async () => {
    await house[Symbol.asyncDispose]()
    await scope.close()
  })

  const agentAt = async (simulator: SimulatedAgent, more: object = {}) => {
    const { data, error } = await house.client.POST('/v1/agents', {
      body: {
        name: `${provider} ${simulator.baseUrl}`,
        provider,
        settings: { baseUrl: simulator.baseUrl, idleTimeout: 0, greeting, ...settings, ...more },
      },
    })
    if (!data) throw new Error(`no agent: ${JSON.stringify(error)}`)
    return data.id
  }

  test('greets, hears, answers, and hangs up after its last words; its key is the account’s', async () => {
    const call = { name: 'hang_up', arguments: '{}' }
    const simulator = await start({
      ...{ scope: scope.child('one'), clock: realClock, key, phrases: ['Goodbye.'] },
      answer: ({ by }) => (by === 'voice' ? { words: 'Goodbye then.', call } : undefined),
    })
    const account = { kind: 'agent', provider, name: 'account', settings: { apiKey: key } } as const
    const made = await house.client.POST('/v1/connections', { body: account })
    expect(made.error).toBeUndefined()
    const line = await twilioLive.line(house, await agentAt(simulator))
    const phone = person(async (self) => {
      await self.waitForSpeech()
      await self.waitForSilence(400)
      await self.say(tone(300, 700))
    })
    const leg = line.ring({ from: callerNumber, phone })
    const { id } = await house.callByRef(leg.ref)
    const ended = await over(house, id, 45_000)
    expect(ended).toMatchObject({ status: 'completed', endReason: 'agent-hangup' })
    expect(toneMs(leg.heard(), 400)).toBeGreaterThanOrEqual(greeting.length * 60 - 60)
    expect(toneMs(leg.heard(), 600)).toBeGreaterThanOrEqual('Goodbye then.'.length * 60 - 60)
    expect(toneMs(simulator.sessions[0]!.heard(), 300)).toBeGreaterThanOrEqual(600)
    const { data } = await house.client.GET('/v1/calls/{id}/messages', { params: { path: { id } } })
    expect(data?.items.map(({ role, text }) => `${role}: ${text}`)).toEqual([
      `agent: ${greeting}`,
      'caller: Goodbye.',
      'agent: Goodbye then.',
    ])
    expect(JSON.stringify([await house.events(id), house.logger.lines])).not.toContain(key)
  })

  test('whose connection breaks stays in the call; the caller hears silence, and nothing twice; lost for good, another voice says so', async () => {
    const simulator = await start({ scope: scope.child('three'), clock: realClock, key, phrases: ['One.', 'Two.'] })
    const line = await twilioLive.line(
      house,
      await agentAt(simulator, { apiKey: key, mistakeMessage: sorry, mistakeVoice: 'hummer' }),
    )
    const gap = { from: 0, to: 0, lost: 0 }
    const phone = person(async (self) => {
      await self.waitForSpeech()
      await self.waitForSilence(600)
      gap.from = leg.heard().length
      for (const connection of simulator.connections) connection.cut()
      // Into the gap: what is said there is heard by the next session.
      await self.say(tone(300, 700))
      gap.to = leg.heard().length
      await self.waitForSpeech(20_000)
      await self.waitForSilence(600)
      gap.lost = leg.heard().length
      simulator.faults.refuse = { status: 401 }
      for (const connection of simulator.connections) connection.cut()
    })
    const leg = line.ring({ from: callerNumber, phone })
    const { id } = await house.callByRef(leg.ref)
    expect(await over(house, id, 45_000)).toMatchObject({ status: 'completed', endReason: 'agent-failed' })
    const greetingMs = greeting.length * 60
    expect(toneMs(leg.heard(), 400)).toBeGreaterThanOrEqual(greetingMs - 60)
    expect(toneMs(leg.heard(), 400)).toBeLessThan(greetingMs + 60)
    expect(toneMs(leg.heard(), 600)).toBeGreaterThanOrEqual('You said: One.'.length * 60 - 60)
    expect(Math.max(...leg.heard().slice(gap.from, gap.to).map(Math.abs))).toBeLessThan(50)
    const { data } = await house.client.GET('/v1/calls/{id}/messages', { params: { path: { id } } })
    expect(data?.items.map(({ role, text }) => `${role}: ${text}`)).toEqual([
      `agent: ${greeting}`,
      'caller: One.',
      'agent: You said: One.',
      `agent: ${sorry}`,
    ])
    expect(toneMs(leg.heard().slice(gap.lost), 1000)).toBeGreaterThan(500)
    const types = async () =>
      (await house.events(id)).map(({ event }) => event.type).filter((type) => type.startsWith('agent.'))
    // The agent is taken leave of when the call is over.
    await until('the leave', async () => (await types()).filter((type) => type === 'agent.disconnected').length === 2)
    expect(await types()).toEqual([
      'agent.connected',
      'agent.failed',
      'agent.disconnected',
      'agent.connected',
      ...['agent.failed', 'agent.failed', 'agent.disconnected'],
    ])
    expect(toneMs(simulator.sessions[1]!.heard(), 300)).toBeGreaterThanOrEqual(600)
  })

  test('that refuses the key ends the call, and says so', async () => {
    const simulator = await start({ scope: scope.child('two'), clock: realClock, key, phrases: [] })
    const line = await twilioLive.line(house, await agentAt(simulator, { apiKey: 'sk-wrong-0123456789' }))
    const leg = line.ring({ from: callerNumber, phone: person() })
    const { id } = await house.callByRef(leg.ref)
    expect(await over(house, id)).toMatchObject({ endReason: 'agent-failed' })
    const failed = (await house.events(id)).find(({ event }) => event.type === 'agent.failed')
    expect(failed?.event).toMatchObject({ code: 'vendor.credentials' })
    expect(JSON.stringify(failed)).not.toContain('sk-wrong')
  })
})
