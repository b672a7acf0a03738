/** Opens the calls room: takes calls on, finds them, hands them over, and picks them up after a restart. */
import type { CallEvent, Journaled } from '../spec/event.ts'
import { OffhookError } from '../spec/errors.ts'
import type { CallRecord, Connection, Lease } from '../store/contract.ts'
import { carrierOf, type Engine, type EngineParts } from './engine.ts'
import { LiveCall } from './live.ts'
import { advance, newCall, type Call } from './machine.ts'
import { recordOf } from './project.ts'

/** A call's lease on its process, renewed while it runs, ms. */
const leaseLife = 15_000
/** How long an ended call stays at hand for late callbacks, ms; after it the journal serves them. */
const afterlife = 60_000
/** Connections are read from the store at most this often, ms: webhooks and commands need them all the time. */
const connectionLife = 2_000

export async function openEngine(parts: EngineParts): Promise<Engine> {
  const live = new Map<string, LiveCall>()
  const offers = new Map<string, Promise<LiveCall>>()
  const adopting = new Map<string, Promise<LiveCall | undefined>>()
  const byRef = (connection: string, ref: string): LiveCall | undefined => {
    for (const one of live.values()) {
      const { plan, ref: own } = one.running.call
      if (own === ref && plan.connection === connection) return one
    }
    return undefined
  }
  const engine: Engine = {
    ...parts,
    live,
    offers,
    byRef,
    carrier: (name) => carrierOf(parts.carriers, name),
    connection: connectionReader(parts),
    async start(call) {
      await parts.store.calls.create({ ...recordOf(call), owner: parts.node })
      return takeOn(call)
    },
    adopt(id) {
      const known = live.get(id)
      if (known) return Promise.resolve(known)
      const adoption = adopting.get(id) ?? adopt(id).finally(() => adopting.delete(id))
      adopting.set(id, adoption)
      return adoption
    },
    async tell(id, event) {
      const here = live.get(id) ?? (await engine.adopt(id))
      if (here) return here.post(event)
      await parts.coordination.publish(channelOf(id), JSON.stringify(event))
    },
  }

  const takeOn = async (call: Call, lease?: Lease): Promise<LiveCall> => {
    const one = new LiveCall(engine, call)
    const { scope } = one.running
    live.set(call.plan.id, one)
    const held = lease ?? (await parts.coordination.lease(leaseOf(call.plan.id), parts.node, leaseLife))
    if (held) scope.use(held)
    const told = await parts.coordination.subscribe(channelOf(call.plan.id), (message) => {
      void one.post(JSON.parse(message) as CallEvent) // written by `tell` of a peer
    })
    scope.use(told)
    scope.defer(() => forget(call.plan.id))
    parts.scope.defer(() => scope.close())
    return one
  }
  const forget = (id: string): void => {
    const timer = parts.clock.timer(afterlife, () => live.delete(id))
    parts.scope.defer(() => timer.cancel())
  }
  const adopt = async (id: string): Promise<LiveCall | undefined> => {
    const lease = await parts.coordination.lease(leaseOf(id), parts.node, leaseLife)
    if (!lease) return undefined
    const record = await parts.store.calls.find(id)
    if (!record) {
      await lease[Symbol.asyncDispose]()
      return undefined
    }
    return takeOn(fold(record, await parts.store.journal.history(id)), lease)
  }
  return engine
}

/** A call as its journal tells it. */
export function fold(record: CallRecord, history: readonly Journaled[]): Call {
  let call = newCall(planOf(record))
  for (const { event, at, sequence } of history) call = { ...advance(call, event, at).call, sequence }
  return call
}

function planOf(record: CallRecord): Call['plan'] {
  const { id, organization, direction, carrier, connection, from, to, agent, variables, metadata } = record
  const { ringTimeout, maxDuration, machineDetection, voicemailMessage, createdAt } = record
  return {
    ...{ id, organization, direction, carrier, connection, from, to, agent, variables, metadata },
    ...{ ringTimeout, maxDuration, machineDetection, createdAt, record: record.record },
    ...(voicemailMessage === undefined ? {} : { voicemailMessage }),
  }
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
