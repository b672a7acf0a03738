import { expect, test } from 'vitest'
import { tone } from '../../../../simulators/index.ts'
import { Talk } from '../../../../test/conformance/agent/talk.ts'
import { realNeeds } from '../../../../test/conformance/parts/engine.ts'
import { realClock } from '../../../lib/clock.ts'
import { createVad } from '../../../media/vad/create.ts'
import { startOpenaiRealtime, type RealtimeOptions } from '../../../../simulators/agents/openai-realtime/simulator.ts'
import { agentLive, type AgentLiveFixture } from '../../../../test/conformance/agent-live.ts'
import { openaiRealtime } from './openai-realtime.ts'

function fixture(settings: object, more: Partial<RealtimeOptions> = {}): AgentLiveFixture {
  return {
    spec: openaiRealtime,
    settings: { ...settings },
    start: (options) => startOpenaiRealtime({ ...options, ...more }),
    reach: ({ baseUrl }, apiKey) => ({ baseUrl, apiKey }),
  }
}

agentLive('OpenAI Realtime', fixture({}))
agentLive('OpenAI Realtime with turns of ours, A-law', fixture({ turns: 'engine', format: 'pcma' }))
agentLive(
  'OpenAI Realtime, beta generation, 24 kHz',
  fixture({ generation: 'beta', voice: 'alloy', transcription: 'whisper-1', format: 'pcm' }, { generation: 'beta' }),
)
test('a greeting that may not be interrupted is heard whole, and what was said over it is answered', async () => {
  const needs = realNeeds()
  await using scope = needs.scope
  const vad = (await createVad({ kind: 'energy', scope })).factory()
  const key = 'sk-live-0123456789'
  // Slower than it is heard: the greeting is still being made when the caller's turn is over.
  const options = { scope, clock: realClock, key, phrases: ['Hello there.'], pace: 0.9 }
  const { baseUrl, sessions } = await startOpenaiRealtime(options)
  const greeting = 'Hello Ada, this is the line that says a lot.'
  const settings = { greeting, greetingInterruptible: false }
  await using talk = new Talk({ needs, vad, spec: openaiRealtime, agent: { apiKey: key, baseUrl }, settings })
  await talk.until('the greeting', () => talk.heardMs(400) >= 200)
  talk.say(tone(300, 500))
  await talk.until('the answer', () => talk.messages('agent').length === 2)
  expect(talk.messages('agent').map(({ text }) => text)).toEqual([greeting, 'You said: Hello there.'])
  expect(talk.of('agent.interrupted')).toEqual([])
  expect(talk.failures()).toEqual([])
  expect(sessions[0]?.history.filter(({ role }) => role === 'agent')).toHaveLength(2)
})

const ulaw = { encoding: 'pcmu', rate: 8000 } as const
agentLive('OpenAI Realtime, settling on another sound', fixture({ format: 'pcm' }, { insists: ulaw }))
