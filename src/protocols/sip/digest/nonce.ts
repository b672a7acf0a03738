/** Nonces of our own: dated, unpredictable, bound to who asked, and each number of uses only once. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../../lib/clock.ts'

export interface NonceOptions {
  readonly clock: Clock
  /** Unpredictable hexadecimal text of so many bytes. */
  readonly random: (bytes: number) => string
  /** Seals what we issue. The same on all nodes that share an address, and across restarts: then nonces outlive them. */
  readonly key: Uint8Array
  /** ms that a nonce is good for. */
  readonly lifetime: number
  /** How many used ones are remembered. */
  readonly remembered: number
}

/** The last 32 numbers below the highest one: UDP may bring requests in another order. */
interface Uses {
  readonly issued: number
  highest: number
  seen: number
}

export class Nonces {
  readonly #options: NonceOptions
  readonly #uses = new Map<string, Uses>()
  /** Issued before this: what became of them is forgotten, so they are old. */
  #floor = 0

  constructor(options: NonceOptions) {
    this.#options = options
  }

  issue(source: string): string {
    const date = this.#options.clock.now().toString(16).padStart(12, '0')
    const salt = this.#options.random(8)
    return `${date}${salt}${this.#seal(date, salt, source)}`
  }

  /**
   * One use of it. `nc` 0: a client without qop cannot count, so it has each nonce once. False: not ours, not this source's,
   * too old, or used before.
   */
  use(nonce: string, source: string, nc: number): boolean {
    const issued = this.#issued(nonce, source)
    if (issued === undefined) return false
    const uses = this.#uses.get(nonce)
    if (uses) return nc > 0 && count(uses, nc)
    this.#remember(nonce, { issued, highest: nc === 0 ? Number.MAX_SAFE_INTEGER : nc, seen: 1 })
    return true
  }

  #issued(nonce: string, source: string): number | undefined {
    const parts = /^([0-9a-f]{12})([0-9a-f]{16})([0-9a-f]{32})$/.exec(nonce)
    const [, date = '', salt = '', seal = ''] = parts ?? []
    if (!parts || !timingSafeEqual(Buffer.from(seal), Buffer.from(this.#seal(date, salt, source)))) return undefined
    const issued = Number.parseInt(date, 16)
    const age = this.#options.clock.now() - issued
    return age <= this.#options.lifetime && issued > this.#floor ? issued : undefined
  }

  #seal(date: string, salt: string, source: string): string {
    return createHmac('sha256', this.#options.key).update(`${date}.${salt}.${source}`).digest('hex').slice(0, 32)
  }

  #remember(nonce: string, uses: Uses): void {
    const { clock, lifetime, remembered } = this.#options
    this.#uses.set(nonce, uses)
    for (const [oldest, { issued }] of this.#uses) {
      const expired = clock.now() - issued > lifetime
      if (!expired && this.#uses.size <= remembered) return
      if (!expired) this.#floor = Math.max(this.#floor, issued)
      this.#uses.delete(oldest)
    }
  }
}

/** A number is good once, and no more than 31 behind the highest. */
function count(uses: Uses, nc: number): boolean {
  const ahead = nc - uses.highest
  if (ahead > 0) {
    uses.seen = ahead > 31 ? 1 : (uses.seen << ahead) | 1
    uses.highest = nc
    return true
  }
  const bit = -ahead > 31 ? 0 : 1 << -ahead
  if (bit === 0 || (uses.seen & bit) !== 0) return false
  uses.seen |= bit
  return true
}
