/** What listens for SIP: opened at start where the environment says where, else as soon as there is a trunk. */
import { OffhookError } from '../../../spec/errors.ts'
import type { Listener, LineStanding, ListenHost } from '../../../spec/listen.ts'
import { addressesOf } from './lookup.ts'
import { doorsOf, processSettings, usualDoors } from './process.ts'
import { Refusals } from './refusals.ts'
import type { Settings } from './settings.ts'
import { openStation, type Station } from './station.ts'
import type { Trunk } from './trunk.ts'
import { Trunks } from './trunks.ts'

export async function listen(host: ListenHost<Settings>): Promise<Listener> {
  const switchboard = new Switchboard(host)
  await switchboard.start()
  return {
    get doors() {
      return switchboard.station?.doors ?? []
    },
    perform: (command, call, line) => {
      if (switchboard.station) return switchboard.station.perform(command, call, line)
      if (command.type === 'hangup' || command.type === 'reject') return Promise.resolve({ gone: true })
      throw new OffhookError('provider.unavailable', `SIP does not listen: ${switchboard.why}`)
    },
    capture: async (call) => switchboard.station?.capture(call),
    standing: async (organization) => switchboard.standing(organization),
    onStanding: (listener) => switchboard.onStanding(listener),
  }
}

class Switchboard {
  station: Station | undefined
  /** Why there is no station. */
  why = 'there is no SIP trunk yet'
  readonly #host: ListenHost<Settings>
  readonly #trunks: Trunks
  readonly #refusals: Refusals
  readonly #watchers = new Set<() => void>()
  #opening: Promise<void> | undefined

  constructor(host: ListenHost<Settings>) {
    this.#host = host
    this.#refusals = new Refusals(host.clock, host.logger, (cause) => {
      host.count('line.refused', { carrier: 'sip', why: cause })
      this.#told()
    })
    this.#trunks = new Trunks({ host, addressesOf, changed: (trunks) => void this.#changed(trunks) })
  }

  async start(): Promise<void> {
    if (doorsOf(this.#settings())?.length) await this.#open()
    await this.#trunks.refresh()
    await this.#opening
  }

  standing(organization: string): readonly LineStanding[] {
    const own = this.#trunks.all.filter((trunk) => trunk.organization === organization)
    const alone = this.#trunks.all.length === own.length
    return own.map((trunk) => {
      const registration = this.station?.registrations.of(trunk)
      const peer = this.station?.probes.of(trunk)
      return {
        connection: trunk.id,
        ...(registration ? { registration } : {}),
        ...(peer ? { peer } : {}),
        extensions: this.station?.extensions.of(trunk) ?? [],
        // Strangers belong to nobody: shown where all trunks are one organization's.
        refused: this.#refusals.of(trunk.id, alone),
      }
    })
  }

  onStanding(listener: () => void): Disposable {
    this.#watchers.add(listener)
    return { [Symbol.dispose]: () => void this.#watchers.delete(listener) }
  }

  #told(): void {
    for (const watcher of this.#watchers) watcher()
  }

  #settings() {
    return processSettings.parse(this.#host.process)
  }

  async #changed(trunks: readonly Trunk[]): Promise<void> {
    if (trunks.length > 0 && !this.station) {
      const doors = doorsOf(this.#settings())
      if (doors?.length === 0) this.why = 'OFFHOOK_SIP_LISTEN is off'
      else await this.#tryToOpen()
    }
    this.station?.changed(trunks)
    this.#told()
  }

  /** The port may be taken: said once, and tried again when the trunks are looked at next. */
  #tryToOpen(): Promise<void> {
    this.#opening ??= this.#open()
      .catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error)
        if (why !== this.why) this.#host.logger.error(`SIP trunks cannot be served: ${why}`)
        this.why = why
      })
      .finally(() => (this.#opening = undefined))
    return this.#opening
  }

  async #open(): Promise<void> {
    const process = this.#settings()
    const doors = doorsOf(process) ?? usualDoors(process)
    this.station = await openStation({
      host: this.#host,
      process,
      doors,
      trunks: this.#trunks,
      refusals: this.#refusals,
      onStanding: () => this.#told(),
    })
    for (const { protocol, host, port } of this.station.doors)
      this.#host.logger.info('SIP listens', { door: `${protocol}://${host}:${port}` })
  }
}
