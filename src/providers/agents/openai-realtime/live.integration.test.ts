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
const ulaw = { encoding: 'pcmu', rate: 8000 } as const
agentLive('OpenAI Realtime, settling on another sound', fixture({ format: 'pcm' }, { insists: ulaw }))
