/** How peers see us: the address of a door, or the public one in front of it; and the sentence when that cannot work. */
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isPrivateAddress, plainAddress } from '../../../lib/net/address.ts'
import type { ListenerAddress } from '../../../protocols/sip/transport/contract.ts'
import type { Trunk } from './trunk.ts'

const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::'])
const loopback = /^(?:127\.|::1$)/

/** A door on all addresses is seen at the public one, or at the machine's own; one on loopback stays there. */
export function advertisedFor(bound: string, publicAddress: string | undefined): string {
  if (loopback.test(bound)) return bound
  if (publicAddress !== undefined && isIPv6(publicAddress) === isIPv6(bound)) return publicAddress
  return everywhere.has(bound) ? (ownAddress(isIPv6(bound)) ?? bound) : bound
}

/** One that others can reach, public ones first. */
function ownAddress(six: boolean): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((some) => some ?? [])
  const fit = all.filter(({ internal, family }) => !internal && (family === 'IPv6') === six)
  const addresses = fit.map(({ address }) => plainAddress(address)).filter((address) => !address.startsWith('fe80:'))
  return addresses.find((address) => !isPrivateAddress(address)) ?? addresses[0]
}

/** Trunks whose keys of sound everybody on the way can read. */
export function keyWarnings(trunks: readonly Trunk[]): readonly string[] {
  const open = trunks.filter(({ settings }) => settings.srtp === 'required' && settings.transport !== 'tls')
  return open.map(
    ({ id }) =>
      `Trunk ${id} requires SRTP, and its keys travel in signalling that is not encrypted: set its transport to tls`,
  )
}

/** What will not work, each as a sentence that says what to do. Nobody should learn it from the first lost BYE. */
export function warningsFor(doors: readonly ListenerAddress[], trunks: readonly Trunk[]): readonly string[] {
  const outside = trunks.filter(({ addresses }) => [...addresses].some((address) => !isPrivateAddress(address)))
  if (outside.length === 0) return []
  const inside = doors.filter(({ advertised }) => isPrivateAddress(advertised.host))
  return inside.map(
    ({ protocol, bound, advertised }) =>
      `Trunk ${outside.map(({ id }) => id).join(', ')} is on the internet, and ${protocol} port ${bound.port} tells it our private address ` +
      `${advertised.host}: set OFFHOOK_SIP_PUBLIC_ADDRESS, or add ?advertise= to OFFHOOK_SIP_LISTEN`,
  )
}
