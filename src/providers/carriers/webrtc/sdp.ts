/** What an offer must hold, what is taken out of it, and how an answer is made plain for small devices. */
import { isHidden, isPrivate, isSame, readCandidate } from '../../../protocols/sdp/candidate.ts'
import {
  attributes,
  codecs,
  readDescription,
  writeDescription,
  type Description,
  type Media,
} from '../../../protocols/sdp/sections.ts'
import { OffhookError } from '../../../spec/errors.ts'

/** A browser with camera and screen offers about 12 000 characters. */
export const longestSdp = 65_536
const mostMedia = 16
const mostCandidates = 100

export interface Offer {
  /** As we hand it on: without the candidates that policy drops. */
  readonly sdp: string
  readonly codec: 'opus' | 'pcmu'
  /** Payload types of keys (RFC 4733). */
  readonly keys: readonly number[]
  /** Pressing keys by packets is offered; so is a data channel. */
  readonly channel: boolean
}

export interface OfferPolicy {
  readonly codec: 'opus' | 'pcmu'
  readonly privateCandidates: boolean
}

/** Throws `request.invalid` that names what is wrong with the offer. */
export function readOffer(sdp: string, policy: OfferPolicy): Offer {
  if (sdp.length > longestSdp) throw refused(`The offer has ${sdp.length} characters: ${longestSdp} are allowed`)
  const description = readDescription(sdp)
  if (!description) throw refused('The offer is no session description (RFC 8866)')
  if (description.media.length > mostMedia)
    throw refused(`The offer has ${description.media.length} media sections: ${mostMedia} are allowed`)
  const audio = description.media.find(({ kind, port }) => kind === 'audio' && port !== 0)
  if (!audio) throw refused('The offer has no audio: add an audio transceiver before createOffer()')
  checkTransport(description, audio)
  return {
    sdp: writeDescription(withoutCandidates(description, policy.privateCandidates)),
    codec: codecOf(audio, policy.codec),
    keys: [...codecs(audio)].flatMap(([type, name]) => (name.startsWith('telephone-event/') ? [type] : [])),
    channel: description.media.some(({ kind, port }) => kind === 'application' && port !== 0),
  }
}

function checkTransport({ session }: Description, audio: Media): void {
  const value = (name: string) => attributes(audio, name)[0] ?? attributes(session, name)[0]
  if (!value('ice-ufrag') || !value('ice-pwd')) throw refused('The offer has no ICE credentials (ice-ufrag, ice-pwd)')
  const prints = [...attributes(audio, 'fingerprint'), ...attributes(session, 'fingerprint')]
  if (!prints.some((print) => /^sha-256 ([0-9a-f]{2}:){31}[0-9a-f]{2}$/i.test(print)))
    throw refused('The offer has no SHA-256 fingerprint: media without DTLS is not taken')
}

function codecOf(audio: Media, preferred: 'opus' | 'pcmu'): 'opus' | 'pcmu' {
  const names = [...codecs(audio).values()]
  const have = { opus: names.includes('opus/48000'), pcmu: names.includes('pcmu/8000') }
  const other = preferred === 'opus' ? 'pcmu' : 'opus'
  if (have[preferred]) return preferred
  if (have[other]) return other
  throw refused(`The offer has neither Opus nor PCMU (it has: ${names.slice(0, 10).join(', ') || 'nothing known'})`)
}

/** Candidates that policy drops go; names that hide an address go too: the browser's own checks show the address. */
function withoutCandidates({ session, media }: Description, privates: boolean): Description {
  let count = 0
  const kept = media.map((one) => ({
    ...one,
    lines: one.lines.filter((line) => {
      // With no candidate left, an end of them would end ICE: the caller's own checks are to show the way, and time is limited elsewhere.
      if (line === 'a=end-of-candidates') return false
      if (!line.startsWith('a=candidate:')) return true
      if (++count > mostCandidates) throw refused(`The offer has more than ${mostCandidates} candidates`)
      return isWelcome(line, privates)
    }),
  }))
  return { session, media: kept }
}

/** May media be tried at the address that this candidate names? */
export function isWelcome(line: string, privates: boolean): boolean {
  const candidate = readCandidate(line)
  if (!candidate || isHidden(candidate) || candidate.transport !== 'udp') return false
  return privates || !isPrivate(candidate.address)
}

/**
 * For devices with a small DTLS stack and no sense for candidates: SHA-256 fingerprints only; with a host, candidates of exactly
 * that address and none that is related to another. Everything else stays, lines end with CRLF.
 */
export function plainAnswer(sdp: string, host: string | undefined): string {
  return sdp
    .split(/\r?\n/)
    .filter((line) => line !== '' && !/sha-(?:384|512)/i.test(line) && (host === undefined || fitsHost(line, host)))
    .map((line) => `${line}\r\n`)
    .join('')
}

function fitsHost(line: string, host: string): boolean {
  if (!line.startsWith('a=candidate:')) return true
  const candidate = readCandidate(line)
  return candidate !== undefined && candidate.related === undefined && isSame(candidate.address, host)
}

/** Host candidates name the address that browsers reach us at instead of our own (1:1 NAT). */
export function withPublicAddress(sdp: string, address: string): string {
  return sdp.replaceAll(
    /^(a=candidate:\S+ \d+ udp \d+ )(\S+)( \d+ typ host)/gim,
    (_, head: string, own: string, tail: string) =>
      sameKind(own, address) ? `${head}${address}${tail}` : `${head}${own}${tail}`,
  )
}

function sameKind(one: string, other: string): boolean {
  return one.includes(':') === other.includes(':')
}

function refused(message: string): OffhookError {
  return new OffhookError('request.invalid', message)
}
