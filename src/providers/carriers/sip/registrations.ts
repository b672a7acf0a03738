/** Our registrations at the peers of trunks that want one: begun, changed and taken back as their settings are. */
import { keepRegistered, type Registration, type RegistrationState } from '../../../protocols/sip/register/client.ts'
import { formatUri } from '../../../protocols/sip/message/uri.ts'
import type { UserAgent } from '../../../protocols/sip/ua/contract.ts'
import type { LineStanding, ListenHost } from '../../../spec/listen.ts'
import { credentialsOf, proxyOf, requestUri } from './outgoing.ts'
import type { Settings } from './settings.ts'
import { splitHost, type Trunk } from './trunk.ts'

export interface RegistrationsOptions {
  readonly host: Pick<ListenHost<Settings>, 'clock' | 'ids' | 'logger'>
  readonly agent: Pick<UserAgent, 'request' | 'keepAlive'>
  readonly random: (bytes: number) => string
  /** The door a trunk is reached by. */
  readonly listenerOf: (trunk: Trunk) => string
  readonly onState: () => void
}

interface Kept {
  /** What the registration depends on: when it changes, another one is begun. */
  readonly terms: string
  readonly registration: Registration
}

/** How long taking back may hold up the end of the process, ms. */
const patience = 2_000

export class Registrations {
  readonly #options: RegistrationsOptions
  readonly #kept = new Map<string, Kept>()
  /** Registrations that are being taken back. */
  readonly #leaving = new Set<Promise<void>>()

  constructor(options: RegistrationsOptions) {
    this.#options = options
  }

  follow(trunks: readonly Trunk[]): void {
    const wanted = new Map(trunks.filter(registers).map((trunk) => [trunk.id, trunk] as const))
    for (const [id, { terms }] of this.#kept) {
      const trunk = wanted.get(id)
      if (!trunk || termsOf(trunk) !== terms) this.#stop(id)
    }
    for (const trunk of wanted.values()) if (!this.#kept.has(trunk.id)) this.#start(trunk)
  }

  of(trunk: Trunk): LineStanding['registration'] {
    if (!trunk.settings.register) return undefined
    const kept = this.#kept.get(trunk.id)
    if (kept) return shown(kept.registration.state)
    return { state: 'stopped', says: 'Give the host and the user name: without them there is nothing to register' }
  }

  /** Resolves when the peers know that we are gone, or have been told often enough. */
  async close(): Promise<void> {
    for (const id of [...this.#kept.keys()]) this.#stop(id)
    const late = Promise.withResolvers<void>()
    const timer = this.#options.host.clock.timer(patience, late.resolve)
    await Promise.race([Promise.allSettled(this.#leaving), late.promise])
    timer.cancel()
  }

  #start(trunk: Trunk): void {
    const { agent, host, random, listenerOf } = this.#options
    const { settings, id } = trunk
    const credentials = credentialsOf(settings)
    const domain = splitHost(settings.host ?? '').host
    const registration = keepRegistered({
      ...{ agent, random, clock: host.clock, fraction: () => host.ids.fraction(), listener: listenerOf(trunk) },
      registrar: requestUri(`sip:${settings.host}`, settings),
      account: formatUri({
        scheme: 'sip',
        user: settings.username ?? '',
        host: settings.fromDomain ?? domain,
        params: [],
        headers: [],
      }),
      ...proxyOf(settings),
      ...(credentials ? { credentials } : {}),
      onState: (state) => this.#told(id, state),
    })
    this.#kept.set(id, { terms: termsOf(trunk), registration })
  }

  #stop(id: string): void {
    const kept = this.#kept.get(id)
    this.#kept.delete(id)
    if (!kept) return
    const leaving = kept.registration.stop().catch(() => undefined)
    this.#leaving.add(leaving)
    void leaving.finally(() => this.#leaving.delete(leaving))
  }

  #told(connection: string, state: RegistrationState): void {
    const { host, onState } = this.#options
    const { logger } = host
    onState()
    if (state.type === 'failed')
      logger.warn(`SIP registration failed: ${state.why}`, { connection, status: state.status })
    if (state.type === 'registered')
      logger.info('SIP registered', { connection, until: new Date(state.until).toISOString() })
  }
}

function registers({ settings }: Trunk): boolean {
  return settings.register && settings.host !== undefined && settings.username !== undefined
}

function termsOf({ settings }: Trunk): string {
  const { host, proxy, transport, username, password, realm, fromDomain } = settings
  return JSON.stringify([host, proxy, transport, username, password, realm, fromDomain])
}

function shown(state: RegistrationState): LineStanding['registration'] {
  switch (state.type) {
    case 'registering':
      return { state: 'registering', says: 'Asking the peer' }
    case 'registered':
      return { state: 'registered', says: `Registered as ${state.contact}`, next: state.until }
    case 'failed':
      return { state: 'failed', says: state.why, next: state.next }
    case 'unregistered':
      return { state: 'stopped', says: 'Not registered' }
    default:
      return state satisfies never
  }
}
