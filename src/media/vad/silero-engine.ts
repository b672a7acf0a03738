/** Silero for many calls: one worker thread, one message under way at a time, everything that waits goes into the next. */
import { Worker } from 'node:worker_threads'
import type { Scope } from '../../lib/scope.ts'
import type { SileroRate } from './silero-model.ts'

/** Chunks of one rate for the worker, in order within each stream. */
export interface SileroRequest {
  readonly rate: SileroRate
  /** The stream of each chunk. */
  readonly streams: Int32Array
  readonly samples: Int16Array<ArrayBuffer>
  /** Streams whose state may be forgotten after these chunks. */
  readonly ended: readonly number[]
}

export interface SileroAnswer {
  readonly rate: SileroRate
  readonly streams: Int32Array
  readonly probabilities: Float32Array
}

/** A network that tells speech from other sound, chunk by chunk, some time later. */
export interface SpeechModel {
  /** `heard` gets each chunk's number, counted from 0, and its probability; skipped chunks are left out. */
  open(rate: SileroRate, heard: (chunk: number, probability: number) => void): ModelStream
}

export interface ModelStream extends Disposable {
  /** One whole chunk (`steps[rate].chunk` samples); it is copied. */
  push(chunk: Int16Array): void
}

export interface SileroStats {
  readonly chunks: number
  readonly messages: number
  /** Chunks waiting or under way. */
  readonly behind: number
  /** Chunks left out because their stream was too far behind. */
  readonly skipped: number
  /** Times the worker died and was started again. */
  readonly restarts: number
}

/** The part of a worker that the engine needs; tests put another in its place. */
export interface WorkerLike {
  postMessage(message: SileroRequest, transfer: ArrayBuffer[]): void
  on(event: 'message', listener: (message: SileroAnswer | 'ready') => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  terminate(): unknown
}

/** Chunks of one stream that may wait, 2 s at 32 ms: older ones are left out, the newest decide. */
const longestQueue = 64
/** A worker that dies this often is left dead; detectors then rely on their gate. */
const mostRestarts = 5

interface Stream {
  readonly heard: (chunk: number, probability: number) => void
  /** The number of the next chunk pushed, and of those under way, oldest first. */
  next: number
  underWay: number[]
}

interface Waiting {
  readonly stream: number
  readonly chunk: number
  readonly samples: Int16Array
}

interface Outbox {
  waiting: Waiting[]
  ended: number[]
}

export class SileroEngine implements SpeechModel {
  readonly #spawn: () => WorkerLike
  readonly #streams = new Map<number, Stream>()
  readonly #outboxes: Record<SileroRate, Outbox> = {
    8000: { waiting: [], ended: [] },
    16000: { waiting: [], ended: [] },
  }
  #worker: WorkerLike
  #count = 0
  #busy = true
  #closed = false
  #underWay = 0
  #stats = { chunks: 0, messages: 0, skipped: 0, restarts: 0 }
  readonly #ready = Promise.withResolvers<void>()

  /** Resolves when the model is loaded (about half a second); rejects when it cannot be. */
  static async start(scope: Scope, spawn: () => WorkerLike = spawnWorker): Promise<SileroEngine> {
    const engine = new SileroEngine(spawn)
    scope.defer(() => engine.#close())
    await engine.#ready.promise
    return engine
  }

  private constructor(spawn: () => WorkerLike) {
    this.#spawn = spawn
    this.#worker = this.#start()
  }

  get stats(): SileroStats {
    const waiting = this.#outboxes[8000].waiting.length + this.#outboxes[16000].waiting.length
    return { ...this.#stats, behind: waiting + this.#underWay }
  }

  open(rate: SileroRate, heard: (chunk: number, probability: number) => void): ModelStream {
    const id = ++this.#count
    const stream: Stream = { heard, next: 0, underWay: [] }
    this.#streams.set(id, stream)
    return {
      push: (samples) => {
        if (!this.#streams.has(id)) return
        this.#queue(rate, { stream: id, chunk: stream.next++, samples: samples.slice() })
        this.#send()
      },
      [Symbol.dispose]: () => {
        if (!this.#streams.delete(id)) return
        const outbox = this.#outboxes[rate]
        outbox.waiting = outbox.waiting.filter((one) => one.stream !== id)
        outbox.ended.push(id)
      },
    }
  }

  #queue(rate: SileroRate, waiting: Waiting): void {
    const outbox = this.#outboxes[rate]
    outbox.waiting.push(waiting)
    // Only a stream that is far behind can have that many in a list this long.
    if (outbox.waiting.length <= longestQueue) return
    const own = outbox.waiting.filter((one) => one.stream === waiting.stream)
    if (own.length <= longestQueue) return
    outbox.waiting.splice(outbox.waiting.indexOf(own[0]!), 1)
    this.#stats.skipped++
  }

  #send(): void {
    if (this.#busy || this.#closed) return
    for (const rate of [8000, 16000] as const) {
      const outbox = this.#outboxes[rate]
      if (outbox.waiting.length === 0) continue
      this.#busy = true
      this.#post(rate, outbox)
      return
    }
  }

  #post(rate: SileroRate, { waiting, ended }: Outbox): void {
    const chunk = waiting[0]!.samples.length
    const samples = new Int16Array(waiting.length * chunk)
    for (const [index, one] of waiting.entries()) {
      samples.set(one.samples, index * chunk)
      this.#streams.get(one.stream)?.underWay.push(one.chunk)
    }
    const streams = Int32Array.from(waiting, ({ stream }) => stream)
    this.#outboxes[rate] = { waiting: [], ended: [] }
    this.#underWay = waiting.length
    this.#stats.chunks += waiting.length
    this.#stats.messages++
    this.#worker.postMessage({ rate, streams, samples, ended }, [samples.buffer])
  }

  #answered({ streams, probabilities }: SileroAnswer): void {
    this.#busy = false
    this.#underWay = 0
    for (const [index, id] of streams.entries()) {
      const stream = this.#streams.get(id)
      const chunk = stream?.underWay.shift()
      if (stream && chunk !== undefined) stream.heard(chunk, probabilities[index]!)
    }
    this.#send()
  }

  #start(): WorkerLike {
    const worker = this.#spawn()
    worker.on('message', (message) => {
      if (message !== 'ready') return this.#answered(message)
      this.#busy = false
      this.#ready.resolve()
      this.#send()
    })
    worker.on('error', (error) => this.#died(error))
    return worker
  }

  /** What was under way is lost to the dead worker: its streams go on with what follows. */
  #died(error: unknown): void {
    this.#ready.reject(error)
    this.#busy = true
    this.#underWay = 0
    for (const stream of this.#streams.values()) stream.underWay = []
    // Its memory of the streams died with it.
    for (const outbox of Object.values(this.#outboxes)) outbox.ended = []
    if (this.#closed || this.#stats.restarts >= mostRestarts) return
    this.#stats.restarts++
    this.#worker = this.#start()
  }

  async #close(): Promise<void> {
    this.#closed = true
    this.#streams.clear()
    await this.#worker.terminate()
  }
}

function spawnWorker(): WorkerLike {
  // Beside this file, with its ending: `.ts` here, `.js` when built.
  const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
  return new Worker(new URL(`./silero-worker${ending}`, import.meta.url))
}
