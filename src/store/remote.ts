/** The store's thread as seen from the caller's: requests out, answers in, and an end that is always told. */
import { Worker } from 'node:worker_threads'
import type { Logger } from '../lib/log.ts'
import { OffhookError } from '../spec/errors.ts'
import { revive } from './failure.ts'
import type { Call } from './surface.ts'
import type { Answer, FromStore, Request, Start, ToStore } from './wire.ts'

export interface Remote extends AsyncDisposable {
  readonly call: Call
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: OffhookError) => void
}

/** Requests that may wait for answers; the journal, which has its own bound, counts as one. */
const limit = 10_000

/** Run from sources it is .ts, built it is .js; so is this file. */
const entry = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

/** Resolves when the database is open and up to date; rejects with what kept it from it. */
export async function openRemote(start: Start, logger: Logger): Promise<Remote> {
  const worker = new Worker(entry, { workerData: start, name: 'store', execArgv: [] })
  const remote = new WorkerRemote(worker, logger)
  try {
    await remote.ready
    return remote
  } catch (error) {
    await worker.terminate()
    await remote.exit
    throw error
  }
}

class WorkerRemote implements Remote {
  readonly ready: Promise<void>
  readonly exit: Promise<void>
  readonly #worker: Worker
  readonly #logger: Logger
  readonly #waiting = new Map<number, Waiting>()
  readonly #exit = Promise.withResolvers<void>()
  /** Resolved when closing has begun and nothing is under way any more. */
  readonly #idle = Promise.withResolvers<void>()
  readonly #ready = Promise.withResolvers<void>()
  #unsent: Request[] = []
  #lastId = 0
  #opened = false
  #gone: OffhookError | undefined
  #closing: Promise<void> | undefined
  #closeFailure: OffhookError | undefined

  constructor(worker: Worker, logger: Logger) {
    this.#worker = worker
    this.#logger = logger
    this.ready = this.#ready.promise
    this.exit = this.#exit.promise
    worker.on('message', (message: FromStore) => this.#hear(message))
    worker.on('error', (error: unknown) => this.#end(broken(error)))
    worker.on('exit', () => {
      this.#end(broken(undefined))
      this.#exit.resolve()
    })
  }

  readonly call: Call = (room, method, values) => {
    if (this.#gone) return Promise.reject(this.#gone)
    if (this.#closing)
      return Promise.reject(new OffhookError('store.failed', 'the store is closed', { details: final }))
    if (this.#waiting.size >= limit) return Promise.reject(overloaded(this.#waiting.size))
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      this.#waiting.set(id, { resolve, reject })
      if (this.#unsent.push({ id, room, method, values }) === 1) queueMicrotask(() => this.#send())
    })
  };

  /** What was asked before is still done. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (this.#waiting.size > 0) await this.#idle.promise
    if (!this.#gone) this.#post({ type: 'close' })
    await this.exit
    if (this.#closeFailure) throw this.#closeFailure
  }

  #send(): void {
    const requests = this.#unsent
    this.#unsent = []
    try {
      this.#post({ type: 'requests', requests })
    } catch {
      // One of them holds what cannot be copied (a function): alone, it fails alone.
      for (const request of requests) this.#sendAlone(request)
    }
  }

  #sendAlone(request: Request): void {
    try {
      this.#post({ type: 'requests', requests: [request] })
    } catch (cause) {
      const message = `${request.room}.${request.method} was given values that are no plain data`
      this.#settle(request.id, (waiting) => waiting.reject(new OffhookError('internal', message, { cause })))
    }
  }

  #post(message: ToStore): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
    this.#worker.postMessage(message)
  }

  #hear(message: FromStore): void {
    switch (message.type) {
      case 'ready':
        this.#opened = true
        return this.#ready.resolve()
      case 'unable':
        return this.#ready.reject(revive(message.failure))
      case 'answers':
        return message.answers.forEach((answer) => this.#answered(answer))
      case 'warning':
        return this.#logger.warn(message.message)
      case 'closed':
        if (message.failure) this.#closeFailure = revive(message.failure)
        return
      default:
        message satisfies never
    }
  }

  #answered(answer: Answer): void {
    this.#settle(answer.id, ({ resolve, reject }) =>
      answer.ok ? resolve(answer.value) : reject(revive(answer.failure)),
    )
  }

  #settle(id: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (waiting) settle(waiting)
    if (this.#closing && this.#waiting.size === 0) this.#idle.resolve()
  }

  /** The thread is no more: nobody waits for it in vain. */
  #end(error: OffhookError): void {
    if (this.#gone) return
    this.#gone = error
    if (this.#opened && !this.#closing) this.#logger.error(error.message, { cause: String(error.cause) })
    this.#ready.reject(error)
    for (const id of this.#waiting.keys()) this.#settle(id, ({ reject }) => reject(error))
  }
}

/** Trying again in this process cannot help. */
const final = { transient: false } as const

function broken(cause: unknown): OffhookError {
  return new OffhookError('store.failed', "the store's thread ended unexpectedly: restart Offhook", {
    cause,
    details: final,
  })
}

function overloaded(count: number): OffhookError {
  return new OffhookError('overloaded', `${count} requests wait for the database: try again when it has caught up`)
}
