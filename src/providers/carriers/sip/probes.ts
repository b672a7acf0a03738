/** OPTIONS to the peers of trunks that want it: they learn that we are there, and we whether they are (RFC 3261 §11). */
import type { Timer } from '../../../lib/clock.ts'
import { formatHost } from '../../../protocols/sip/message/host.ts'
import type { SipResponse } from '../../../protocols/sip/message/message.ts'
import { parseUri } from '../../../protocols/sip/message/uri.ts'
import type { ListenerAddress } from '../../../protocols/sip/transport/contract.ts'
import type { UserAgent } from '../../../protocols/sip/ua/contract.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { LineStanding, ListenHost } from '../../../spec/listen.ts'
import { proxyOf, requestUri } from './outgoing.ts'
import type { Settings } from './settings.ts'
import { splitHost, type Trunk } from './trunk.ts'

export interface ProbesOptions {
  readonly host: Pick<ListenHost<Settings>, 'clock' | 'logger' | 'count'>
  readonly agent: Pick<UserAgent, 'request'>
  /** The door a trunk is reached by. */
  readonly doorOf: (trunk: Trunk) => Pick<ListenerAddress, 'name' | 'advertised'>
  /** It is another state now. */
  readonly changed: () => void
}

type Peer = NonNullable<LineStanding['peer']>

interface Probe {
  /** What it depends on: when that changes, another one is begun. */
  readonly terms: string
  readonly trunk: Trunk
  peer: Peer
  timer?: Timer
  stopped?: true
}

/** A peer that is down is asked again after this at the latest, s: calls out wait for it. */
const soon = 30

export class Probes {
  readonly #options: ProbesOptions
  readonly #all = new Map<string, Probe>()

  constructor(options: ProbesOptions) {
    this.#options = options
  }

  follow(trunks: readonly Trunk[]): void {
    const wanted = new Map(trunks.filter(wantsProbes).map((trunk) => [trunk.id, trunk] as const))
    for (const [id, { terms }] of this.#all) {
      const trunk = wanted.get(id)
      if (!trunk || termsOf(trunk) !== terms) this.#stop(id)
    }
    for (const trunk of wanted.values()) {
      if (this.#all.has(trunk.id)) continue
      const probe: Probe = { terms: termsOf(trunk), trunk, peer: { state: 'asking', says: 'Asked by OPTIONS' } }
      this.#all.set(trunk.id, probe)
      void this.#ask(probe)
    }
  }

  of({ id }: Trunk): Peer | undefined {
    return this.#all.get(id)?.peer
  }

  /** Throws `command.refused` where a call to this URI would wait in vain. All servers of the peer's name were asked by then (RFC 3263). */
  requireAlive(trunk: Trunk, uri: string): void {
    const peer = this.of(trunk)
    if (peer?.state !== 'down' || !leadsToPeer(uri, trunk)) return
    throw new OffhookError(
      'command.refused',
      `The peer of trunk ${trunk.id} is down, so nothing was sent: ${peer.says}. It is asked again at ${time(peer.next ?? 0)}`,
    )
  }

  close(): void {
    for (const id of this.#all.keys()) this.#stop(id)
  }

  #stop(id: string): void {
    const probe = this.#all.get(id)
    this.#all.delete(id)
    if (!probe) return
    probe.stopped = true
    probe.timer?.cancel()
  }

  /** Never rejects. One question at a time: over UDP it takes half a minute to learn that nobody answers. */
  async #ask(probe: Probe): Promise<void> {
    const { clock, count } = this.#options.host
    const answer = await this.#answer(probe.trunk)
    if (probe.stopped) return
    const every = probe.trunk.settings.probe
    const wait = (answer.state === 'alive' ? every : Math.min(every, soon)) * 1000
    const before = probe.peer.state
    probe.peer = { ...answer, next: clock.now() + wait }
    probe.timer = clock.timer(wait, () => void this.#ask(probe))
    count('line.probed', { carrier: 'sip', outcome: answer.state })
    if (before !== answer.state) this.#turned(probe, before)
  }

  /** Any response is a sign of life, whatever it says. */
  async #answer(trunk: Trunk): Promise<{ readonly state: 'alive' | 'down'; readonly says: string }> {
    try {
      const { status, reason } = await this.#request(trunk)
      return { state: 'alive', says: `Answered OPTIONS with ${status} ${reason}` }
    } catch (error) {
      return { state: 'down', says: error instanceof Error ? error.message : String(error) }
    }
  }

  #request(trunk: Trunk): Promise<SipResponse> {
    const { settings } = trunk
    const door = this.#options.doorOf(trunk)
    const uri = requestUri(`sip:${settings.host}`, settings)
    return this.#options.agent.request({
      ...{ method: 'OPTIONS', uri, to: `<${uri}>`, contact: {}, listener: door.name },
      from: `<sip:${settings.fromDomain ?? formatHost(door.advertised.host)}>`,
      headers: [{ name: 'Accept', value: 'application/sdp' }],
      ...proxyOf(settings),
    })
  }

  #turned({ trunk, peer }: Probe, before: Peer['state']): void {
    const { logger } = this.#options.host
    if (peer.state === 'down') logger.warn(`a SIP peer is down: ${peer.says}`, { connection: trunk.id })
    else if (before === 'down') logger.info('a SIP peer is there again', { connection: trunk.id })
    this.#options.changed()
  }
}

function wantsProbes({ settings }: Trunk): boolean {
  return settings.probe > 0 && settings.host !== undefined
}

function termsOf({ settings }: Trunk): string {
  const { host, proxy, transport, fromDomain, probe } = settings
  return JSON.stringify([host, proxy, transport, fromDomain, probe])
}

/** An address elsewhere, without our proxy on the way, is not the peer's concern. */
function leadsToPeer(uri: string, { settings }: Trunk): boolean {
  const read = parseUri(uri)
  if (settings.proxy !== undefined || (read?.scheme !== 'sip' && read?.scheme !== 'sips')) return true
  return splitHost(read.host).host === splitHost(settings.host ?? '').host
}

function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`
}
