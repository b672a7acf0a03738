/** A call that a carrier offers: which number, which agent, and its first event. */
import type { CallPlan } from '../spec/call.ts'
import type { Report } from '../spec/carrier.ts'
import { OffhookError } from '../spec/errors.ts'
import type { Connection } from '../store/contract.ts'
import type { Engine } from './engine.ts'
import type { LiveCall } from './live.ts'
import { newCall } from './machine.ts'

/** How long another process may take to record a call that it was offered, ms. */
const makingLimit = 10_000

/** How long one of two offers that come at once may be on its way to being recorded, ms. */
const offerLead = 2_000

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
  const making = makeOnce(engine, connection, offer)
  const sharing = making.then(({ live }) => live)
  // Perhaps nobody else waits for it.
  sharing.catch(() => undefined)
  engine.offers.set(key, sharing)
  try {
    return await making
  } finally {
    engine.offers.delete(key)
  }
}

/** Was this call offered before, here or elsewhere? Its first offer may be a moment behind the second. */
export async function wasOffered(engine: Engine, connection: Connection, ref: string): Promise<boolean> {
  const limit = engine.clock.monotonic() + offerLead
  while (!(await isOffered(engine, connection, ref))) {
    if (engine.clock.monotonic() >= limit) return false
    await engine.clock.sleep(50, engine.scope.signal)
  }
  return true
}

async function isOffered(engine: Engine, connection: Connection, ref: string): Promise<boolean> {
  if (engine.offers.has(`${connection.id}:${ref}`) || engine.byRef(connection.id, ref)) return true
  if ((await engine.coordination.get(`offer:${connection.id}:${ref}`)) !== undefined) return true
  return (await engine.store.calls.findByRef(connection.id, ref)) !== undefined
}

/** A call that was made before, here or elsewhere. */
async function recorded(engine: Engine, connection: Connection, ref: string): Promise<LiveCall | undefined> {
  const record = await engine.store.calls.findByRef(connection.id, ref)
  if (!record) return undefined
  const live = await engine.take(record.id)
  if (live) return live
  throw new OffhookError('call.ended', `Call ${record.id} has ended`)
}

/** A carrier that offers a call to two of our processes at once gets one call. */
async function makeOnce(engine: Engine, connection: Connection, offer: Offer): Promise<Received> {
  const { coordination, clock } = engine
  const key = `offer:${connection.id}:${offer.ref}`
  if (await coordination.claim(key, engine.node, makingLimit)) {
    try {
      return { live: await make(engine, connection, offer), fresh: true }
    } catch (error) {
      await coordination.remove(key)
      throw error
    }
  }
  const limit = clock.monotonic() + makingLimit
  while (clock.monotonic() < limit) {
    const live = await recorded(engine, connection, offer.ref)
    if (live) return { live, fresh: false }
    await clock.sleep(100, engine.scope.signal)
  }
  throw new OffhookError('overloaded', 'Another process took this call and did not record it: offer it again')
}

/** A number without an agent makes a call that is rejected, so that people can see why. */
async function make(engine: Engine, connection: Connection, offer: Offer): Promise<LiveCall> {
  const number = await engine.store.lately.number(connection.id, offer.to)
  const plan: CallPlan = {
    id: engine.ids.id('call'),
    organization: connection.organization,
    direction: 'inbound',
    carrier: connection.provider,
    connection: connection.id,
    from: offer.from,
    to: offer.to,
    agent: offer.agent ?? engine.answering?.(offer.ref) ?? number?.agent ?? offer.otherwise ?? '',
    variables: offer.variables ?? {},
    metadata: offer.metadata ?? {},
    ringTimeout: engine.settings.ringTimeout,
    maxDuration: engine.settings.maxDuration,
    machineDetection: false,
    record: engine.settings.record,
    createdAt: engine.clock.now(),
    ...(offer.mediaTimeout === undefined ? {} : { mediaTimeout: offer.mediaTimeout }),
  }
  if (!plan.agent)
    engine.logger.warn('call rejected: no agent answers this number', {
      call: plan.id,
      connection: connection.id,
      to: offer.to,
    })
  const live = await engine.start(newCall(plan))
  await live.post({ type: 'call.offered', ref: offer.ref, ...(offer.streamed ? { streamed: true } : {}) })
  return live
}
