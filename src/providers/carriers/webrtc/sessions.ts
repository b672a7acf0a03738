/** Sessions that were started and will offer: kept a while, known only by an unguessable name. */
import type { ListenHost, Principal } from '../../../spec/listen.ts'
import type { Settings } from './settings.ts'

export interface Session {
  readonly principal: Principal
  /** What the client's program said at the start; stands under what the offer says. */
  readonly data: Readonly<Record<string, unknown>>
  readonly query: URLSearchParams
}

/** A client offers within seconds, and signals until its call ends, ms. */
const life = 4 * 3_600_000
const most = 10_000

export class Sessions {
  readonly #host: Pick<ListenHost<Settings>, 'clock' | 'ids'>
  readonly #open = new Map<string, Session & { readonly until: number }>()

  constructor(host: Pick<ListenHost<Settings>, 'clock' | 'ids'>) {
    this.#host = host
  }

  /** Resolves to its name. The oldest goes when there are too many. */
  open(session: Session): string {
    const name = this.#host.ids.token()
    const now = this.#host.clock.monotonic()
    for (const [other, { until }] of this.#open) {
      if (until > now && this.#open.size < most) break
      this.#open.delete(other)
    }
    this.#open.set(name, { ...session, until: now + life })
    return name
  }

  find(name: string): Session | undefined {
    const session = this.#open.get(name)
    return session && session.until > this.#host.clock.monotonic() ? session : undefined
  }
}
