/** ICE candidates (RFC 8839 §5.1): what address they name, and whether that address is anybody's business. */
import ipaddr from 'ipaddr.js'

export interface Candidate {
  readonly transport: string
  /** An IP address, or a `.local` name that hides one (mDNS). */
  readonly address: string
  readonly port: number
  readonly type: string
  /** Set where the address was seen from outside (`raddr`). */
  readonly related?: string
}

/** Takes `candidate:…` with or without `a=` before it. Undefined for what is no candidate. */
export function readCandidate(line: string): Candidate | undefined {
  const parts = /^(?:a=)?candidate:\S{1,64} \d{1,3} (\S{1,16}) \d{1,10} (\S{1,255}) (\d{1,5}) typ (\S{1,32})(.*)$/.exec(
    line.trim(),
  )
  if (!parts) return undefined
  const port = Number(parts[3])
  if (port > 65_535) return undefined
  const related = / raddr (\S+)/.exec(parts[5] ?? '')?.[1]
  return {
    transport: parts[1]!.toLowerCase(),
    address: parts[2]!,
    port,
    type: parts[4]!,
    ...(related === undefined ? {} : { related }),
  }
}

/** A name instead of an address: the browser hides which one. Its own checks will show it. */
export function isHidden({ address }: Candidate): boolean {
  return /\.local\.?$/i.test(address)
}

/** An address that means something only near us: private, loopback, link-local, reserved. What is no address is one too. */
export function isPrivate(address: string): boolean {
  return !ipaddr.isValid(address) || ipaddr.process(address).range() !== 'unicast'
}

/** Compares addresses as addresses: `::ffff:10.0.0.1` is `10.0.0.1`, and `10.0.0.12` is not. */
export function isSame(one: string, other: string): boolean {
  if (!ipaddr.isValid(one) || !ipaddr.isValid(other)) return false
  return ipaddr.process(one).toString() === ipaddr.process(other).toString()
}
