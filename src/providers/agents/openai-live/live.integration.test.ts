import { startOpenaiLive } from '../../../../simulators/agents/openai-live/simulator.ts'
import { agentLive, type AgentLiveFixture } from '../../../../test/conformance/agent-live.ts'
import { openaiLive } from './openai-live.ts'

function fixture(settings: object): AgentLiveFixture {
  return {
    spec: openaiLive,
    settings: { ...settings },
    start: startOpenaiLive,
    reach: ({ baseUrl }, apiKey) => ({ baseUrl, apiKey }),
    lacks: ['interruption', 'forgetting', 'measures'],
  }
}

agentLive('GPT-Live', fixture({}))
agentLive('GPT-Live at 24 kHz', fixture({ format: 'pcm_24000' }))
