/**
 * Whose turn it is: calls over a connection with limits wait in a queue and leave it, in order, as lines come free. Of all
 * processes one at a time serves a connection; what it left half done when it died is taken up by the next.
 *
 *   placed ──▶ waiting (record, event, job) ──released──▶ its own life, by whichever process took it
 */
import type { Clock } from '../lib/clock.ts'
import type { Job } from '../store/contract/jobs.ts'
import type { CallRecord } from '../store/contract.ts'
import type { Actor } from '../spec/call.ts'
import { limited, linesOf, type Lines } from '../spec/lines.ts'
import type { Engine } from './engine.ts'
import { advance, isTerminal, type Call } from './machine.ts'
import { entryOf, recordOf } from './project.ts'

/** A process that serves a connection renews this; after its death the next one begins so much later, ms. */
const leaseLife = 10_000
/** Lines are looked at anew this often, ms, should nobody say that one came free. */
const lookEvery = 2_000
/** A job is kept before the record it speaks of: how long that may take to appear, ms. */
const recordLate = 5_000
/** Taken from the queue at once, where no rate holds them back. */
const mostAtOnce = 20

const channel = 'dispatch'

export interface Dispatch {
  /** Records a call that waits for its turn. It is kept when this resolves. */
  wait(call: Call, by?: Actor): Promise<CallRecord>
  /** A line of the connection may have come free, here or elsewhere. */
  freed(connection: string): void
}

export interface OpenDispatch extends Dispatch {
  /** Serves the queues, also those of former processes, until the engine's scope closes. */
  start(): Promise<void>
}

export function openDispatch(engine: () => Engine): OpenDispatch {
  const serving = new Map<string, Bell>()
  const serve = (connection: string): void => {
    const bell = serving.get(connection)
    if (bell) return bell.ring()
    const made = new Bell()
    serving.set(connection, made)
    void serveConnection(engine(), connection, made)
      .catch((error: unknown) => engine().logger.error('the queue of calls stands still', { connection, error }))
      .finally(() => serving.delete(connection))
  }
  const tell = (connection: string): void => {
    serve(connection)
    engine()
      .coordination.publish(channel, connection)
      .catch(() => undefined) // others look for themselves a little later
  }
  return {
    async wait(call, by) {
      const record = await keep(engine(), call, by)
      tell(call.plan.connection)
      return record
    },
    freed(connection) {
      void waitedFor(engine(), connection).then((limits) => limits && tell(connection))
    },
    async start() {
      const { coordination, scope, store, clock, logger } = engine()
      scope.use(await coordination.subscribe(channel, serve))
      void (async () => {
        while (!scope.closed) {
          for (const connection of await store.calls.waitedFor()) serve(connection)
          await clock.sleep(leaseLife / 2, scope.signal)
        }
      })().catch((error: unknown) => {
        if (!scope.closed) logger.error('queued calls are not looked for any more', { error })
      })
    },
  }
}

/** Job first: without it nobody would ever look at the record. */
async function keep({ store, clock }: Engine, call: Call, by: Actor | undefined): Promise<CallRecord> {
  const { id, connection } = call.plan
  const at = clock.now()
  const event = { type: 'call.queued', waiting: true, ...(by ? { by } : {}) } as const
  const waiting = advance(call, event, at).call
  await store.jobs.add(queueOf(connection), [{ data: { call: id } }])
  const record = { ...recordOf(call), waiting: true }
  await store.calls.create(record)
  await store.journal.append(entryOf(call, waiting, event, at))
  return { ...record, startedAt: at }
}

/** Until nobody waits any more. */
async function serveConnection(engine: Engine, connection: string, bell: Bell): Promise<void> {
  const { coordination, store, node, clock, scope } = engine
  const lease = await coordination.lease(`dispatch:${connection}`, node, leaseLife)
  if (!lease) return
  await using _ = lease
  const queue = queueOf(connection)
  await store.jobs.reclaim(queue)
  while (!scope.closed && !lease.lost.aborted) {
    const load = await store.calls.load(connection)
    if (load.waiting === 0) return
    const lines = await linesNow(engine, connection)
    const free = Math.min((lines.maxConcurrentCalls ?? Number.POSITIVE_INFINITY) - load.running, mostAtOnce)
    const taken = free < 1 ? [] : await store.jobs.take(queue, lines.callsPerSecond === undefined ? free : 1)
    for (const job of taken) await release(engine, queue, job)
    if (taken.length === 0) await bell.heard(clock, lookEvery, scope.signal)
    else if (lines.callsPerSecond !== undefined) await clock.sleep(1_000 / lines.callsPerSecond, scope.signal)
  }
}

async function waitedFor(engine: Engine, connection: string): Promise<boolean> {
  const found = await engine.connection(connection).catch(() => undefined) // removed: its calls are let go by the next look
  return found !== undefined && limited(linesOf(found.settings))
}

/** A connection that was removed holds nobody back: its calls end by saying so. */
async function linesNow(engine: Engine, connection: string): Promise<Lines> {
  const found = await engine.store.connections.find(connection)
  return found ? linesOf(found.settings) : {}
}

/** Released twice is released once: the call itself knows. */
async function release(engine: Engine, queue: string, job: Job): Promise<void> {
  const id = String(job.data['call'])
  const record = await recordWhenThere(engine, id)
  if (record?.waiting && !isTerminal(record.status)) {
    const live = await engine.take(id)
    await live?.post({ type: 'call.released' })
  }
  await engine.store.jobs.done(queue, [job.id])
}

async function recordWhenThere({ store, clock, scope }: Engine, id: string): Promise<CallRecord | undefined> {
  const limit = clock.monotonic() + recordLate
  for (;;) {
    const record = await store.calls.find(id)
    if (record || clock.monotonic() > limit) return record
    await clock.sleep(100, scope.signal)
  }
}

function queueOf(connection: string): string {
  return `dial/${connection}`
}

/** Wakes one sleeper; rung while nobody sleeps, it wakes the next one at once. */
class Bell {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  async heard(clock: Clock, atLatest: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung) {
      const rung = new AbortController()
      this.#wake = () => rung.abort()
      await clock.sleep(atLatest, AbortSignal.any([signal, rung.signal])).catch(() => undefined) // rung, or the end
    }
    this.#rung = false
    this.#wake = undefined
  }
}
