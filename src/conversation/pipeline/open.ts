/** Puts a pipeline together from its plan: every part with those who stand in for it, connected before anybody speaks. */
import type { AgentEmit, AgentSession, Brief, PipelinePlan, PlannedPart } from '../../spec/agent.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Model, ModelSocket, ModelSpec, RecogniserSpec, Speaker, SpeakerSpec } from '../../spec/speech.ts'
import type { AgentParts } from '../agents.ts'
import { checked, secretValues } from '../checked.ts'
import { countedListener, countedModel, countedRecogniser, countedSpeaker, type Used } from './counted.ts'
import { openEars } from './ears.ts'
import { segmentPart, socketPart, type ListenerPart } from './listeners.ts'
import { createPipeline } from './pipeline.ts'
import { openSocketModel, type Unasked } from './socket-model.ts'
import { openSocketSpeaker } from './socket-speaker.ts'
import { Standby, type Candidate } from './standby.ts'

type Config = Readonly<Record<string, unknown>>

const patience = 5_000

/** Rejects when a part cannot be opened and nobody stands in for it; nothing is left open then. */
export async function openPipeline(
  plan: PipelinePlan,
  brief: Brief,
  parts: AgentParts,
  emit: AgentEmit,
): Promise<AgentSession> {
  const { host, logger } = parts
  const tell = (error: OffhookError) => {
    logger.warn(`pipeline: ${error.message}`, { code: error.code })
    emit({ type: 'failed', code: error.code, message: error.message, fatal: false })
  }
  const standby = async <S extends Spec, P extends AsyncDisposable>(
    find: (name: string) => S,
    planned: PlannedPart,
    open: (spec: S, setting: Setting) => P | Promise<P>,
  ) => {
    const opened = (spec: S, config: Config) => open(spec, { config, parts, used: usedOf(spec, config, emit) })
    return new Standby<P>({
      candidates: await candidates(find, planned, { parts, open: opened, tell }),
      replaced: tell,
    })
  }
  let pipeline: ReturnType<typeof createPipeline> | undefined
  const early: Unasked[] = []
  const unasked = (event: Unasked) => void (pipeline ? pipeline.unasked(event) : early.push(event))
  const [listeners, models, speakers] = await Promise.all([
    standby(parts.recogniser, plan.recogniser, openListener),
    standby(parts.model, plan.model, (spec, setting) => openModel(spec, setting, brief, unasked)),
    standby(parts.speaker, plan.speaker, openSpeaker),
  ])
  const opening = [openEars({ standby: listeners, clock: host.clock, logger }), models.part(), speakers.part()] as const
  const opened = await Promise.allSettled(opening)
  if (opened.some(({ status }) => status === 'rejected')) {
    const ears = opened[0].status === 'fulfilled' ? opened[0].value : listeners
    await Promise.allSettled([ears, models, speakers].map((part) => part[Symbol.asyncDispose]()))
  }
  const [ears, , { rate }] = await Promise.all(opening)
  pipeline = createPipeline({
    ...{ ears, models, speakers, rate, brief, logger, emit },
    patience: plan.patience ?? patience,
    ...(parts.screen && { screen: parts.screen }),
    clock: host.clock,
    ids: host.ids,
    ...(plan.prompt === undefined ? {} : { prompt: plan.prompt }),
  })
  for (const event of early) pipeline.unasked(event)
  return pipeline
}

/** A voice without a pipeline around it, with the organization's connection. Rejects when it cannot be opened. */
export async function openSpeakerAlone(planned: PlannedPart, parts: AgentParts, emit: AgentEmit): Promise<Speaker> {
  const { provider, settings } = planned
  const spec = parts.speaker(provider)
  const config = checked(spec, { ...(await parts.connected(spec.kind, provider)), ...settings })
  return openSpeaker(spec, { config, parts, used: usedOf(spec, config, emit) })
}

type Spec = RecogniserSpec | ModelSpec | SpeakerSpec

/** Whoever stands in is looked at now, and left out with a word of warning where that would never work. */
async function candidates<S extends Spec, P>(
  find: (name: string) => S,
  planned: PlannedPart,
  {
    parts,
    open,
    tell,
  }: {
    readonly parts: AgentParts
    readonly open: (spec: S, config: Config) => P | Promise<P>
    readonly tell: (error: OffhookError) => void
  },
): Promise<readonly Candidate<P>[]> {
  const candidate = async ({ provider, connection, settings }: PlannedPart): Promise<Candidate<P>> => {
    const spec = find(provider)
    const under = await parts.connected(spec.kind, provider, connection)
    const config = checked(spec, { ...under, ...settings })
    return { name: spec.label, open: async () => open(spec, config) }
  }
  const all = [planned, ...(planned.standIns ?? [])].map((part) => candidate(part))
  const ready = await Promise.allSettled(all)
  if (!ready.some(({ status }) => status === 'fulfilled')) await all[0]
  return ready.flatMap((result) => {
    if (result.status === 'fulfilled') return [result.value]
    tell(notReady(result.reason))
    return []
  })
}

function notReady(error: unknown): OffhookError {
  const known = error instanceof OffhookError ? error : undefined
  const message = error instanceof Error ? error.message : String(error)
  return new OffhookError(known?.code ?? 'internal', `a part of the pipeline is left out: ${message}`, { cause: error })
}

interface Setting {
  readonly config: Config
  readonly parts: AgentParts
  readonly used: Used
}

async function openListener(spec: RecogniserSpec, { config, parts, used }: Setting): Promise<ListenerPart> {
  if ('socket' in spec)
    return countedListener(socketPart({ ...parts, spec, config, secrets: secretValues(spec, config) }), used)
  return segmentPart(countedRecogniser(await spec.open(config, parts.host), used))
}

async function openModel(
  spec: ModelSpec,
  { config, parts, used }: Setting,
  { call, direction, from, to, variables }: Brief,
  unasked: (event: Unasked) => void,
): Promise<Model> {
  const about = { call, direction, from, to, variables }
  const socket = (translator: ModelSocket) =>
    openSocketModel({ ...parts, secrets: translator.secrets, translator, unasked })
  return countedModel(await spec.open(config, parts.host, { ...about, socket }), used)
}

async function openSpeaker(spec: SpeakerSpec, { config, parts, used }: Setting): Promise<Speaker> {
  if ('socket' in spec) return openSocketSpeaker({ ...parts, spec, config, used, secrets: secretValues(spec, config) })
  return countedSpeaker(await spec.open(config, parts.host), used)
}

function usedOf({ kind, name }: Spec, { model }: Config, emit: AgentEmit): Used {
  const of = { kind, provider: name, ...(typeof model === 'string' && { model }) }
  return (usage) => emit({ type: 'usage', usage, of })
}
