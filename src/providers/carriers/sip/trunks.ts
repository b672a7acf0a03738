/** All trunks of this process's organizations, kept up to date; and which of them a source belongs to. */
import type { Flow } from '../../../protocols/sip/transport/contract.ts'
import type { ListenHost } from '../../../spec/listen.ts'
import type { Settings } from './settings.ts'
import { hostsOf, isPeer, looksAt, trunkOf, type Trunk } from './trunk.ts'

export interface TrunksOptions {
  readonly host: Pick<ListenHost<Settings>, 'connections' | 'onChange' | 'logger' | 'clock' | 'scope'>
  /** All addresses of a name; empty where it has none. */
  readonly addressesOf: (name: string) => Promise<readonly string[]>
  /** The trunks were read anew. */
  readonly changed: (trunks: readonly Trunk[]) => void
}

/** The addresses of a name are asked for again after this, ms. */
const namesLife = 60_000

export class Trunks {
  readonly #options: TrunksOptions
  readonly #names = new Map<string, { readonly addresses: readonly string[]; readonly until: number }>()
  #all: readonly Trunk[] = []
  #reading: Promise<void> | undefined
  #again = false

  constructor(options: TrunksOptions) {
    this.#options = options
    const listening = options.host.onChange(() => void this.refresh())
    options.host.scope.defer(() => listening[Symbol.dispose]())
  }

  get all(): readonly Trunk[] {
    return this.#all
  }

  byId(id: string): Trunk | undefined {
    return this.#all.find((trunk) => trunk.id === id)
  }

  /** Those whose peer this is. Two organizations may have the same carrier. */
  of(flow: Pick<Flow, 'remote' | 'peerNames'>): readonly Trunk[] {
    return this.#all.filter((trunk) => isPeer(trunk, flow))
  }

  /** Why none was found. */
  notFound(address: string): string {
    const [first, ...more] = this.#all
    if (!first) return `no trunk matched ${address}: there is none`
    const names = [first, ...more].slice(0, 5).map((trunk) => `${trunk.id} looks at ${looksAt(trunk)}`)
    return `no trunk matched ${address}; of ${this.#all.length}, ${names.join('; ')}`
  }

  /** Never rejects. One reading at a time; what changes meanwhile is read after it. */
  refresh(): Promise<void> {
    if (this.#reading) this.#again = true
    this.#reading ??= this.#read()
      .catch((error: unknown) => this.#options.host.logger.warn('the SIP trunks could not be read', { error }))
      .finally(() => {
        this.#reading = undefined
        if (!this.#again) return
        this.#again = false
        void this.refresh()
      })
    return this.#reading
  }

  async #read(): Promise<void> {
    const { host, changed } = this.#options
    if (host.scope.closed) return
    const connections = await host.connections()
    this.#all = await Promise.all(
      connections.map(async (connection) => {
        const known = await Promise.all(hostsOf(connection.settings).map((name) => this.#addresses(name)))
        return trunkOf(connection, new Set(known.flat()))
      }),
    )
    if (!host.scope.closed) changed(this.#all)
  }

  async #addresses(name: string): Promise<readonly string[]> {
    const now = this.#options.host.clock.monotonic()
    const known = this.#names.get(name)
    if (known && known.until > now) return known.addresses
    const found = await this.#options.addressesOf(name).catch(() => [])
    // A name that is not to be had now keeps the addresses it had.
    const addresses = found.length > 0 ? found : (known?.addresses ?? [])
    this.#names.set(name, { addresses, until: now + namesLife })
    return addresses
  }
}
