/** What the parts of an agent used: gathered, and told some at a time so that a journal holds few events of it. */
import type { Clock } from '../lib/clock.ts'
import type { Used } from '../spec/usage.ts'

/** While a call runs its use is told at most this often, ms: what a crash may lose of it. */
const every = 30_000

export class UsageBook {
  readonly #clock: Clock
  readonly #tell: (used: Used) => void
  #gathered: readonly Used[] = []
  #toldAt: number
  #closed = false

  constructor(clock: Clock, tell: (used: Used) => void) {
    this.#clock = clock
    this.#tell = tell
    this.#toldAt = clock.monotonic()
  }

  count(used: Used): void {
    this.#gathered = added(this.#gathered, used)
    // Some vendors say what a session took as it closes.
    if (this.#closed) this.#flush()
  }

  /** A good moment to tell, if it is time. */
  pause(): void {
    if (this.#clock.monotonic() - this.#toldAt >= every) this.#flush()
  }

  /** Nothing is kept back from here on. */
  close(): void {
    this.#closed = true
    this.#flush()
  }

  #flush(): void {
    this.#toldAt = this.#clock.monotonic()
    const gathered = this.#gathered
    this.#gathered = []
    for (const used of gathered) this.#tell(used)
  }
}

/** The sums with `used` among them; each part, provider and model has one. Figures that are none are left out. */
export function added(sums: readonly Used[], used: Used): readonly Used[] {
  const usage = Object.entries(used.usage).filter(([, amount]) => Number.isFinite(amount) && amount > 0)
  if (usage.length === 0) return sums
  const same = sums.find((sum) => whose(sum) === whose(used))
  const total = { ...same?.usage }
  for (const [name, amount] of usage) total[name] = (total[name] ?? 0) + amount
  const { part, provider, model } = used
  const sum = { part, provider, ...(model === undefined ? {} : { model }), usage: total }
  return same ? sums.map((one) => (one === same ? sum : one)) : [...sums, sum]
}

const whose = ({ part, provider, model = '' }: Used): string => `${part} ${provider} ${model}`
