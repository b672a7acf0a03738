/** What targets told us about themselves: to stay away for a time (503 with Retry-After), or that they take no TCP. */
import type { Clock } from '../../../lib/clock.ts'
import { header } from '../message/headers.ts'
import type { SipResponse } from '../message/message.ts'
import type { Target } from '../transport/contract.ts'

/** A carrier that says a day does not mean that nobody may call for a day, ms. */
const longestRest = 300_000
/** How long a refused TCP connection is remembered, ms. */
const noTcp = 600_000
/** More targets than this nobody has: the oldest entries go. */
const mostRemembered = 1000

export class Memory {
  readonly #clock: Clock
  readonly #rests = new Map<string, number>()
  readonly #refusals = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** RFC 3261 §21.5.4. */
  unavailable(target: Target, response: SipResponse): void {
    const seconds = Number.parseInt(header(response, 'retry-after') ?? '', 10)
    if (seconds > 0) this.#remember(this.#rests, keyOf(target), Math.min(seconds * 1000, longestRest))
  }

  rests(target: Target): boolean {
    return this.#holds(this.#rests, keyOf(target))
  }

  refusesTcp(target: Target): boolean {
    return this.#holds(this.#refusals, keyOf(target))
  }

  refusedTcp(target: Target): void {
    this.#remember(this.#refusals, keyOf(target), noTcp)
  }

  #remember(map: Map<string, number>, key: string, duration: number): void {
    map.delete(key)
    map.set(key, this.#clock.monotonic() + duration)
    const [oldest] = map.keys()
    if (map.size > mostRemembered && oldest !== undefined) map.delete(oldest)
  }

  #holds(map: Map<string, number>, key: string): boolean {
    const until = map.get(key)
    if (until === undefined) return false
    if (until > this.#clock.monotonic()) return true
    map.delete(key)
    return false
  }
}

const keyOf = ({ protocol, address, port }: Target): string => `${protocol} ${address} ${port}`
