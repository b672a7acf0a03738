/** Leases over any coordination: renewed in time, given up when they could not be. */
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Logger } from '../../lib/log.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Lease } from '../contract.ts'

/** What a coordination must do in one step each. */
export interface LeaseKeeper {
  /** Takes the key if it is free or already the holder's. */
  acquire(key: string, holder: string, ttl: number): Promise<boolean>
  /** Only while it is the holder's. */
  renew(key: string, holder: string, ttl: number): Promise<boolean>
  release(key: string, holder: string): Promise<void>
}

export interface LeaseRequest {
  readonly key: string
  readonly holder: string
  readonly ttl: number
}

export interface LeaseHouse {
  readonly keeper: LeaseKeeper
  readonly clock: Clock
  readonly logger: Logger
}

/** The leases a coordination has given out and that are neither released nor lost. */
export class Leases implements AsyncDisposable {
  readonly #house: LeaseHouse
  readonly #held = new Set<HeldLease>()

  constructor(house: LeaseHouse) {
    this.#house = house
  }

  get size(): number {
    return this.#held.size
  }

  async take(request: LeaseRequest): Promise<Lease | undefined> {
    const { key, holder, ttl } = request
    // Counted from before the request: the server's clock may have started anywhere between it and the answer.
    const asked = this.#house.clock.monotonic()
    if (!(await this.#house.keeper.acquire(key, holder, ttl))) return undefined
    const lease = new HeldLease(this.#house, request, { asked, ended: () => void this.#held.delete(lease) })
    this.#held.add(lease)
    return lease
  }

  /** Releases them all. One that cannot be runs out by itself: its next holder waits a little longer. */
  async [Symbol.asyncDispose](): Promise<void> {
    const released = await Promise.allSettled(Array.from(this.#held, (lease) => lease[Symbol.asyncDispose]()))
    for (const result of released) {
      if (result.status === 'rejected')
        this.#house.logger.warn('a lease could not be released', { error: String(result.reason) })
    }
  }
}

class HeldLease implements Lease {
  readonly #house: LeaseHouse
  readonly #request: LeaseRequest
  readonly #controller = new AbortController()
  readonly #ended: () => void
  #renewed: number
  #timer: Timer
  #released: Promise<void> | undefined

  constructor(
    house: LeaseHouse,
    request: LeaseRequest,
    { asked, ended }: { readonly asked: number; readonly ended: () => void },
  ) {
    this.#ended = ended
    this.#house = house
    this.#request = request
    this.#renewed = asked
    this.#timer = this.#schedule()
  }

  get lost(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#released ??= this.#release()
    return this.#released
  }

  /** Three chances within each ttl, and the last one early enough that nobody else can hold it when we notice. */
  #schedule(): Timer {
    const { clock } = this.#house
    const left = this.#renewed + this.#request.ttl - clock.monotonic()
    return clock.timer(Math.max(1, Math.min(this.#request.ttl / 3, left)), () => void this.#renew())
  }

  async #renew(): Promise<void> {
    const { keeper, clock, logger } = this.#house
    const { key, holder, ttl } = this.#request
    const asked = clock.monotonic()
    if (asked - this.#renewed >= ttl) return this.#lose('it could not be renewed in time')
    // The answer may never come: the deadline stands meanwhile.
    this.#timer = clock.timer(this.#renewed + ttl - asked, () => this.#lose('it could not be renewed in time'))
    try {
      const kept = await keeper.renew(key, holder, ttl)
      if (this.#released || this.lost.aborted) return
      if (!kept) return this.#lose('another process holds it')
      this.#renewed = asked
    } catch (error) {
      if (this.#released || this.lost.aborted) return
      logger.warn(`lease ${key} could not be renewed; trying again`, { error: String(error) })
    }
    this.#timer.cancel()
    this.#timer = this.#schedule()
  }

  #lose(why: string): void {
    this.#timer.cancel()
    if (this.#released) return
    this.#ended()
    this.#controller.abort(new OffhookError('conflict', `lease ${this.#request.key} is lost: ${why}`))
  }

  async #release(): Promise<void> {
    this.#timer.cancel()
    this.#ended()
    if (!this.lost.aborted) await this.#house.keeper.release(this.#request.key, this.#request.holder)
  }
}
