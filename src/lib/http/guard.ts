/** Where requests on behalf of users may go: the public internet, and what the operator allowed by name or range. */
import { lookup as systemLookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { LibError } from '../failure.ts'
import { redactUrl } from '../redact.ts'

export interface Address {
  readonly address: string
  readonly family: 4 | 6
}

/** Every address of a host name. */
export type Resolver = (host: string) => Promise<readonly string[]>

export interface Guard {
  /** Throws `url.blocked` or `url.invalid` for what can be refused without resolving. */
  check(url: URL): void
  /** The addresses a connection may use. Rejects with `url.blocked` when any one of them is forbidden. */
  addresses(host: string, port: number): Promise<readonly Address[]>
  /** For `net.connect`: resolves, checks, and hands over only checked addresses. */
  lookup(port: number): LookupFunction
}

export interface GuardOptions {
  /** Operator's exceptions: `host`, `host:port`, `*.suffix`, an address, or a range `10.0.0.0/8`. */
  readonly allowHosts?: readonly string[]
  /** Default: the system's resolver. */
  readonly resolve?: Resolver
}

const ports: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 }

export function createGuard(options: GuardOptions = {}): Guard {
  const { resolve = resolveBySystem } = options
  const exceptions = (options.allowHosts ?? []).map(parseException)
  const excepted = (host: string, port: number) => exceptions.some((exception) => exception.matches(host, port))

  const addresses = async (spelling: string, port: number): Promise<readonly Address[]> => {
    const host = plainHost(spelling)
    const found = isIP(host) ? [host] : await resolveOrThrow(resolve, host)
    if (!excepted(host, port)) {
      const forbidden = found.find((address) => !excepted(address, port) && whyBlocked(address))
      if (forbidden !== undefined) throw blocked(host, port, forbidden)
    }
    return found.map((address) => ({ address, family: isIP(address) === 6 ? 6 : 4 }))
  }

  return {
    addresses,
    check(url) {
      const port = portOf(url)
      if (port === undefined)
        throw new LibError('url.blocked', `${redactUrl(url.href)} refused: only http, https, ws and wss`)
      const host = plainHost(url.hostname)
      if (isIP(host) && !excepted(host, port) && whyBlocked(host)) throw blocked(host, port, host)
    },
    lookup: (port) => (host, asked, callback) => void answer(addresses(host, port), asked.all ?? false, callback),
  }
}

async function answer(
  found: Promise<readonly Address[]>,
  all: boolean,
  callback: Parameters<LookupFunction>[2],
): Promise<void> {
  let checked: readonly Address[]
  try {
    checked = await found
  } catch (error) {
    callback(error instanceof Error ? error : new Error(String(error)), '')
    return
  }
  if (all) callback(null, [...checked])
  else callback(null, checked[0]!.address, checked[0]!.family)
}

/** The port a URL means; undefined for schemes we do not speak. */
export function portOf(url: URL): number | undefined {
  const usual = ports[url.protocol]
  return usual !== undefined && url.port ? Number(url.port) : usual
}

/** Parses a URL we are about to call. The message hides its secrets. */
export function parseUrl(url: string | URL, base?: URL): URL {
  const parsed = URL.parse(String(url), base)
  if (!parsed) throw new LibError('url.invalid', `${redactUrl(String(url))} is not a URL`)
  return parsed
}

/**
 * Why an address may not be reached, by the name of its range; undefined for public ones. IPv6 is public only inside
 * 2000::/3 and outside its special ranges, which also refuses IPv4 in disguise (mapped, compatible, NAT64, 6to4).
 */
export function whyBlocked(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'malformed'
  const parsed = ipaddr.parse(address)
  const range = parsed.range()
  if (range !== 'unicast') return range
  if (parsed.kind() === 'ipv4') return undefined
  return parsed.toByteArray()[0]! >> 5 === 1 ? undefined : 'reserved'
}

async function resolveBySystem(host: string): Promise<readonly string[]> {
  const found = await systemLookup(host, { all: true })
  return found.map(({ address }) => address)
}

async function resolveOrThrow(resolve: Resolver, host: string): Promise<readonly string[]> {
  let found: readonly string[]
  try {
    found = await resolve(host)
  } catch (cause) {
    throw new LibError('name.unresolved', `the name ${host} could not be resolved`, { cause })
  }
  if (found.length === 0) throw new LibError('name.unresolved', `the name ${host} has no address`)
  return found
}

function blocked(host: string, port: number, address: string): LibError {
  const via = address === host ? '' : ` resolves to ${address}, which`
  const range = whyBlocked(address) ?? 'blocked'
  return new LibError(
    'url.blocked',
    `${host} port ${port} refused:${via} is in a ${range} range; the operator may allow it by OFFHOOK_ALLOW_HOSTS`,
  )
}

/** Without brackets, the root's dot, an interface's zone and capitals: one spelling per host. */
function plainHost(host: string): string {
  return host
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .replace(/\.$/, '')
    .toLowerCase()
}

interface Exception {
  matches(host: string, port: number): boolean
}

function parseException(text: string): Exception {
  const entry = text.trim()
  if (entry.includes('/')) return rangeException(entry)
  const { host, port } =
    /^(?<host>\[[^\]]+\]|[^:]+)(?::(?<port>\d{1,5}))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry)?.groups ?? {}
  const name = plainHost(host ?? '')
  const suffix = name.startsWith('*.') ? name.slice(1) : undefined
  if (!isIP(name) && !/^[a-z\d_]([a-z\d._-]*[a-z\d])?$/.test(suffix?.slice(1) ?? name)) throw badException(entry)
  const matchesName = (other: string) => (suffix ? other.endsWith(suffix) : sameHost(other, name))
  return { matches: (other, otherPort) => matchesName(other) && (port === undefined || Number(port) === otherPort) }
}

function rangeException(entry: string): Exception {
  if (!ipaddr.isValidCIDR(entry)) throw badException(entry)
  const [base, bits] = ipaddr.parseCIDR(entry)
  return {
    matches(host) {
      if (!ipaddr.isValid(host)) return false
      // An IPv4 address mapped into IPv6 is the same destination, so a range of either kind covers it.
      return [ipaddr.parse(host), ipaddr.process(host)].some((ip) => ip.kind() === base.kind() && ip.match(base, bits))
    },
  }
}

function sameHost(one: string, other: string): boolean {
  if (one === other) return true
  return isIP(one) !== 0 && isIP(other) !== 0 && ipaddr.process(one).toString() === ipaddr.process(other).toString()
}

function badException(entry: string): LibError {
  return new LibError(
    'setting.invalid',
    `"${entry}" allows no host: write host, host:port, *.suffix, an address or a range such as 10.0.0.0/8`,
  )
}
