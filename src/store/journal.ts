/** Group commit: while one batch is being written the next one gathers; a first event after a pause, or an urgent one, goes at once. */
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/log.ts'
import { OffhookError } from '../spec/errors.ts'
import type { Journaled } from '../spec/event.ts'
import type { Journal, JournalEntry } from './contract.ts'
import { isTransient, revive } from './failure.ts'
import type { JournalRecords, Written } from './surface.ts'

export interface JournalOptions {
  readonly records: JournalRecords
  readonly clock: Clock
  readonly logger: Logger
  /** Entries being written and waiting. Beyond it `append` rejects with `overloaded`. Default 20 000. */
  readonly limit?: number
  /** Most entries of one transaction. Default 256. */
  readonly batch?: number
  /** Least time from one transaction to the next, ms: what comes in between shares the next, unless it is urgent. Default 0. */
  readonly spacing?: number
}

const defaults = { limit: 20_000, batch: 256, spacing: 0 } as const

/** Waits between attempts while the database is out of reach, ms: some 6 s, enough for a restart or a failover. */
const patience = [50, 200, 800, 2000, 3000] as const

interface Waiting {
  readonly entry: JournalEntry
  readonly resolve: (entry: Journaled) => void
  readonly reject: (error: OffhookError) => void
}

export class GroupCommit implements Journal, AsyncDisposable {
  readonly read: Journal['read']
  readonly history: Journal['history']
  readonly after: Journal['after']
  readonly newest: Journal['newest']
  readonly #records: JournalRecords
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #limit: number
  readonly #batch: number
  readonly #spacing: number
  readonly #listeners = new Set<(entry: Journaled) => void>()
  #queue: Waiting[] = []
  #writing = 0
  #flushing: Promise<void> | undefined
  #closed = false
  /** Ends the wait for company. */
  #hurry = new AbortController()
  /** When the latest transaction began, on the clock's monotonic scale. */
  #began = -Infinity
  /** Position listeners have been told of. */
  #told = 0

  constructor(options: JournalOptions) {
    const { records, clock, logger, limit, batch, spacing } = { ...defaults, ...options }
    this.#records = records
    this.#clock = clock
    this.#logger = logger
    this.#limit = limit
    this.#batch = batch
    this.#spacing = spacing
    this.read = records.read
    this.history = records.history
    this.after = records.after
    this.newest = records.newest
  }

  append(entry: JournalEntry, urgent = false): Promise<Journaled> {
    if (this.#closed) return Promise.reject(closedError(entry))
    const waiting = this.#queue.length + this.#writing
    if (waiting >= this.#limit) return Promise.reject(overloaded(entry, waiting))
    return new Promise((resolve, reject) => {
      this.#queue.push({ entry, resolve, reject })
      if (urgent) this.#hurry.abort()
      this.#flushing ??= this.#flush()
    })
  }

  watch(listener: (entry: Journaled) => void): Disposable {
    // Wrapped, so that one function may listen twice.
    const own = (entry: Journaled) => listener(entry)
    this.#listeners.add(own)
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) }
  }

  /** Takes no more; resolves when what it had is durable or refused. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await this.#flushing
    this.#listeners.clear()
  }

  async #flush(): Promise<void> {
    // Appends of the same turn go together.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      await this.#gather()
      const batch = this.#queue.splice(0, this.#batch)
      this.#writing = batch.length
      await this.#write(batch)
      this.#writing = 0
    }
    this.#flushing = undefined
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      const { written, repeated } = await this.#persist(batch.map(({ entry }) => entry))
      batch.forEach((waiting, index) => this.#settle(waiting, written[index]!, repeated))
    } catch (error) {
      const failure = failed(error)
      for (const { entry, reject } of batch) this.#refuse(entry.call, reject, failure)
    }
  }

  /** A transaction costs as much for one entry as for thirty. Nobody waits for more once the journal is closed. */
  async #gather(): Promise<void> {
    const rest = this.#began + this.#spacing - this.#clock.monotonic()
    if (rest > 0 && !this.#closed) await this.#clock.sleep(rest, this.#hurry.signal).catch(() => undefined) // somebody waits: at once
    if (this.#hurry.signal.aborted) this.#hurry = new AbortController()
    this.#began = this.#clock.monotonic()
  }

  /** Repeated when the database could not be reached; a batch that did arrive is known then, and not written twice. */
  async #persist(entries: readonly JournalEntry[]) {
    for (let attempt = 0; ; attempt++) {
      try {
        return { written: await this.#records.write(entries), repeated: attempt > 0 }
      } catch (error) {
        const wait = patience[attempt]
        if (!isTransient(error) || wait === undefined) throw error
        this.#logger.warn(`the journal could not be written; trying again in ${wait} ms`, { error: String(error) })
        await this.#clock.sleep(wait)
      }
    }
  }

  #settle({ entry, resolve, reject }: Waiting, written: Written, repeated: boolean): void {
    switch (written.type) {
      case 'written': {
        const { organization, call, sequence, at, event } = entry
        const durable = { position: written.position, organization, call, sequence, at, event }
        this.#tell(durable)
        return resolve(durable)
      }
      case 'known':
        // Perhaps by our own first attempt, of which nobody has been told.
        if (repeated) this.#tell(written.stored)
        return resolve(written.stored)
      case 'refused':
        return this.#refuse(entry.call, reject, revive(written.failure))
      default:
        written satisfies never
    }
  }

  /** Entries of the same call that wait behind a refused one would leave a gap: they are refused with it. */
  #refuse(call: string, reject: Waiting['reject'], error: OffhookError): void {
    reject(error)
    const behind = this.#queue.filter(({ entry }) => entry.call === call)
    if (behind.length === 0) return
    this.#queue = this.#queue.filter(({ entry }) => entry.call !== call)
    for (const waiting of behind) waiting.reject(error)
  }

  #tell(entry: Journaled): void {
    if (entry.position <= this.#told) return
    this.#told = entry.position
    for (const listener of this.#listeners) {
      try {
        listener(entry)
      } catch (error) {
        this.#logger.error('a journal listener failed', { position: entry.position, error: String(error) })
      }
    }
  }
}

function closedError({ call }: JournalEntry): OffhookError {
  return new OffhookError('store.failed', `an event of ${call} was not written: the journal is closed`, {
    details: { call, transient: false },
  })
}

function overloaded({ call }: JournalEntry, waiting: number): OffhookError {
  return new OffhookError(
    'overloaded',
    `an event of ${call} was not written: ${waiting} wait for the database already`,
    {
      details: { call, waiting },
    },
  )
}

function failed(error: unknown): OffhookError {
  return error instanceof OffhookError
    ? error
    : new OffhookError('store.failed', 'the journal could not be written', { cause: error })
}
