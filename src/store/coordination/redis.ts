/** Coordination between processes, by a Redis or Valkey server. */
import { Redis } from 'ioredis'
import type { RedisOptions as ConnectionOptions } from 'ioredis'
import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import type { Logger } from '../../lib/log.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Coordination, Lease } from '../contract.ts'
import { Leases } from './lease.ts'
import type { LeaseKeeper } from './lease.ts'

export interface RedisOptions {
  readonly url: string
  readonly clock: Clock
  readonly ids: Pick<Ids, 'fraction'>
  readonly logger: Logger
  /** Longest wait for an answer, reconnecting included, ms. Default 3000. */
  readonly timeout?: number
  /** Before every key and channel. Default `offhook:`. */
  readonly prefix?: string
}

/** Each is one step on the server; KEYS[1] is the key. */
const scripts = {
  take: `local value = redis.call('get', KEYS[1])
    if value then redis.call('del', KEYS[1]) end
    return value`,
  swap: `if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
    redis.call('set', KEYS[1], ARGV[2], 'px', ARGV[3])
    return 1`,
  count: `local count = redis.call('incr', KEYS[1])
    if count == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end
    return count`,
  acquire: `local held = redis.call('get', KEYS[1])
    if held and held ~= ARGV[1] then return 0 end
    redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
    return 1`,
  release: `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end
    return 0`,
} as const

type Listener = (message: string) => void

export class RedisCoordination implements Coordination {
  readonly #logger: Logger
  readonly #prefix: string
  readonly #commands: Redis
  readonly #subscriber: Redis
  readonly #channels = new Map<string, Set<Listener>>()
  readonly #leases: Leases
  #closing: Promise<void> | undefined

  constructor({ url, clock, ids, logger, timeout = 3000, prefix = 'offhook:' }: RedisOptions) {
    this.#logger = logger
    this.#prefix = prefix
    this.#leases = new Leases({ keeper: this.#keeper, clock, logger })
    const options = {
      commandTimeout: timeout,
      connectTimeout: timeout,
      // The command's own timeout says when to give up, not a count of reconnects.
      maxRetriesPerRequest: null,
      retryStrategy: (times: number) => (0.5 + ids.fraction() / 2) * Math.min(2000, 50 * 2 ** Math.min(times, 6)),
    }
    this.#commands = this.#connect(url, { ...options, connectionName: 'offhook' })
    this.#subscriber = this.#connect(url, { ...options, connectionName: 'offhook-subscriber' })
    this.#subscriber.on('message', (channel: string, message: string) => this.#hear(channel, message))
  }

  async claim(key: string, value: string, ttl: number): Promise<boolean> {
    return (await this.#ask('claim', (redis) => redis.set(this.#key(key), value, 'PX', whole(ttl), 'NX'))) === 'OK'
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#ask('get', (redis) => redis.get(this.#key(key)))) ?? undefined
  }

  async set(key: string, value: string, ttl: number): Promise<void> {
    await this.#ask('set', (redis) => redis.set(this.#key(key), value, 'PX', whole(ttl)))
  }

  async take(key: string): Promise<string | undefined> {
    const value = await this.#run('take', key)
    return typeof value === 'string' ? value : undefined
  }

  async swap(key: string, expected: string, value: string, ttl: number): Promise<boolean> {
    return (await this.#run('swap', key, expected, value, whole(ttl))) === 1
  }

  async remove(key: string): Promise<void> {
    await this.#ask('remove', (redis) => redis.del(this.#key(key)))
  }

  async count(key: string, window: number): Promise<number> {
    return Number(await this.#run('count', key, whole(window)))
  }

  lease(key: string, holder: string, ttl: number): Promise<Lease | undefined> {
    return this.#leases.take({ key, holder, ttl })
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.#ask('publish', (redis) => redis.publish(this.#key(channel), message))
  }

  async subscribe(channel: string, listener: Listener): Promise<AsyncDisposable> {
    const own = (message: string) => listener(message)
    const name = this.#key(channel)
    const listeners = this.#channels.get(name) ?? new Set()
    this.#channels.set(name, listeners.add(own))
    // Also for the second listener: it may have come before the first one's subscription was confirmed.
    await this.#guard('subscribe', this.#subscriber.subscribe(name))
    return { [Symbol.asyncDispose]: () => this.#unsubscribe(name, listeners, own) }
  }

  /** Releases what it holds. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  readonly #keeper: LeaseKeeper = {
    acquire: async (key, holder, ttl) => (await this.#run('acquire', key, holder, whole(ttl))) === 1,
    renew: (key, holder, ttl) => this.swap(key, holder, holder, ttl),
    release: async (key, holder) => void (await this.#run('release', key, holder)),
  }

  async #close(): Promise<void> {
    await this.#leases[Symbol.asyncDispose]()
    this.#channels.clear()
    this.#commands.disconnect()
    this.#subscriber.disconnect()
  }

  #connect(url: string, options: ConnectionOptions): Redis {
    const redis = new Redis(url, options)
    let down = false
    redis.on('error', (error: Error) => {
      // Once per outage, not once per attempt.
      if (!down) this.#logger.warn(`redis is out of reach: ${reasonOf(error)}; reconnecting`)
      down = true
    })
    redis.on('ready', () => {
      if (down) this.#logger.info('redis is back')
      down = false
    })
    return redis
  }

  #run(script: keyof typeof scripts, key: string, ...values: (string | number)[]): Promise<unknown> {
    return this.#ask(script, (redis) => redis.eval(scripts[script], 1, this.#key(key), ...values))
  }

  #ask<T>(what: string, command: (redis: Redis) => Promise<T>): Promise<T> {
    return this.#guard(what, command(this.#commands))
  }

  async #guard<T>(what: string, answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (cause) {
      const message = `redis did not ${what} (${reasonOf(cause)}): check REDIS_URL and that the server runs`
      throw new OffhookError('store.failed', message, {
        details: { transient: true },
        cause: new Error(reasonOf(cause)),
      })
    }
  }

  #key(name: string): string {
    return this.#prefix + name
  }

  #hear(channel: string, message: string): void {
    for (const listener of this.#channels.get(channel) ?? []) {
      try {
        listener(message)
      } catch (error) {
        this.#logger.error(`a listener of ${channel} failed`, { error: String(error) })
      }
    }
  }

  async #unsubscribe(name: string, listeners: Set<Listener>, own: Listener): Promise<void> {
    listeners.delete(own)
    if (listeners.size > 0 || this.#channels.get(name) !== listeners) return
    this.#channels.delete(name)
    if (!this.#closing) await this.#guard('unsubscribe', this.#subscriber.unsubscribe(name))
  }
}

/** Redis takes whole milliseconds, at least one. */
function whole(ttl: number): number {
  return Math.max(1, Math.ceil(ttl))
}

/** Without the URL and the command's values. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
