/** Where a SIP URI leads: RFC 3263 §4, over lookups that somebody with a resolver provides. */
import { isIP } from 'node:net'
import { param } from '../message/params.ts'
import { parseUri, type SipUri } from '../message/uri.ts'
import type { Protocol, Target } from './contract.ts'
import { byPreference, byPriority, type NaptrRecord, type SrvRecord } from './records.ts'
import { defaultPort } from './via.ts'

/** Each gives an empty list where the name has no such records, and rejects when nobody could say. */
export interface Lookup {
  naptr(domain: string, signal: AbortSignal): Promise<readonly NaptrRecord[]>
  srv(name: string, signal: AbortSignal): Promise<readonly SrvRecord[]>
  /** A and AAAA, best first. */
  addresses(host: string, signal: AbortSignal): Promise<readonly string[]>
}

export interface ResolverOptions {
  readonly lookup: Lookup
  /** In [0, 1): spreads the load over servers of one priority (RFC 2782). */
  readonly random: () => number
  /** What we can speak, best first. Default: udp, tcp, tls. */
  readonly protocols?: readonly Protocol[]
}

/** More tries than this help nobody who waits for a call. */
const mostTargets = 16

/** Best first, never empty: rejects with a sentence instead. */
export type Resolve = (uri: string, signal: AbortSignal) => Promise<readonly Target[]>

export function createResolver(options: ResolverOptions): Resolve {
  return async (text, signal) => {
    const uri = parseUri(text)
    if (uri?.scheme !== 'sip' && uri?.scheme !== 'sips')
      throw new Error(`"${schemeOf(text)}" is no address that SIP can be sent to; give a sip: or sips: URI`)
    const search = new Search(uri, options, signal)
    const targets = await search.run()
    if (targets.length > 0) return targets.slice(0, mostTargets)
    throw new Error(`No address was found for ${search.host}; check the name and its DNS records`)
  }
}

/** The rest may hold credentials. */
const schemeOf = (text: string): string =>
  text.includes(':') ? `${text.slice(0, text.indexOf(':')).slice(0, 20)}:` : ''

interface Service {
  readonly protocol: Protocol
  readonly name: string
}

class Search {
  readonly host: string
  readonly #uri: SipUri
  readonly #options: ResolverOptions
  readonly #signal: AbortSignal
  readonly #protocols: readonly Protocol[]

  constructor(uri: SipUri, options: ResolverOptions, signal: AbortSignal) {
    this.#uri = uri
    this.#options = options
    this.#signal = signal
    this.host = param(uri.params, 'maddr') || uri.host
    const spoken = options.protocols ?? ['udp', 'tcp', 'tls']
    this.#protocols = uri.scheme === 'sips' ? spoken.filter(isSecure) : spoken
  }

  /** §4.1 chooses the transport, §4.2 port and address. */
  async run(): Promise<readonly Target[]> {
    const asked = this.#asked()
    const fixed = isIP(this.host) > 0 || this.#uri.port !== undefined
    if (fixed) return this.#direct(asked ?? this.#default())
    const services = asked ? [serviceOf(asked, this.host)] : await this.#services()
    const targets: Target[] = []
    for (const service of services) {
      // oxlint-disable-next-line no-await-in-loop -- the next service matters only while there are too few targets
      if (targets.length < mostTargets) targets.push(...(await this.#servers(service)))
    }
    return targets.length > 0 ? targets : this.#direct(asked ?? this.#default())
  }

  /** The transport parameter; with sips, tcp means TLS over it (§26.2.2 forbids to fall back to clear text). */
  #asked(): Protocol | undefined {
    const word = param(this.#uri.params, 'transport')?.toLowerCase()
    if (!word) return undefined
    const secure = this.#uri.scheme === 'sips'
    const protocol = secure ? secured[word] : clear[word]
    if (!protocol || !this.#protocols.includes(protocol))
      throw new Error(
        `Transport "${word}" of a ${this.#uri.scheme} URI is not spoken here (${this.#protocols.join(', ')} are)`,
      )
    return protocol
  }

  #default(): Protocol {
    if (this.#uri.scheme === 'sip') return this.#protocols.includes('udp') ? 'udp' : (this.#protocols[0] ?? 'udp')
    const secure = this.#protocols[0]
    if (!secure) throw new Error('A sips URI needs TLS, which is not spoken here')
    return secure
  }

  async #services(): Promise<readonly Service[]> {
    const records = await this.#hopefully(this.#options.lookup.naptr(this.host, this.#signal))
    const named = byPreference(records).flatMap(({ flags, service, replacement }) => {
      const protocol = naptrServices[service.toUpperCase()]
      const usable = flags.toLowerCase() === 's' && protocol && this.#protocols.includes(protocol)
      return usable ? [{ protocol, name: replacement }] : []
    })
    return named.length > 0 ? named : this.#protocols.map((protocol) => serviceOf(protocol, this.host))
  }

  async #servers({ protocol, name }: Service): Promise<readonly Target[]> {
    const records = await this.#hopefully(this.#options.lookup.srv(name, this.#signal))
    // A target of "." says: this service is decidedly not offered here (RFC 2782).
    const offered = records.filter(({ target }) => target !== '.' && target !== '')
    const servers = byPriority(offered, this.#options.random).slice(0, mostTargets)
    const found = await Promise.all(servers.map(({ target, port }) => this.#addresses(target, port, protocol)))
    return found.flat()
  }

  #direct(protocol: Protocol): Promise<readonly Target[]> {
    return this.#addresses(this.host, this.#uri.port ?? defaultPort(protocol), protocol)
  }

  async #addresses(host: string, port: number, protocol: Protocol): Promise<readonly Target[]> {
    const found = isIP(host) > 0 ? [host] : await this.#hopefully(this.#options.lookup.addresses(host, this.#signal))
    // The certificate names the domain that was asked for, not the server it led to (RFC 5922 §7).
    const serverName = isSecure(protocol) ? { serverName: this.host } : {}
    return found.map((address) => ({ protocol, address, port, ...serverName }))
  }

  /** A resolver that fails one kind of question may answer the next: what is missing in the end is told then. */
  async #hopefully<T>(question: Promise<readonly T[]>): Promise<readonly T[]> {
    try {
      return await question
    } catch {
      this.#signal.throwIfAborted()
      return []
    }
  }
}

const isSecure = (protocol: Protocol): boolean => protocol === 'tls' || protocol === 'wss'

const clear: Readonly<Record<string, Protocol>> = { udp: 'udp', tcp: 'tcp', tls: 'tls', ws: 'ws', wss: 'wss' }

const secured: Readonly<Record<string, Protocol>> = { tcp: 'tls', tls: 'tls', ws: 'wss', wss: 'wss' }

/** RFC 3263 §4.1, RFC 7118 §4. */
const naptrServices: Readonly<Record<string, Protocol>> = {
  'SIP+D2U': 'udp',
  'SIP+D2T': 'tcp',
  'SIPS+D2T': 'tls',
  'SIP+D2W': 'ws',
  'SIPS+D2W': 'wss',
}

function serviceOf(protocol: Protocol, domain: string): Service {
  const labels = { udp: '_sip._udp', tcp: '_sip._tcp', tls: '_sips._tcp', ws: '_sip._ws', wss: '_sips._ws' }
  return { protocol, name: `${labels[protocol]}.${domain}` }
}
