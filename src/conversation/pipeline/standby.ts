/** One part of a pipeline and who stands in for it: whoever fails for good, or twice in a row, is replaced for the rest of the call. */
import { OffhookError } from '../../spec/errors.ts'

/** Who can do a part. */
export interface Candidate<P> {
  /** For people. */
  readonly name: string
  /** Rejects with an OffhookError, and leaves nothing open then. */
  open(): Promise<P>
}

export interface StandbyOptions<P> {
  /** In the order in which they are wanted; at least one. */
  readonly candidates: readonly Candidate<P>[]
  /** Somebody takes the place of who failed. */
  readonly replaced: (error: OffhookError) => void
}

/** Trying again helps nobody. */
function isHopeless(error: unknown): boolean {
  return error instanceof OffhookError && !error.retry
}

export class Standby<P extends AsyncDisposable> implements AsyncDisposable {
  readonly #options: StandbyOptions<P>
  readonly #opened = new Map<Candidate<P>, Promise<P>>()
  #at = 0
  #failures = 0
  #count = 0
  #closed = false

  constructor(options: StandbyOptions<P>) {
    this.#options = options
  }

  get name(): string {
    return this.#candidate.name
  }

  /** Somebody is left who has not been tried. */
  get hasNext(): boolean {
    return this.#at + 1 < this.#options.candidates.length
  }

  /** Whoever does the part now, opened where that was not done; the last one is given a second chance. Rejects when nobody who is left can be opened. */
  async part(): Promise<P> {
    for (;;) {
      const candidate = this.#candidate
      const since = this.#count
      const opening = this.#opened.get(candidate) ?? this.#open(candidate)
      try {
        return await opening
      } catch (error) {
        if (this.#opened.get(candidate) === opening) this.#opened.delete(candidate)
        if (this.#closed || !this.failed(error, { atOnce: true, since })) throw error
      }
    }
  }

  /** It did what it is there for. */
  worked(): void {
    this.#failures = 0
  }

  /** Failures so far: what was begun before one of them may have failed with it. */
  get count(): number {
    return this.#count
  }

  /**
   * False: nobody is left to try. `atOnce`: there is no time for a second chance. `since`: the count when it was begun; what
   * failed together counts once.
   */
  failed(error: unknown, { atOnce = false, since = this.#count } = {}): boolean {
    if (since < this.#count) return true
    this.#count++
    this.#failures++
    if (!isHopeless(error) && this.#failures < 2 && !(atOnce && this.hasNext)) return true
    return this.#next(error)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    const opened = await Promise.allSettled(this.#opened.values())
    this.#opened.clear()
    const closing = opened.flatMap((part) => (part.status === 'fulfilled' ? [part.value[Symbol.asyncDispose]()] : []))
    const closed = await Promise.allSettled(closing)
    const errors = closed.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    if (errors.length > 0) throw new AggregateError(errors, 'a part of the pipeline did not close')
  }

  get #candidate(): Candidate<P> {
    return this.#options.candidates[this.#at]! // at least one, and `#at` never passes the last
  }

  #open(candidate: Candidate<P>): Promise<P> {
    const gone = new OffhookError('internal', `${candidate.name} was asked for after the call`)
    const opening = this.#closed ? Promise.reject(gone) : candidate.open()
    this.#opened.set(candidate, opening)
    return opening
  }

  #next(error: unknown): boolean {
    const before = this.name
    if (!this.hasNext) return false
    this.#at++
    this.#failures = 0
    const why = error instanceof Error ? error.message : String(error)
    const code = error instanceof OffhookError ? error.code : 'internal'
    const message = `${before} failed (${why}): ${this.name} takes its place for the rest of the call`
    this.#options.replaced(new OffhookError(code, message, { cause: error }))
    return true
  }
}
