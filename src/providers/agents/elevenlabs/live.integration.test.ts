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
    lacks: ['forgetting', 'usage'],
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
