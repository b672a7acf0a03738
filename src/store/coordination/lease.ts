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

export async function takeLease(house: LeaseHouse, request: LeaseRequest): Promise<HeldLease | undefined> {
  const { key, holder, ttl } = request
  // Counted from before the request: the server's clock may have started anywhere between it and the answer.
  const asked = house.clock.monotonic()
  return (await house.keeper.acquire(key, holder, ttl)) ? new HeldLease(house, request, asked) : undefined
}

export class HeldLease implements Lease {
  readonly #house: LeaseHouse
  readonly #request: LeaseRequest
  readonly #controller = new AbortController()
  #renewed: number
  #timer: Timer
  #released: Promise<void> | undefined

  constructor(house: LeaseHouse, request: LeaseRequest, asked: number) {
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
    this.#controller.abort(new OffhookError('conflict', `lease ${this.#request.key} is lost: ${why}`))
  }

  async #release(): Promise<void> {
    this.#timer.cancel()
    if (!this.lost.aborted) await this.#house.keeper.release(this.#request.key, this.#request.holder)
  }
}
