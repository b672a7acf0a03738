/** One trunk: a connection's settings, ready to be asked who may call over it and where its calls go. */
import { isIP } from 'node:net'
import { readBlock } from '../../../lib/net/address.ts'
import type { Flow } from '../../../protocols/sip/transport/contract.ts'
import type { ListenConnection } from '../../../spec/listen.ts'
import { listed } from '../../../lib/list.ts'
import { readExtensions, type Settings } from './settings.ts'

export interface Trunk {
  readonly id: string
  readonly organization: string
  readonly settings: Settings
  /** Without port, lower case. */
  readonly hosts: readonly string[]
  /** Addresses of the host and the proxy, as the DNS said last. */
  readonly addresses: ReadonlySet<string>
  readonly blocks: readonly ((address: string) => boolean)[]
  /** Passwords of extensions, by their names in lower case. */
  readonly extensions: ReadonlyMap<string, string>
}

export function trunkOf(
  { id, organization, settings }: ListenConnection<Settings>,
  addresses: ReadonlySet<string>,
): Trunk {
  const literals = hostsOf(settings).filter((host) => isIP(host) !== 0)
  return {
    ...{ id, organization, settings, hosts: hostsOf(settings) },
    addresses: new Set([...addresses, ...literals]),
    blocks: listed(settings.allow).flatMap((text) => readBlock(text) ?? []),
    extensions: readExtensions(settings.extensions) ?? new Map(),
  }
}

/** Names and addresses of the peer, without ports. */
export function hostsOf({ host, proxy }: Settings): readonly string[] {
  return [host, proxy].flatMap((one) => (one === undefined ? [] : [splitHost(one).host]))
}

/** `pbx.example.com:5080`, `[2001:db8::1]:5060`, `2001:db8::1`. */
export function splitHost(text: string): { readonly host: string; readonly port?: number } {
  if (isIP(text) === 6) return { host: text.toLowerCase() }
  const [, bracketed, bare, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  return {
    host: (bracketed ?? bare ?? text).toLowerCase(),
    ...(port === undefined ? {} : { port: Number(port) }),
  }
}

/** By its address, or by the names of its certificate. */
export function isPeer(trunk: Trunk, { remote, peerNames }: Pick<Flow, 'remote' | 'peerNames'>): boolean {
  if (trunk.addresses.has(remote.address) || trunk.blocks.some((within) => within(remote.address))) return true
  return peerNames?.some((name) => trunk.hosts.includes(name)) ?? false
}

/** Of trunks that have one peer: the one whose host is at this port, else the first. */
export function likeliest(trunks: readonly Trunk[], port: number): Trunk | undefined {
  return trunks.find(({ settings }) => splitHost(settings.host ?? '').port === port) ?? trunks[0]
}

/** What this trunk looks at, in words: for the sentence that says why somebody was not let in. */
export function looksAt({ settings, extensions }: Trunk): string {
  const ways = [
    ...(settings.host === undefined ? [] : [`the addresses of ${settings.host}`]),
    ...(settings.allow === '' ? [] : [settings.allow]),
    ...(settings.inboundPassword === undefined ? [] : ['a password']),
    ...(extensions.size > 0 ? [`${extensions.size} extensions`] : []),
  ]
  return ways.join(', ') || 'nobody'
}
