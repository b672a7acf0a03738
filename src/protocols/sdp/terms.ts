/** The terms that offers and answers have in common: direction and hold, packet length, addresses, keys. */
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { MasterKey } from '../srtp/suites.ts'
import { codecTable, type CodecName } from './codecs.ts'
import type { CryptoLine } from './crypto.ts'
import type { Negotiated, Ours } from './negotiated.ts'
import type { Direction, MediaDescription } from './session.ts'

const sending = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'sendonly'
const receiving = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'recvonly'

/** What both sides want, seen from us (RFC 3264 §6.1). The old way to hold is to name no address (§8.4). */
export function directions(ours: Ours, theirs: MediaDescription): Pick<Negotiated, 'direction' | 'held'> {
  const own = ours.direction ?? 'sendrecv'
  const hears = receiving(theirs.direction) && !namesNobody(theirs.address)
  const [sends, receives] = [sending(own) && hears, receiving(own) && sending(theirs.direction)]
  return { direction: sends ? (receives ? 'sendrecv' : 'sendonly') : receives ? 'recvonly' : 'inactive', held: !hears }
}

function namesNobody(address: string | undefined): boolean {
  return address === '0.0.0.0' || address === '::' || address?.toLowerCase().endsWith('.invalid') === true
}

/** As the peer likes it (`ptime`), within what it takes (`maxptime`) and what the codec has. */
export function frameLength(codec: CodecName, ours: Ours, { ptime, maxptime }: MediaDescription): number {
  const wanted = Math.min(ptime ?? ours.frameMs ?? 20, maxptime ?? Infinity)
  const { frames } = codecTable[codec]
  return frames.findLast((length) => length <= wanted) ?? frames[0]!
}

/** Where the peer hears us; a sentence where nobody can send there. */
export function addressesOf(media: MediaDescription, mux: boolean): { readonly remote: Negotiated['remote'] } | string {
  const { address, port } = media
  if (address === undefined) return 'The description names no address: a c= line is missing'
  if (namesNobody(address)) return { remote: undefined }
  if (isIP(address) === 0)
    return `The media address "${address.slice(0, 60)}" is a name: only IP addresses can be sent to`
  const range = ipaddr.parse(address).range()
  if (range === 'multicast' || range === 'broadcast' || range === 'unspecified')
    return `The media address ${address} is no single peer's`
  const muxed = mux && media.mux
  const rtcp = muxed ? { address, port } : { address, port: Math.min(port + 1, 65_535), ...media.rtcp }
  return {
    remote: { rtp: { address, port }, rtcp: namesNobody(rtcp.address) ? { ...rtcp, address } : rtcp, mux: muxed },
  }
}

/** Each side encrypts with the key that stands in its own description (RFC 4568 §5.1). */
export function keysOf(own: CryptoLine, theirs: CryptoLine): { readonly sends: MasterKey; readonly hears: MasterKey } {
  const key = ({ suite, secret }: CryptoLine): MasterKey => ({ suite, secret })
  return { sends: key(own), hears: key(theirs) }
}
