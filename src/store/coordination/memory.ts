/** Coordination within one process: a bounded table of values that expire. */
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Logger } from '../../lib/log.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Coordination, Lease } from '../contract.ts'
import { Leases } from './lease.ts'
import type { LeaseKeeper } from './lease.ts'

export interface MemoryOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** Keys held at a time. Default 200 000. */
  readonly limit?: number
}

interface Entry {
  readonly value: string
  readonly until: number
}

const standardLimit = 200_000
/** How often what has expired is thrown out, ms. */
const sweepEvery = 30_000

export class MemoryCoordination implements Coordination {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #limit: number
  readonly #entries = new Map<string, Entry>()
  readonly #channels = new Map<string, Set<(message: string) => void>>()
  readonly #leases: Leases
  #sweep: Timer | undefined
  #closed = false

  constructor({ clock, logger, limit = standardLimit }: MemoryOptions) {
    this.#clock = clock
    this.#logger = logger
    this.#limit = limit
    this.#leases = new Leases({ keeper: this.#keeper, clock, logger })
  }

  /** Keys held, expired ones not yet swept included. */
  get size(): number {
    return this.#entries.size
  }

  async claim(key: string, value: string, ttl: number): Promise<boolean> {
    if (this.#read(key) !== undefined) return false
    this.#write(key, value, ttl)
    return true
  }

  async get(key: string): Promise<string | undefined> {
    return this.#read(key)
  }

  async set(key: string, value: string, ttl: number): Promise<void> {
    this.#write(key, value, ttl)
  }

  async take(key: string): Promise<string | undefined> {
    const value = this.#read(key)
    this.#entries.delete(key)
    return value
  }

  async swap(key: string, expected: string, value: string, ttl: number): Promise<boolean> {
    if (this.#read(key) !== expected) return false
    this.#write(key, value, ttl)
    return true
  }

  async remove(key: string): Promise<void> {
    this.#entries.delete(key)
  }

  async count(key: string, window: number): Promise<number> {
    const entry = this.#entry(key)
    const count = Number(entry?.value ?? 0) + 1
    this.#write(key, String(count), entry ? entry.until - this.#clock.monotonic() : window)
    return count
  }

  lease(key: string, holder: string, ttl: number): Promise<Lease | undefined> {
    return this.#leases.take({ key, holder, ttl })
  }

  async publish(channel: string, message: string): Promise<void> {
    const listeners = [...(this.#channels.get(channel) ?? [])]
    // Never within the publisher's call: with Redis it could not be either.
    queueMicrotask(() => listeners.forEach((listener) => this.#tell(listener, channel, message)))
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<AsyncDisposable> {
    const own = (message: string) => listener(message)
    const listeners = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, listeners.add(own))
    return {
      [Symbol.asyncDispose]: async () => {
        listeners.delete(own)
        if (listeners.size === 0 && this.#channels.get(channel) === listeners) this.#channels.delete(channel)
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await this.#leases[Symbol.asyncDispose]()
    this.#sweep?.cancel()
    this.#entries.clear()
    this.#channels.clear()
  }

  readonly #keeper: LeaseKeeper = {
    acquire: async (key, holder, ttl) => (await this.claim(key, holder, ttl)) || this.swap(key, holder, holder, ttl),
    renew: (key, holder, ttl) => this.swap(key, holder, holder, ttl),
    release: async (key, holder) => {
      if (this.#read(key) === holder) this.#entries.delete(key)
    },
  }

  #entry(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (!entry || entry.until > this.#clock.monotonic()) return entry
    this.#entries.delete(key)
    return undefined
  }

  #read(key: string): string | undefined {
    return this.#entry(key)?.value
  }

  #write(key: string, value: string, ttl: number): void {
    if (this.#closed) throw new OffhookError('store.failed', `${key} was not kept: the coordination is closed`)
    if (!this.#entries.has(key) && this.#entries.size >= this.#limit) this.#makeRoom(key)
    this.#entries.set(key, { value, until: this.#clock.monotonic() + ttl })
    this.#sweep ??= this.#clock.timer(sweepEvery, () => this.#sweepLater())
  }

  #makeRoom(key: string): void {
    this.#dropExpired()
    if (this.#entries.size < this.#limit) return
    throw new OffhookError('overloaded', `${key} was not kept: ${this.#limit} keys are held already`)
  }

  #sweepLater(): void {
    this.#dropExpired()
    this.#sweep = this.#entries.size > 0 ? this.#clock.timer(sweepEvery, () => this.#sweepLater()) : undefined
  }

  #dropExpired(): void {
    const now = this.#clock.monotonic()
    for (const [key, { until }] of this.#entries) if (until <= now) this.#entries.delete(key)
  }

  #tell(listener: (message: string) => void, channel: string, message: string): void {
    try {
      listener(message)
    } catch (error) {
      this.#logger.error(`a listener of ${channel} failed`, { error: String(error) })
    }
  }
}
