/** A call that somebody asks for: checked, recorded as queued, and answered at once; the dial follows by itself. */
import type { Actor, CallPlan, Variables } from '../spec/call.ts'
import { OffhookError } from '../spec/errors.ts'
import { limited, linesOf } from '../spec/lines.ts'
import type { CallRecord, Connection } from '../store/contract.ts'
import type { Engine } from './engine.ts'
import { newCall, type Call } from './machine.ts'
import { recordOf } from './project.ts'
import { requireAllowed } from './targets.ts'

export interface DialRequest {
  /** E.164 with plus, a SIP URI, or what the carrier takes. */
  readonly to: string
  /** Default: the connection's `defaultFrom` setting, else its first number. */
  readonly from?: string
  /** Connection id. Default: the organization's default carrier. */
  readonly connection?: string
  /** Agent id. */
  readonly agent: string
  readonly variables?: Variables
  readonly metadata?: Readonly<Record<string, unknown>>
  /** ms */
  readonly ringTimeout?: number
  /** ms */
  readonly maxDuration?: number
  readonly machineDetection?: boolean
  readonly voicemailMessage?: string
  readonly record?: boolean
  /** Who asked; stands in the call's first event. */
  readonly by?: Actor
}

/** Queues the call. Rejects with an OffhookError that names the field at fault; nothing is dialled then. */
export async function dial(engine: Engine, organization: string, request: DialRequest): Promise<CallRecord> {
  const connection = await connectionOf(engine, organization, request.connection)
  const carrier = engine.carrier(connection.provider)
  if (!carrier.control?.commands.includes('dial'))
    throw new OffhookError('command.unsupported', `${carrier.label} cannot place calls: choose another connection`)
  if (!(await engine.store.agents.get(organization, request.agent)))
    throw new OffhookError(
      'not-found',
      `There is no agent "${request.agent}": create one at /v1/agents, or name an existing one`,
    )
  const from = request.from ?? (await callerId(engine, connection, request.to))
  await requireAllowed(engine, organization, request.to, from)
  const plan: CallPlan = {
    id: engine.ids.id('call'),
    organization,
    direction: 'outbound',
    carrier: carrier.name,
    connection: connection.id,
    ...{ from, to: request.to },
    agent: request.agent,
    variables: request.variables ?? {},
    metadata: request.metadata ?? {},
    ringTimeout: request.ringTimeout ?? engine.settings.ringTimeout,
    maxDuration: request.maxDuration ?? engine.settings.maxDuration,
    machineDetection: request.machineDetection ?? true,
    ...(request.voicemailMessage === undefined ? {} : { voicemailMessage: request.voicemailMessage }),
    record: request.record ?? engine.settings.record,
    createdAt: engine.clock.now(),
  }
  const call = newCall(plan)
  // 202 at once, and nothing lost: the queued event is durable before whoever asks hears of the call.
  return limited(linesOf(connection.settings))
    ? engine.dispatch.wait(call, request.by)
    : begin(engine, call, request.by)
}

async function begin(engine: Engine, call: Call, by: Actor | undefined): Promise<CallRecord> {
  const live = await engine.start(call)
  await live.post({ type: 'call.queued', ...(by ? { by } : {}) })
  return { ...recordOf(live.running.call), startedAt: call.plan.createdAt }
}

/** Turns of caller ids are counted for so long, ms: afterwards they begin anew, which nobody notices. */
const turnsKept = 86_400_000

function nearest(numbers: readonly string[], to: string): string | undefined {
  const shared = (number: string): number => {
    let digits = 0
    while (digits < number.length && number[digits] === to[digits]) digits++
    return digits
  }
  return numbers.toSorted((a, b) => shared(b) - shared(a))[0]
}

async function connectionOf(engine: Engine, organization: string, id: string | undefined): Promise<Connection> {
  if (id !== undefined) {
    const named = await engine.store.connections.get(organization, id)
    if (named?.kind === 'carrier') return named
    throw new OffhookError('not-found', `There is no carrier connection "${id}"`)
  }
  const fallback = await engine.store.connections.default(organization, 'carrier')
  if (fallback) return fallback
  throw new OffhookError('connection.none', 'No carrier is connected yet: create a connection at /v1/connections first')
}

/** The connection's default number or its oldest, unless it says that they take turns or that the nearest calls. */
async function callerId(engine: Engine, connection: Connection, to: string): Promise<string> {
  const { callerId: choice = 'default' } = linesOf(connection.settings)
  const { defaultFrom } = connection.settings
  if (choice === 'default' && typeof defaultFrom === 'string') return defaultFrom
  const numbers = await engine.store.numbers.list(connection.organization, { limit: 200 })
  const own = numbers.items.filter((number) => number.connection === connection.id).map(({ number }) => number)
  if (typeof defaultFrom === 'string' && !own.includes(defaultFrom)) own.push(defaultFrom)
  const turn = choice === 'rotate' ? await engine.coordination.count(`caller-id:${connection.id}`, turnsKept) : 0
  const number = choice === 'nearest' ? nearest(own, to) : own.at(-1 - (turn % Math.max(1, own.length)))
  if (number !== undefined) return number
  throw new OffhookError(
    'number.unassigned',
    `Connection "${connection.name}" has no number to call from: give "from", or add a number at /v1/numbers`,
  )
}
