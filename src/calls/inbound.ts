/** A call that a carrier offers: which number, which agent, and its first event. */
import type { CallPlan } from '../spec/call.ts'
import type { Report } from '../spec/carrier.ts'
import type { Connection } from '../store/contract.ts'
import type { Engine } from './engine.ts'
import type { LiveCall } from './live.ts'
import { newCall } from './machine.ts'

type Offer = Report & { readonly type: 'call.offered' }

export interface Received {
  readonly live: LiveCall
  /** False when the carrier had offered this call before. */
  readonly fresh: boolean
}

/** Makes the call and posts its offer, once per carrier call however often it is offered, also at the same moment. */
export async function receiveCall(engine: Engine, connection: Connection, offer: Offer): Promise<Received> {
  const key = `${connection.id}:${offer.ref}`
  const under = engine.offers.get(key)
  if (under) return { live: await under, fresh: false }
  const known = engine.byRef(connection.id, offer.ref) ?? (await recorded(engine, connection, offer.ref))
  if (known) return { live: known, fresh: false }
  const again = engine.offers.get(key)
  if (again) return { live: await again, fresh: false }
  const making = make(engine, connection, offer)
  engine.offers.set(key, making)
  try {
    return { live: await making, fresh: true }
  } finally {
    engine.offers.delete(key)
  }
}

async function recorded(engine: Engine, connection: Connection, ref: string): Promise<LiveCall | undefined> {
  const record = await engine.store.calls.findByRef(connection.id, ref)
  return record && engine.adopt(record.id)
}

/** A number without an agent makes a call that is rejected, so that people can see why. */
async function make(engine: Engine, connection: Connection, offer: Offer): Promise<LiveCall> {
  const number = await engine.store.numbers.find(connection.id, offer.to)
  const plan: CallPlan = {
    id: engine.ids.id('call'),
    organization: connection.organization,
    direction: 'inbound',
    carrier: connection.provider,
    connection: connection.id,
    from: offer.from,
    to: offer.to,
    agent: number?.agent ?? '',
    variables: offer.variables ?? {},
    metadata: {},
    ringTimeout: engine.settings.ringTimeout,
    maxDuration: engine.settings.maxDuration,
    machineDetection: false,
    record: engine.settings.record,
    createdAt: engine.clock.now(),
  }
  if (!plan.agent)
    engine.logger.warn('call rejected: no agent answers this number', {
      call: plan.id,
      connection: connection.id,
      to: offer.to,
    })
  const live = await engine.start(newCall(plan))
  await live.post({ type: 'call.offered', ref: offer.ref })
  return live
}
