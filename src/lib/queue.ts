/** Bounded waiting: values that wait for a reader, and tasks that wait for their turn. */
import { LibError } from './failure.ts'

export interface BoundedQueueOptions<T> {
  readonly limit: number
  /** When full: lose the oldest to take the newest, or refuse the newest. */
  readonly policy: 'drop-oldest' | 'refuse'
  /** Told of every value that is lost. */
  readonly onDrop?: (item: T) => void
}

export class BoundedQueue<T> {
  readonly limit: number
  readonly #policy: 'drop-oldest' | 'refuse'
  readonly #onDrop: ((item: T) => void) | undefined
  #items: T[] = []
  #head = 0
  #dropped = 0

  constructor(options: BoundedQueueOptions<T>) {
    if (!(options.limit >= 1)) throw new LibError('setting.invalid', `queue limit ${options.limit} must be at least 1`)
    this.limit = options.limit
    this.#policy = options.policy
    this.#onDrop = options.onDrop
  }

  get length(): number {
    return this.#items.length - this.#head
  }

  /** Values lost so far: dropped or refused, not cleared. */
  get dropped(): number {
    return this.#dropped
  }

  /** False when `item` was refused. */
  push(item: T): boolean {
    if (this.length >= this.limit) {
      this.#dropped++
      const refused = this.#policy === 'refuse'
      this.#onDrop?.(refused ? item : this.#take())
      if (refused) return false
    }
    this.#items.push(item)
    return true
  }

  shift(): T | undefined {
    return this.length > 0 ? this.#take() : undefined
  }

  peek(): T | undefined {
    return this.#items[this.#head]
  }

  /** Empties the queue and returns what was in it, oldest first. */
  clear(): T[] {
    const items = this.#items.slice(this.#head)
    this.#items = []
    this.#head = 0
    return items
  }

  #take(): T {
    const item = this.#items[this.#head]!
    this.#head++
    // Compacting only when half is spent keeps each take O(1) on average.
    if (this.#head === this.#items.length || (this.#head >= 32 && this.#head * 2 >= this.#items.length)) {
      this.#items.splice(0, this.#head)
      this.#head = 0
    }
    return item
  }
}

export interface SerialOptions {
  /** Tasks running and waiting (per key for `KeyedSerial`). Default 1000. */
  readonly limit?: number
  /** Named in refusals. */
  readonly name?: string
}

const defaults = { limit: 1000, name: 'queue' } as const satisfies SerialOptions

/** One task at a time, in the order given. A task that awaits a later task of its own queue waits for ever. */
export class SerialQueue implements AsyncDisposable {
  readonly #limit: number
  readonly #name: string
  #tail: Promise<void> = Promise.resolve()
  #length = 0
  #closed = false

  constructor(options: SerialOptions = {}) {
    const { limit, name } = { ...defaults, ...options }
    this.#limit = limit
    this.#name = name
  }

  /** Tasks running and waiting. */
  get length(): number {
    return this.#length
  }

  /** Settles as the task does. Rejects with `queue.full` or `queue.closed` when the task was not taken. */
  run<T>(task: () => T | Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(closedError(this.#name))
    if (this.#length >= this.#limit) return Promise.reject(fullError(this.#name, this.#limit))
    this.#length++
    const result = this.#tail.then(task)
    const leave = () => void this.#length--
    this.#tail = result.then(leave, leave)
    return result
  }

  /** Resolves when everything given so far has settled. */
  drained(): Promise<void> {
    return this.#tail
  }

  /** Takes no more tasks and waits for those it has. Their errors went to their callers. */
  close(): Promise<void> {
    this.#closed = true
    return this.drained()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** A serial queue per key, which exists only while it has something to do. */
export class KeyedSerial<K = string> implements AsyncDisposable {
  readonly #options: SerialOptions
  readonly #queues = new Map<K, SerialQueue>()
  #closed = false

  constructor(options: SerialOptions = {}) {
    this.#options = options
  }

  /** Keys with tasks running or waiting. */
  get keys(): number {
    return this.#queues.size
  }

  /** Tasks of one key running and waiting. */
  length(key: K): number {
    return this.#queues.get(key)?.length ?? 0
  }

  /** Like `SerialQueue.run`, one after the other within `key`, side by side between keys. */
  async run<T>(key: K, task: () => T | Promise<T>): Promise<T> {
    if (this.#closed) throw closedError(this.#nameOf(key))
    const queue = this.#queues.get(key) ?? new SerialQueue({ ...this.#options, name: this.#nameOf(key) })
    this.#queues.set(key, queue)
    try {
      return await queue.run(task)
    } finally {
      if (queue.length === 0 && this.#queues.get(key) === queue) this.#queues.delete(key)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(Array.from(this.#queues.values(), (queue) => queue.drained()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #nameOf(key: K): string {
    return `${this.#options.name ?? defaults.name} ${String(key)}`
  }
}

function fullError(name: string, limit: number): LibError {
  return new LibError('queue.full', `${name} is full: ${limit} tasks wait; try again when some are done`)
}

function closedError(name: string): LibError {
  return new LibError('queue.closed', `${name} is closed and takes no more tasks`)
}
