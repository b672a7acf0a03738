/** How many requests are being worked on, in all and for each address: what nobody may exceed. */
import type { TransactionLimits } from './contract.ts'

export const defaultLimits = { transactions: 10_000, transactionsPerSource: 2000 } as const satisfies TransactionLimits

export class Crowd {
  readonly #limits: TransactionLimits
  readonly #bySource = new Map<string, number>()
  #total = 0

  constructor(limits: TransactionLimits) {
    this.#limits = limits
  }

  /** False: one more would be too many. Otherwise `leave` must follow. */
  enter(address: string): boolean {
    const same = this.#bySource.get(address) ?? 0
    if (this.#total >= this.#limits.transactions || same >= this.#limits.transactionsPerSource) return false
    this.#total++
    this.#bySource.set(address, same + 1)
    return true
  }

  leave(address: string): void {
    const same = this.#bySource.get(address) ?? 0
    this.#total--
    if (same > 1) this.#bySource.set(address, same - 1)
    else this.#bySource.delete(address)
  }
}
