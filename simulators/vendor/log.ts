/** What passed between a simulated vendor and its clients, for tests to look at and to wait for. */
import type { Clock } from '../../src/lib/clock.ts'
import { secretHider } from '../../src/lib/redact.ts'

export interface VendorEntry {
  /** Wall time, ms. */
  readonly at: number
  readonly from: 'client' | 'vendor'
  readonly kind: 'request' | 'reply' | 'upgrade' | 'refusal' | 'text' | 'binary' | 'close'
  /** Which connection, counted from 1; a plain request has 0. */
  readonly socket: number
  /** The message, or what there is to say of it. Keys that the vendor knows are hidden. */
  readonly text: string
  /** Of a binary message. */
  readonly bytes?: Uint8Array
}

/** Older entries go when there are twice as many. */
const kept = 10_000

export class VendorLog {
  readonly entries: VendorEntry[] = []
  readonly #clock: Clock
  readonly #hide: (text: string) => string
  readonly #waiting = new Set<(entry: VendorEntry) => void>()

  constructor(clock: Clock, secrets: readonly string[]) {
    this.#clock = clock
    this.#hide = secretHider(secrets)
  }

  add(entry: Omit<VendorEntry, 'at'>): void {
    const noted = { at: this.#clock.now(), ...entry, text: this.#hide(entry.text) }
    this.entries.push(noted)
    if (this.entries.length > 2 * kept) this.entries.splice(0, kept)
    for (const told of [...this.#waiting]) told(noted)
  }

  /** The first entry that fits, also one that is still to come; rejects when `signal` aborts. */
  until(fits: (entry: VendorEntry) => boolean, signal: AbortSignal): Promise<VendorEntry> {
    const past = this.entries.find(fits)
    if (past) return Promise.resolve(past)
    const { promise, resolve, reject } = Promise.withResolvers<VendorEntry>()
    const told = (entry: VendorEntry) => {
      if (fits(entry)) resolve(entry)
    }
    const over = () => reject(signal.reason)
    this.#waiting.add(told)
    signal.addEventListener('abort', over, { once: true })
    if (signal.aborted) over()
    return promise.finally(() => {
      this.#waiting.delete(told)
      signal.removeEventListener('abort', over)
    })
  }
}
