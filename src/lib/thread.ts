/** One worker thread behind a bounded queue: started when first needed, replaced after a crash, closed with its scope. */
import { Worker } from 'node:worker_threads'
import type { Transferable } from 'node:worker_threads'
import type { Clock, Timer } from './clock.ts'
import { BoundedQueue } from './queue.ts'
import type { Scope } from './scope.ts'

/** `refused`: this request alone failed; `unavailable`: the worker is gone or hangs; `overloaded`: too many requests wait. */
export type ThreadFault = 'refused' | 'unavailable' | 'overloaded'

export interface ThreadOptions {
  /** For messages: "The local speaker". */
  readonly name: string
  readonly entry: URL
  /** Requests that may wait; more are refused as `overloaded`. */
  readonly limit: number
  /** Longest time for one request, loading included, ms. After it the worker counts as hung and is replaced. */
  readonly deadline: number
  /** Makes the error that a request is rejected with, in the caller's own words. */
  readonly error: (fault: ThreadFault, message: string, cause?: unknown) => Error
}

/** What a worker posts: exactly one answer per request, in their order. */
export type Answer<A> =
  | { readonly type: 'done'; readonly reply: A }
  /** This request failed; the worker is well. */
  | { readonly type: 'refused'; readonly message: string }

interface Job<Q, A> {
  readonly request: Q
  readonly transfer: readonly Transferable[]
  readonly resolve: (reply: A) => void
  readonly reject: (error: unknown) => void
  /** Settled before its turn, by its signal: skipped, or its answer ignored. */
  readonly given: { up: boolean }
}

export class Thread<Q, A> {
  readonly #options: ThreadOptions
  readonly #clock: Clock
  readonly #scope: Scope
  readonly #waiting: BoundedQueue<Job<Q, A>>
  #worker: Worker | undefined
  #current: Job<Q, A> | undefined
  #timer: Timer | undefined

  constructor(scope: Scope, clock: Clock, options: ThreadOptions) {
    this.#options = options
    this.#clock = clock
    this.#scope = scope
    this.#waiting = new BoundedQueue({ limit: options.limit, policy: 'refuse' })
    scope.defer(() => this.#drop(this.#unavailable('was closed')))
  }

  /** Loads ahead of the first request. A failure shows there. */
  start(): void {
    if (this.#scope.closed) return
    this.#worker ??= this.#launch()
  }

  /** Rejects with the error of `ThreadOptions`, or with the signal's reason as soon as it aborts. `transfer` is gone from here. */
  ask(request: Q, signal?: AbortSignal, transfer: readonly Transferable[] = []): Promise<A> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#scope.closed) return Promise.reject(this.#unavailable('is closed'))
    return new Promise<A>((resolve, reject) => {
      const given = { up: false }
      const abort = () => {
        given.up = true
        reject(signal?.reason)
      }
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener('abort', abort)
          settle(value)
        }
      const job = { request, transfer, resolve: settled(resolve), reject: settled(reject), given }
      if (!this.#waiting.push(job)) return reject(this.#overloaded())
      signal?.addEventListener('abort', abort, { once: true })
      this.#next()
    })
  }

  #next(): void {
    while (!this.#current) {
      const job = this.#waiting.shift()
      if (!job) return
      if (job.given.up) continue
      this.#current = job
      this.#worker ??= this.#launch()
      this.#worker.postMessage(job.request, job.transfer)
      const { deadline } = this.#options
      this.#timer = this.#clock.timer(deadline, () => void this.#drop(this.#unavailable(`hung for ${deadline} ms`)))
    }
  }

  #launch(): Worker {
    // No environment and no flags: nothing in there needs the process's secrets.
    const worker = new Worker(this.#options.entry, { name: this.#options.name, env: {}, execArgv: [] })
    const lost = (cause: unknown) => {
      if (this.#worker !== worker) return
      const why = cause instanceof Error ? cause.message : String(cause)
      void this.#drop(this.#unavailable(`stopped: ${why}`, cause))
    }
    worker.on('message', (answer: Answer<A>) => this.#answered(worker, answer))
    worker.on('messageerror', lost)
    worker.on('error', lost)
    worker.on('exit', (code) => lost(new Error(`its thread ended with code ${code}`)))
    return worker
  }

  #answered(worker: Worker, answer: Answer<A>): void {
    if (this.#worker !== worker) return
    const job = this.#current
    this.#current = undefined
    this.#timer?.cancel()
    if (answer.type === 'done') job?.resolve(answer.reply)
    else job?.reject(this.#options.error('refused', `${this.#options.name} failed: ${answer.message}`))
    this.#next()
  }

  /** Gives up the worker and everything that waits for it; the next request starts another. */
  async #drop(error: Error): Promise<void> {
    const worker = this.#worker
    const jobs = [...(this.#current ? [this.#current] : []), ...this.#waiting.clear()]
    this.#worker = undefined
    this.#current = undefined
    this.#timer?.cancel()
    for (const job of jobs) job.reject(error)
    await worker?.terminate()
  }

  #unavailable(what: string, cause?: unknown): Error {
    return this.#options.error('unavailable', `${this.#options.name} ${what}`, cause)
  }

  #overloaded(): Error {
    const { name, limit, error } = this.#options
    return error('overloaded', `${name} has ${limit} requests waiting; try again when some are done`)
  }
}

/** The worker's file beside `from`: `.ts` in a checkout, `.js` in a build. */
export function workerBeside(from: string, name = 'worker'): URL {
  return new URL(`./${name}${from.endsWith('.ts') ? '.ts' : '.js'}`, from)
}
