/** Opens an agent, whatever it is made of: a port in this process, a pipeline of parts, or a vendor's socket. */
import type { z } from 'zod'
import type { Logger } from '../lib/log.ts'
import type { AgentEmit, AgentSession, AgentSpec, Brief } from '../spec/agent.ts'
import type { ModelSpec, PartHost, RecogniserSpec, SpeakerSpec } from '../spec/speech.ts'
import { checked, secretValues } from './checked.ts'
import { openLasting } from './lasting.ts'
import { readAlong } from './kit/listen-in.ts'
import type { Screen } from './kit/screen.ts'
import { openPipeline, openSpeakerAlone } from './pipeline/open.ts'
import { withSpareVoice } from './spare-voice.ts'
import type { Connect } from './vendor.ts'
import { openWireAgent } from './wire-agent.ts'

export interface AgentParts {
  /** Parts by provider name; unknown names throw `provider.unknown`. */
  readonly recogniser: (name: string) => RecogniserSpec
  readonly model: (name: string) => ModelSpec
  readonly speaker: (name: string) => SpeakerSpec
  /** Settings of a stored connection: the one named, else the default of that provider; `{}` when there is none. A named one that is not there rejects. */
  readonly connected: (
    kind: 'agent' | 'stt' | 'llm' | 'tts',
    provider: string,
    connection?: string,
  ) => Promise<Readonly<Record<string, unknown>>>
  /** The speaker provider that says the last words of an agent that speaks by itself, once it is lost. Absent: nobody does. */
  readonly spareVoice?: string
  /** What the agent must not say; absent: there is nothing. */
  readonly screen?: Screen
  readonly host: PartHost
  readonly connect: Connect
  readonly logger: Logger
}

/** `settings`: the agent's, checked again here. Rejects with an OffhookError, and leaves nothing open behind it. */
export async function openAgent(
  spec: AgentSpec,
  settings: unknown,
  brief: Brief,
  parts: AgentParts,
  emit: AgentEmit,
): Promise<AgentSession> {
  const { body } = spec
  const config = checked(spec, settings)
  const read = parts.screen ? readAlong(parts.screen, emit) : emit
  switch (body.by) {
    case 'port':
      return body.open(config, brief, read)
    case 'wire': {
      const whole = await withAccount(spec, config, parts)
      const secrets = secretValues(spec, whole)
      const open = (told: Brief, hear: AgentEmit) =>
        openWireAgent({ ...parts, body, config: whole, brief: told, emit: hear, name: spec.label, secrets })
      const agent = (hear: AgentEmit) =>
        body.resumes ? openLasting({ ...parts, name: spec.label, brief, emit: hear, open }) : open(brief, hear)
      const { spareVoice } = parts
      if (!spareVoice || body.turns(whole) === 'own') return agent(read)
      const spare = { provider: spareVoice, settings: {} }
      return withSpareVoice(agent, () => openSpeakerAlone(spare, parts, read), read)
    }
    case 'pipeline':
      return openPipeline(body.plan(config), brief, parts, emit)
    default:
      return body satisfies never
  }
}

/** What an agent leaves as it is (its key, mostly) comes from the account, where the organization has one at this vendor. */
async function withAccount(
  spec: AgentSpec,
  config: Readonly<Record<string, unknown>>,
  { connected }: AgentParts,
): Promise<Readonly<Record<string, unknown>>> {
  const account = Object.entries(await connected('agent', spec.name))
  const left = account.filter(([name]) => {
    const usual = (spec.settings.shape[name] as z.ZodType | undefined)?.safeParse(undefined) // a shape holds zod types
    return usual?.success && JSON.stringify(usual.data) === JSON.stringify(config[name])
  })
  return left.length > 0 ? checked(spec, { ...config, ...Object.fromEntries(left) }) : config
}
