/** Opens the calls room: takes calls on, finds them, hands them over, and picks them up after a restart. */
import type { CallEvent, Journaled } from '../spec/event.ts'
import { OffhookError } from '../spec/errors.ts'
import type { CallRecord, Connection, Lease } from '../store/contract.ts'
import { carrierOf, type Engine, type EngineParts } from './engine.ts'
import { carryOut } from './commands.ts'
import { finishCall } from './finish.ts'
import { liveInputs } from './inputs.ts'
import { LiveCall, type World } from './live.ts'
import { lookUp } from './lookup.ts'
import { openTalk } from './talk.ts'
import { advance, newCall, type Call } from './machine.ts'
import { recordOf } from './project.ts'

/** A call's lease on its process, renewed while it runs, ms. */
const leaseLife = 15_000
/** How long an ended call stays at hand for late callbacks, ms; after it the journal serves them. */
const afterlife = 60_000
/** Connections are read from the store at most this often, ms: webhooks and commands need them all the time. */
const connectionLife = 2_000

export function openEngine(parts: EngineParts): Engine {
  const live = new Map<string, LiveCall>()
  const adopting = new Map<string, Promise<LiveCall | undefined>>()
  const engine: Engine = {
    ...parts,
    live,
    offers: new Map(),
    byRef: (connection, ref) => findByRef(live, connection, ref),
    carrier: (name) => carrierOf(parts.carriers, name),
    connection: connectionReader(parts),
    async start(call) {
      await parts.store.calls.create({ ...recordOf(call), owner: parts.node })
      return takeOn(engine, live, call)
    },
    adopt(id) {
      const known = live.get(id)
      if (known) return Promise.resolve(known)
      const adoption = adopting.get(id) ?? adopt(engine, live, id).finally(() => adopting.delete(id))
      adopting.set(id, adoption)
      return adoption
    },
    async tell(id, event) {
      const here = await engine.adopt(id)
      if (here) return here.post(event)
      await parts.coordination.publish(channelOf(id), JSON.stringify(event))
    },
  }
  return engine
}

function findByRef(live: ReadonlyMap<string, LiveCall>, connection: string, ref: string): LiveCall | undefined {
  for (const one of live.values()) {
    const { plan, ref: own } = one.running.call
    if (own === ref && plan.connection === connection) return one
  }
  return undefined
}

const world: World = {
  carryOut,
  lookUp,
  openTalk,
  finish: finishCall,
  turn: (live, ids, run) => live.inputs.take('effects', () => [...ids], run),
}

type Calls = Map<string, LiveCall>

/** The call is ours from here on: leased, listening to its peers, and kept a while after its end. */
async function takeOn(engine: Engine, live: Calls, call: Call, lease?: Lease): Promise<LiveCall> {
  const { id } = call.plan
  const recorder = engine.openInputs?.(call)
  const one = new LiveCall(engine, call, liveInputs(engine.clock, engine.ids, recorder), world)
  const { scope } = one.running
  if (recorder) scope.use(recorder)
  live.set(id, one)
  const held = lease ?? (await engine.coordination.lease(leaseOf(id), engine.node, leaseLife))
  if (held) scope.use(held)
  const told = await engine.coordination.subscribe(channelOf(id), (message) => {
    void one.post(JSON.parse(message) as CallEvent) // written by `tell` of a peer
  })
  scope.use(told)
  scope.defer(() => retire(engine, live, id))
  if (one.running.ended) retire(engine, live, id)
  return one
}

/** An ended call leaves after a while; a call that came back from the journal only for a late callback likewise. */
function retire(engine: Engine, live: Calls, id: string): void {
  if (engine.scope.closed) return void live.delete(id)
  const scope = engine.scope.child(`retired ${id}`)
  const timer = engine.clock.timer(afterlife, () => {
    const one = live.get(id)
    live.delete(id)
    void scope.close()
    void one?.running.scope.close()
  })
  scope.defer(() => timer.cancel())
}

async function adopt(engine: Engine, live: Calls, id: string): Promise<LiveCall | undefined> {
  const lease = await engine.coordination.lease(leaseOf(id), engine.node, leaseLife)
  if (!lease) return undefined
  const record = await engine.store.calls.find(id)
  if (record) return takeOn(engine, live, fold(record, await engine.store.journal.history(id)), lease)
  await lease[Symbol.asyncDispose]()
  return undefined
}

/** A call as its journal tells it. */
function fold(record: CallRecord, history: readonly Journaled[]): Call {
  let call = newCall(planOf(record))
  for (const { event, at, sequence } of history) call = { ...advance(call, event, at).call, sequence }
  return call
}

function planOf(record: CallRecord): Call['plan'] {
  const {
    ref: _r,
    status: _s,
    endReason: _e,
    cause: _c,
    answeredBy: _b,
    recording: _f,
    cost: _p,
    owner: _o,
    ...rest
  } = record
  const { startedAt: _1, answeredAt: _2, endedAt: _3, ...plan } = rest
  return plan
}

function connectionReader(parts: EngineParts): (id: string) => Promise<Connection> {
  const kept = new Map<string, { readonly connection: Connection; readonly until: number }>()
  return async (id) => {
    const known = kept.get(id)
    if (known && known.until > parts.clock.monotonic()) return known.connection
    const connection = await parts.store.connections.find(id)
    if (!connection) throw new OffhookError('not-found', `Connection "${id}" no longer exists`)
    kept.set(id, { connection, until: parts.clock.monotonic() + connectionLife })
    return connection
  }
}

function channelOf(id: string): string {
  return `call:${id}`
}

function leaseOf(id: string): string {
  return `owner:${id}`
}
