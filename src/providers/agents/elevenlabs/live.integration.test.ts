import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  agentId,
  startElevenlabs,
  type AgentSetup,
  type ElevenlabsOptions,
} from '../../../../simulators/agents/elevenlabs/simulator.ts'
import { realClock } from '../../../lib/clock.ts'
import { createVad } from '../../../media/vad/create.ts'
import type { VadFactory } from '../../../media/vad/vad.ts'
import { tone } from '../../../../simulators/index.ts'
import { Talk } from '../../../../test/conformance/agent/talk.ts'
import { realNeeds, type Needs } from '../../../../test/conformance/parts/engine.ts'
import { agentLive, type AgentLiveFixture } from '../../../../test/conformance/agent-live.ts'
import { elevenlabs } from './elevenlabs.ts'

function fixture(agent: AgentSetup = {}): AgentLiveFixture {
  return {
    spec: elevenlabs,
    settings: { agentId },
    start: (options) => startElevenlabs({ ...options, agent }),
    reach: ({ baseUrl }, apiKey) => ({ baseUrl, apiKey }),
    lacks: ['forgetting', 'usage', 'expiry'],
  }
}

agentLive('ElevenLabs', fixture())
agentLive('ElevenLabs, at other rates than set here', fixture({ hears: 'pcm_16000', speaks: 'pcm_24000' }))

let needs: Needs
let vad: VadFactory
beforeAll(async () => {
  needs = realNeeds()
  vad = (await createVad({ kind: 'energy', scope: needs.scope })).factory()
})
afterAll(() => needs.scope.close())

const key = 'xi-live-0123456789'

async function open(more: Partial<ElevenlabsOptions>, settings: object = {}, greeting?: string) {
  const phrases = ['Hello there.', 'Stop.']
  const simulator = await startElevenlabs({ scope: needs.scope.child('one'), clock: realClock, key, phrases, ...more })
  const agent = { agentId, apiKey: key, baseUrl: simulator.baseUrl, ...settings }
  const talk = new Talk({ needs, vad, spec: elevenlabs, agent, settings: greeting === undefined ? {} : { greeting } })
  return { simulator, talk }
}

test('an agent that ends the call is heard to its last word, and the call is hung up', async () => {
  const call = { name: 'end_call', arguments: '{}' }
  const { talk } = await open({ answer: () => ({ words: 'Goodbye then.', call }) })
  await using talking = talk
  talking.say(tone(300, 700))
  await talking.until('the hang-up', () => talking.calls.length === 1)
  expect(talking.calls[0]).toMatchObject({ name: 'hang_up' })
  expect(talking.heardMs(600)).toBeGreaterThanOrEqual('Goodbye then.'.length * 60 - 60)
  expect([talking.failures(), talking.finished]).toEqual([[], []])
})

test('an override that the agent does not allow is told as what to do', async () => {
  const { talk } = await open({ agent: { overrides: [] } }, {}, 'Hello Ada.')
  await using talking = talk
  await talking.until('the end', () => talking.finished.length === 1)
  expect(talking.failures()).toMatchObject([
    { code: 'settings.invalid', message: expect.stringContaining('first_message') },
  ])
})

test('variables that its prompt needs are given', async () => {
  const without = await open({ agent: { variables: ['order'] } })
  await using failing = without.talk
  await failing.until('the end', () => failing.finished.length === 1)
  expect(failing.failures()).toMatchObject([{ message: expect.stringContaining('order') }])
  const { talk } = await open({ agent: { variables: ['name', 'caller', 'call_id'], firstMessage: 'Hello.' } })
  await using talking = talk
  await talking.until('the agent’s own greeting', () => talking.messages('agent').length === 1)
  expect(talking.messages('agent')[0]).toMatchObject({ text: 'Hello.' })
})

test('pongs keep the conversation', async () => {
  const { simulator, talk } = await open({ agent: { pingEvery: 30 } })
  await using talking = talk
  await talking.until('many pings', () => simulator.log.filter(({ text }) => text.includes('"pong"')).length > 20)
  expect(talking.finished).toEqual([])
})

test('after a lost connection its first words are not said again, and what is owed to the caller is', async () => {
  const greeting = 'Hello, this is the bakery.'
  const words = 'one two three four five six seven eight nine ten and so on for ever'
  const { simulator, talk } = await open({
    ...{ agent: { firstMessage: greeting, overrides: [] }, pace: 1.5 },
    answer: ({ by }) => (by === 'voice' ? { words, ms: 8_000, hertz: 1000 } : { words: 'And so I go on.' }),
  })
  await using talking = talk
  await talking.until('the greeting', () => talking.messages('agent').length === 1)
  const greetedMs = talking.heardMs(400)
  talking.say(tone(300, 700))
  await talking.until('some of the answer', () => talking.heardMs(1000) >= 1000)
  for (const connection of simulator.connections) connection.cut()
  await talking.until('the rest', () => talking.messages('agent').length === 3)
  expect(talking.messages('agent').map(({ text }) => text)).toEqual([
    greeting,
    expect.stringMatching(/^one two/),
    'And so I go on.',
  ])
  expect(talking.heardMs(400)).toBeLessThan(greetedMs + 60)
  expect(talking.finished).toEqual([])
})
