/** What is seen of one call while it runs: its events, in order, and somebody who waits for one of them. */
import type { Clock } from '../../lib/clock.ts'
import type { CallEvent, Journaled } from '../../spec/event.ts'
import type { Journal } from '../../store/contract.ts'

export class Observer implements Disposable {
  /** Of every call since; who watches one call asks for it by id. */
  readonly #entries: Journaled[] = []
  readonly #watching: Disposable
  readonly #clock: Clock
  #news = Promise.withResolvers<void>()

  constructor(journal: Journal, clock: Clock) {
    this.#clock = clock
    this.#watching = journal.watch((entry) => {
      this.#entries.push(entry)
      this.#news.resolve()
      this.#news = Promise.withResolvers()
    })
  }

  events(call: string): readonly CallEvent[] {
    return this.#entries.filter((entry) => entry.call === call).map(({ event }) => event)
  }

  /** What `role` said, oldest first. */
  said(call: string, role: 'agent' | 'caller'): readonly string[] {
    return this.events(call).flatMap((event) =>
      event.type === 'message.added' && event.role === role ? [event.text] : [],
    )
  }

  /** Resolves with the first answer of `look` that is not undefined; with undefined after `limit` ms or the end of the signal. */
  async until<T>(look: () => T | undefined, limit: number, signal: AbortSignal): Promise<T | undefined> {
    const end = this.#clock.monotonic() + limit
    for (;;) {
      const found = look()
      const left = end - this.#clock.monotonic()
      if (found !== undefined || left <= 0 || signal.aborted) return found
      await Promise.race([this.#news.promise, this.#clock.sleep(left, signal).catch(() => undefined)])
    }
  }

  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]()
  }
}
