/** Where a socket is: an address literal and a port; and which kind of address that is. */
import { BlockList, isIP } from 'node:net'

export interface NetAddress {
  /** IPv4 or IPv6 literal without brackets or zone; an IPv4 address is never written as a mapped IPv6 one. */
  readonly address: string
  readonly port: number
}

/** `::ffff:192.0.2.1` is `192.0.2.1`, as everybody else knows it; a zone means nothing to others. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase()
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)
  return mapped?.[1] ?? bare
}

/** `192.0.2.1:5060`, `[2001:db8::1]:5060`. */
export function formatAddress({ address, port }: NetAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** One address, or a CIDR block; undefined when it is neither. */
export function readBlock(text: string): ((address: string) => boolean) | undefined {
  const [base = '', bits, more] = text.trim().split('/')
  const family = familyOf(base)
  const longest = family === 'ipv6' ? 128 : 32
  if (!family || more !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined
  const prefix = bits === undefined ? longest : Number(bits)
  if (prefix > longest) return undefined
  const list = new BlockList()
  list.addSubnet(base, prefix, family)
  return (address) => familyOf(address) === family && list.check(address, family)
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const kind = isIP(address)
  return kind === 0 ? undefined : kind === 6 ? 'ipv6' : 'ipv4'
}

const privateBlocks = [
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '0.0.0.0/8'],
  ...['::1/128', '::/128', 'fc00::/7', 'fe80::/10'],
].flatMap((block) => readBlock(block) ?? [])

/** Nobody on the internet can send to it: RFC 1918, 6598, 4193, link-local, loopback, unspecified. */
export function isPrivateAddress(address: string): boolean {
  return privateBlocks.some((within) => within(address))
}
