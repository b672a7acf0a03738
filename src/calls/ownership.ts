/**
 * Whose a call is. One process has it, by a lease; the others bring it what they hear, or ask for it:
 *
 *   free ──adopt──▶ ours ──another asks──▶ handed over
 *                    └──lease lost, or another wrote its journal──▶ given up
 */
import { sleepOn } from '../lib/clock.ts'
import type { Scope } from '../lib/scope.ts'
import { OffhookError } from '../spec/errors.ts'
import type { CallEvent } from '../spec/event.ts'
import type { Lease } from '../store/contract.ts'
import type { Engine } from './engine.ts'
import { fold } from './fold.ts'
import { liveInputs } from './inputs.ts'
import { LiveCall, type World } from './live.ts'
import type { Call } from './machine.ts'
import type { PeerRequest, Peers } from './peers.ts'
import { recordOf } from './project.ts'
import { resume } from './recover.ts'

/** A call's lease on its process, renewed while it runs, ms. */
const leaseLife = 15_000
/** How long the process of a call is looked for, ms: the lease of one that died must run out first. */
const lookingLimit = leaseLife + 3_000
/** How long an ended call stays at hand for late callbacks, ms; after it the journal serves them. */
const afterlife = 60_000
/** What is at the carrier when a call is handed over may take this long to come back, ms. */
const settling = 5_000
/** Between two looks at what somebody else must do first, ms. */
const again = 100

type Holder = { readonly one: LiveCall; readonly holding: Scope }

export class Ownership {
  readonly live = new Map<string, LiveCall>()
  readonly #engine: () => Engine
  readonly #peers: Peers
  readonly #world: Omit<World, 'lost'>
  readonly #adopting = new Map<string, Promise<LiveCall | undefined>>()
  readonly #leaving = new Map<string, Promise<void>>()

  constructor(engine: () => Engine, peers: Peers, world: Omit<World, 'lost'>) {
    this.#engine = engine
    this.#peers = peers
    this.#world = world
  }

  /** A new call: leased before anybody can read of it, so that nobody takes it for forgotten. */
  async start(call: Call): Promise<LiveCall> {
    const { store, node } = this.#engine()
    const lease = await this.#lease(call.plan.id)
    if (!lease) throw new OffhookError('conflict', `Call ${call.plan.id} is another process's already`)
    try {
      await store.calls.create({ ...recordOf(call), owner: node })
    } catch (error) {
      await lease[Symbol.asyncDispose]()
      throw error
    }
    return this.#takeOn(call, lease)
  }

  /** Goes on with a call from its journal. Undefined: another process has it. */
  adopt(id: string): Promise<LiveCall | undefined> {
    const known = this.live.get(id)
    if (known && !this.#leaving.has(id)) return Promise.resolve(known)
    const adoption = this.#adopting.get(id) ?? this.#adopt(id).finally(() => this.#adopting.delete(id))
    this.#adopting.set(id, adoption)
    return adoption
  }

  /** Does any process have it now? */
  async held(id: string): Promise<boolean> {
    return (await this.#engine().coordination.get(leaseOf(id))) !== undefined
  }

  /** Has its owner hand it over. Undefined: it is over. */
  async take(id: string): Promise<LiveCall | undefined> {
    const outcome = await this.#look(id, { type: 'yield' }, (here) => Promise.resolve(here))
    return outcome === 'done' || outcome === 'refused' ? undefined : outcome
  }

  /** Does it here, or has the owner do it. False: the owner cannot. */
  async reach(id: string, request: Exclude<PeerRequest, { type: 'yield' }>): Promise<boolean> {
    const outcome = await this.#look(id, request, async (here) => (await perform(here, request)) ?? 'gone')
    return outcome === 'done' || outcome === true
  }

  /** Here, or at the process that has it, whoever that is by then. Rejects with `overloaded` when there is none for too long. */
  async #look<T>(
    id: string,
    request: PeerRequest,
    use: (here: LiveCall) => Promise<T | 'gone'>,
  ): Promise<T | 'done' | 'refused'> {
    const { clock, ids } = this.#engine()
    const name = ids.id('ask')
    const limit = clock.monotonic() + lookingLimit
    while (clock.monotonic() < limit) {
      const here = await this.adopt(id)
      const outcome = here ? await use(here) : await this.#peers.ask(id, name, request)
      // A call that went meanwhile is looked for anew.
      const settled = outcome !== 'gone' && outcome !== 'busy' && !(outcome === 'done' && request.type === 'yield')
      if (settled) return outcome
    }
    throw new OffhookError('overloaded', `No process answers for call ${id}: try again`)
  }

  async #adopt(id: string): Promise<LiveCall | undefined> {
    await this.#leaving.get(id)
    const lease = await this.#lease(id)
    if (!lease) return undefined
    const { store } = this.#engine()
    try {
      const record = await store.calls.find(id)
      if (!record) throw new OffhookError('call.unknown', `There is no call "${id}"`)
      const one = await this.#takeOn(fold(record, await store.journal.history(id)), lease)
      if (!one.running.ended) await resume(one)
      return one
    } catch (error) {
      await lease[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Ours from here on: leased, listening to its peers, and kept a while after its end. */
  async #takeOn(call: Call, lease: Lease): Promise<LiveCall> {
    const engine = this.#engine()
    const { id } = call.plan
    const recorder = engine.openInputs?.(call)
    const world: World = { ...this.#world, lost: () => this.#giveUp(holder) }
    const one = new LiveCall(engine, call, liveInputs(engine.clock, engine.ids, recorder), world)
    const holding = engine.scope.child(`holding ${id}`)
    const holder: Holder = { one, holding }
    if (recorder) one.running.scope.use(recorder)
    this.live.set(id, one)
    this.#hold(holder, lease)
    one.running.scope.defer(() => this.#retire(holder))
    holding.use(await this.#peers.serve(id, (request) => this.#serve(holder, request)))
    if (one.running.ended) this.#retire(holder)
    return one
  }

  #lease(id: string): Promise<Lease | undefined> {
    const { coordination, node } = this.#engine()
    return coordination.lease(leaseOf(id), node, leaseLife)
  }

  #hold(holder: Holder, lease: Lease): void {
    holder.holding.use(lease)
    const renew = () =>
      void this.#renew(holder).catch((error: unknown) =>
        this.#engine().logger.error('a call could not be given up', { call: holder.one.running.id, error }),
      )
    lease.lost.addEventListener('abort', renew, { once: true })
  }

  /** The lease ran out: taken again when nobody else took it. Without the others' word the call goes on, for its caller's sake. */
  async #renew(holder: Holder): Promise<void> {
    const { clock, logger } = this.#engine()
    const { one, holding } = holder
    while (!holding.closed) {
      const lease = await this.#lease(one.running.id).catch(() => null)
      if (lease) return this.#hold(holder, lease)
      if (lease === undefined) return this.#giveUp(holder)
      logger.warn('the lease of a call is lost and cannot be asked for; the call goes on', { call: one.running.id })
      await sleepOn(clock, 1_000, holding.signal).catch(() => undefined) // the loop sees that it closed
    }
  }

  /** What a peer asks. Rejects, and so leaves it unanswered, when the call is not ours any more. */
  async #serve(holder: Holder, request: PeerRequest): Promise<boolean> {
    const { one } = holder
    if (request.type === 'yield') {
      if (one.running.ended) return false
      await this.#leave(holder, () => this.#handOver(one))
      return true
    }
    const done = await perform(one, request)
    if (done === undefined) throw new OffhookError('call.state', `Call ${one.running.id} went to another process`)
    return done
  }

  /** Another process has it: nothing more is written of it here. */
  #giveUp(holder: Holder): void {
    const { logger, count } = this.#engine()
    const { one } = holder
    if (this.#leaving.has(one.running.id)) return
    count('calls.lost')
    logger.error('a call was taken over by another process; it is given up here', { call: one.running.id })
    one.running.leave()
    this.#leave(holder, () => one.leave()).catch((error: unknown) =>
      logger.error('a call could not be given up in order', { call: one.running.id, error }),
    )
  }

  #leave({ one, holding }: Holder, leave: () => Promise<void>): Promise<void> {
    const { id } = one.running
    const leaving = this.#leaving.get(id) ?? this.#left(id, holding, leave)
    this.#leaving.set(id, leaving)
    return leaving
  }

  /** Free for others once nothing of it is left here. */
  async #left(id: string, holding: Scope, leave: () => Promise<void>): Promise<void> {
    try {
      await leave()
    } finally {
      this.live.delete(id)
      await holding.close()
      this.#leaving.delete(id)
    }
  }

  async #handOver(one: LiveCall): Promise<void> {
    const { clock, logger } = this.#engine()
    const { running } = one
    const limit = clock.monotonic() + settling
    await running.settled()
    while (running.call.pending.length > 0 && clock.monotonic() < limit) await clock.sleep(again)
    await one.leave()
    logger.info('call handed over to another process', { call: running.id })
  }

  /** An ended call leaves after a while; one that came back from the journal only for a late callback likewise. */
  #retire({ one, holding }: Holder): void {
    const { scope, clock } = this.#engine()
    const { id } = one.running
    if (this.live.get(id) !== one || this.#leaving.has(id)) return
    if (scope.closed) return void this.live.delete(id)
    const timer = clock.timer(afterlife, () => {
      this.live.delete(id)
      void holding.close()
      void one.running.scope.close()
    })
    holding.defer(() => timer.cancel())
  }
}

function leaseOf(id: string): string {
  return `owner:${id}`
}

/** Undefined: the call went away under it. */
async function perform(one: LiveCall, request: Exclude<PeerRequest, { type: 'yield' }>): Promise<boolean | undefined> {
  if (request.type === 'play') one.keepSound(request.id, request.sound)
  const event = request.type === 'play' ? playOf(request) : request.event
  await one.post(event)
  return one.running.strayed(event) ? undefined : true
}

function playOf({ id, command, by }: PeerRequest & { type: 'play' }): CallEvent {
  return { type: 'command.requested', id, command, origin: 'api', ...(by ? { by } : {}) }
}
