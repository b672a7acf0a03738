/** Who may come in: so many callers at a time, from one address and in all, and so many offers a minute. */
import type { Clock } from '../../../lib/clock.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Settings } from './settings.ts'

const minute = 60_000
/** Addresses remembered at a time: a flood from many must not fill the memory. */
const mostAddresses = 10_000

type Limits = Pick<Settings, 'callers' | 'callersPerAddress' | 'offersPerMinute' | 'mode'>

export class Admission {
  readonly #clock: Clock
  readonly #inside = new Map<string, number>()
  readonly #offers = new Map<string, { count: number; readonly since: number }>()
  #total = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts an offer; throws `request.rate-limited` when there were too many. */
  knock(address: string, { offersPerMinute }: Limits): void {
    const now = this.#clock.monotonic()
    const before = this.#offers.get(address)
    if (!before || now - before.since > minute) {
      this.#makeRoom(now)
      this.#offers.set(address, { count: 1, since: now })
    } else if (++before.count > offersPerMinute)
      throw new OffhookError(
        'request.rate-limited',
        `More than ${offersPerMinute} offers in a minute from ${address}: wait`,
      )
  }

  /** Lets a caller in; disposing lets them out again, once. Throws `overloaded` or `conflict` when there is no room. */
  enter(address: string, { callers, callersPerAddress, mode }: Limits): Disposable {
    const inside = this.#inside.get(address) ?? 0
    if (mode === 'single' && this.#total > 0)
      throw new OffhookError(
        'request.invalid',
        'Another caller is on this line, which takes one at a time (mode: single)',
      )
    if (inside >= callersPerAddress)
      throw new OffhookError(
        'request.rate-limited',
        `${inside} calls from ${address} are open: ${callersPerAddress} are allowed`,
      )
    if (this.#total >= callers)
      throw new OffhookError('overloaded', `${this.#total} browser calls are open: ${callers} are allowed`)
    this.#inside.set(address, inside + 1)
    this.#total++
    let left = false
    return {
      [Symbol.dispose]: () => {
        if (left) return
        left = true
        this.#total--
        const others = (this.#inside.get(address) ?? 1) - 1
        if (others > 0) this.#inside.set(address, others)
        else this.#inside.delete(address)
      },
    }
  }

  #makeRoom(now: number): void {
    if (this.#offers.size < mostAddresses) return
    for (const [address, { since }] of this.#offers) if (now - since > minute) this.#offers.delete(address)
    // All are fresh: the oldest is forgotten.
    const [oldest] = this.#offers.keys()
    if (this.#offers.size >= mostAddresses && oldest !== undefined) this.#offers.delete(oldest)
  }
}
