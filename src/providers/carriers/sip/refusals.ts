/** Who was turned away, and why: the last ones, kept for people; a flood is counted instead of listed. */
import type { Clock } from '../../../lib/clock.ts'
import type { Logger } from '../../../lib/log.ts'
import type { Refused } from '../../../spec/listen.ts'

export interface Refusal {
  /** One word for machines. */
  readonly cause: Cause
  /** One sentence. */
  readonly says: string
  /** Where it came from. */
  readonly from: string
  /** The trunk it was for; absent where none could be told. */
  readonly trunk?: string
}

export type Cause =
  | 'no-trunk'
  | 'no-agent'
  | 'wrong-password'
  | 'rate'
  | 'overload'
  | 'busy-trunk'
  | 'codecs'
  | 'no-ports'
  | 'not-allowed'
  | 'connections'
  | 'call-failed'

const most = 200
/** The same of one source is told again after this, ms. */
const quiet = 60_000

export class Refusals {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #count: (cause: Cause) => void
  readonly #last: (Refused & { readonly trunk: string | undefined })[] = []
  readonly #told = new Map<string, number>()

  constructor(clock: Clock, logger: Logger, count: (cause: Cause) => void) {
    this.#clock = clock
    this.#logger = logger
    this.#count = count
  }

  add({ cause, says, from, trunk }: Refusal): void {
    this.#count(cause)
    const now = this.#clock.monotonic()
    const key = `${cause} ${from} ${trunk ?? ''}`
    const told = this.#told.get(key)
    if (told !== undefined && now - told < quiet) return
    if (this.#told.size > 10 * most) this.#told.clear()
    this.#told.set(key, now)
    this.#last.unshift({ at: this.#clock.now(), from, cause, says, trunk })
    this.#last.length = Math.min(this.#last.length, most)
    this.#logger.warn(`SIP: ${says}`, { cause, source: from, ...(trunk === undefined ? {} : { connection: trunk }) })
  }

  /** Of this trunk; those of no trunk too where `strangers`. */
  of(trunk: string, strangers: boolean): readonly Refused[] {
    const own = this.#last.filter((one) => one.trunk === trunk || (strangers && one.trunk === undefined))
    return own.slice(0, 50).map(({ at, from, cause, says }) => ({ at, from, cause, says }))
  }
}
