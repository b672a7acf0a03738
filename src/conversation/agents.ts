/** Opens an agent, whatever it is made of: a port in this process, a pipeline of parts, or a vendor's socket. */
import { z } from 'zod'
import type { Logger } from '../lib/log.ts'
import type { AgentEmit, AgentSession, AgentSpec, Brief, PipelinePlan, PlannedPart } from '../spec/agent.ts'
import { OffhookError } from '../spec/errors.ts'
import { secretsOf } from '../spec/provider.ts'
import type { ModelSpec, PartHost, RecogniserSpec, SpeakerSpec } from '../spec/speech.ts'
import { createPipeline } from './pipeline/pipeline.ts'
import type { Connect } from './vendor.ts'
import { openWireAgent } from './wire-agent.ts'

export interface AgentParts {
  /** Parts by provider name; unknown names throw `provider.unknown`. */
  readonly recogniser: (name: string) => RecogniserSpec
  readonly model: (name: string) => ModelSpec
  readonly speaker: (name: string) => SpeakerSpec
  /** Settings of a stored connection: the one named, else the default of that provider; `{}` when there is none. A named one that is not there rejects. */
  readonly connected: (
    kind: 'stt' | 'llm' | 'tts',
    provider: string,
    connection?: string,
  ) => Promise<Readonly<Record<string, unknown>>>
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
  switch (body.by) {
    case 'port':
      return body.open(config, brief, emit)
    case 'wire':
      return openWireAgent({
        ...parts,
        body,
        config,
        brief,
        emit,
        name: spec.label,
        secrets: secretValues(spec, config),
      })
    case 'pipeline':
      return openPipeline(body.plan(config), brief, parts, emit)
    default:
      return body satisfies never
  }
}

async function openPipeline(
  plan: PipelinePlan,
  brief: Brief,
  parts: AgentParts,
  emit: AgentEmit,
): Promise<AgentSession> {
  const { host, logger } = parts
  const opening = [
    openPart(parts.recogniser, plan.recogniser, parts),
    openPart(parts.model, plan.model, parts),
    openPart(parts.speaker, plan.speaker, parts),
  ] as const
  const opened = await Promise.allSettled(opening)
  if (opened.some((part) => part.status === 'rejected')) await closeAll(opened)
  const [recogniser, model, speaker] = await Promise.all(opening)
  const { clock, ids } = host
  const prompt = plan.prompt === undefined ? {} : { prompt: plan.prompt }
  return createPipeline({ recogniser, model, speaker, brief, clock, ids, logger, emit, ...prompt })
}

interface OpenablePart<P> {
  readonly kind: 'stt' | 'llm' | 'tts'
  readonly name: string
  readonly label: string
  readonly settings: z.ZodObject
  open?(config: Readonly<Record<string, unknown>>, host: PartHost): P | Promise<P>
}

async function openPart<P>(
  find: (name: string) => OpenablePart<P>,
  { provider, connection, settings }: PlannedPart,
  { connected, host }: AgentParts,
): Promise<P> {
  const spec = find(provider)
  const under = await connected(spec.kind, provider, connection)
  if (!spec.open) throw new OffhookError('provider.unknown', `${spec.label} is not spoken to over a socket here`)
  return spec.open(checked(spec, { ...under, ...settings }), host)
}

function checked(
  spec: { readonly name: string; readonly settings: z.ZodObject },
  settings: unknown,
): Readonly<Record<string, unknown>> {
  const parsed = spec.settings.safeParse(settings)
  if (parsed.success) return parsed.data
  // The issues name fields and rules, never values.
  const issues = z.prettifyError(parsed.error)
  throw new OffhookError('settings.invalid', `settings of '${spec.name}' do not fit:\n${issues}`)
}

/** To be hidden wherever a vendor repeats them. */
function secretValues(
  { settings }: { readonly settings: z.ZodObject },
  config: Readonly<Record<string, unknown>>,
): readonly string[] {
  const values = secretsOf(settings).map((name) => config[name])
  return values.filter((value) => typeof value === 'string')
}

async function closeAll(opened: readonly PromiseSettledResult<AsyncDisposable>[]): Promise<void> {
  await Promise.allSettled(
    opened.flatMap((part) => (part.status === 'fulfilled' ? [part.value[Symbol.asyncDispose]()] : [])),
  )
}
