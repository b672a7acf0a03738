/** How much this process takes on: so many from one source, so many calls, and nothing new while it is late. */
import type { Clock, Timer } from '../../../lib/clock.ts'

export interface LoadOptions {
  readonly clock: Clock
  /** ms that a timer may be late before new calls are refused. */
  readonly mostLag: number
  readonly mostCalls: number
}

/** The loop is measured this often, ms. */
const beat = 250
/** Requests a second outside of dialogs from one source, steady and in a burst: a stranger's, and a trunk's. */
const rates = { stranger: { steady: 5, burst: 30 }, trunk: { steady: 1000, burst: 4000 } } as const
/** Sources remembered; beyond it the oldest begin anew. */
const mostSources = 20_000

interface Bucket {
  left: number
  at: number
}

export class Load implements Disposable {
  readonly #options: LoadOptions
  readonly #sources = new Map<string, Bucket>()
  #timer: Timer | undefined
  #lag = 0
  calls = 0

  constructor(options: LoadOptions) {
    this.#options = options
    this.#measure()
  }

  /** False: too many of late. */
  may(address: string, kind: keyof typeof rates): boolean {
    const { steady, burst } = rates[kind]
    const now = this.#options.clock.monotonic()
    const known = this.#sources.get(address)
    const left = known ? Math.min(burst, known.left + ((now - known.at) * steady) / 1000) : burst
    if (!known && this.#sources.size >= mostSources) {
      const [oldest] = this.#sources.keys()
      if (oldest !== undefined) this.#sources.delete(oldest)
    }
    this.#sources.set(address, { left: Math.max(0, left - 1), at: now })
    return left >= 1
  }

  /** Why no new call is taken on now; undefined: it is. */
  get full(): string | undefined {
    const { mostCalls, mostLag } = this.#options
    if (this.calls >= mostCalls)
      return `${this.calls} SIP calls are open in this process: ${mostCalls} are allowed (OFFHOOK_SIP_MAX_CALLS)`
    if (this.#lag > mostLag)
      return `this process is ${Math.round(this.#lag)} ms late: ${mostLag} ms are allowed (OFFHOOK_SIP_MAX_LAG)`
    return undefined
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel()
  }

  #measure(): void {
    const { clock } = this.#options
    const due = clock.monotonic() + beat
    this.#timer = clock.timer(beat, () => {
      const late = clock.monotonic() - due
      // One long turn is no overload; several are.
      this.#lag = late > this.#lag ? (this.#lag + late) / 2 : late
      this.#measure()
    })
  }
}
