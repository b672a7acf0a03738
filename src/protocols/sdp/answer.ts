/** Answers of ours (RFC 3264 §6): every m= line in its place, one codec, the offer's own payload types. */
import { codecTable, isCodec, type CodecName, type Format } from './codecs.ts'
import { secretLength, type CryptoLine } from './crypto.ts'
import { notAcceptable, type Agreement, type Local, type Negotiated, type Ours } from './negotiated.ts'
import { namesOf } from './offer.ts'
import type { MediaDescription, SessionDescription } from './session.ts'
import { addressesOf, directions, frameLength, keysOf } from './terms.ts'
import { rejected, writeLocal, type Audio } from './write.ts'

/** RFC 3551, 3711 and 4585: feedback messages of AVPF are optional for the answerer. */
const plain = ['RTP/AVP', 'RTP/AVPF']
const secured = ['RTP/SAVP', 'RTP/SAVPF']

/** `before`: what we said last in this session. Refuses with the sentence that goes into a Warning. */
export function answer(offer: SessionDescription, ours: Ours, before?: Local): Agreement {
  const at = offer.media.findIndex(isOurs)
  const media = offer.media[at]
  if (!media) return notAcceptable(`The offer has no audio over RTP: it has ${streamsOf(offer)}`)
  const chosen = choose(media, ours)
  if (!chosen)
    return notAcceptable(
      `No codec in common: the offer has ${namesOf(media.formats)}, this line ${ours.codecs.join(', ')}`,
    )
  const keys = chooseKeys(media, ours, before)
  if (typeof keys === 'string') return notAcceptable(keys)
  const where = addressesOf(media, true)
  if (typeof where === 'string') return notAcceptable(where)
  const both = directions(ours, media)
  const { events, noise } = besideOf(media, ours)
  const frameMs = frameLength(chosen.name, ours, media)
  const audio: Audio = {
    protocol: media.protocol,
    codecs: [{ name: chosen.name, payloadType: chosen.format.payloadType }],
    ...{ events, noise, frameMs, direction: both.direction, mux: media.mux },
    crypto: keys ? [keys.own] : [],
  }
  const lines = offer.media.map((one) => rejected(one.kind, one.protocol, one.formatList))
  return {
    ok: true,
    local: writeLocal(ours, audio, { lines, at }, before),
    agreed: {
      codec: chosen.name,
      sends: { payloadType: chosen.format.payloadType, frameMs },
      types: new Map([[chosen.name, chosen.format.payloadType]]),
      hears: new Map([[chosen.format.payloadType, chosen.name]]),
      events: eventsOf(events, codecTable[chosen.name].clockRate),
      noise: { hears: noise.map(({ payloadType }) => payloadType) },
      ...both,
      remote: where.remote,
      ...(keys ? { srtp: keysOf(keys.own, keys.theirs) } : {}),
    },
  }
}

function isOurs({ kind, port, protocol }: MediaDescription): boolean {
  return kind === 'audio' && port !== 0 && [...plain, ...secured].includes(protocol)
}

function streamsOf({ media }: SessionDescription): string {
  return media.map(({ kind, port, protocol }) => `${kind} ${port} ${protocol}`).join(', ')
}

function choose(
  { formats }: MediaDescription,
  { codecs }: Ours,
): { readonly name: CodecName; readonly format: Format } | undefined {
  for (const name of codecs) {
    const format = formats.find((one) => isCodec(one, name))
    if (format) return { name, format }
  }
  return undefined
}

/** Everything of the offer that may stand beside sound: keys at any clock (phones offer 8000 beside Opus), noise for telephone sound. */
function besideOf({ formats }: MediaDescription, ours: Ours): Pick<Audio, 'events' | 'noise'> {
  return {
    events: (ours.events ?? true) ? formats.filter(({ encoding }) => encoding === 'telephone-event') : [],
    noise: ours.comfortNoise
      ? formats.filter(({ encoding, clockRate }) => encoding === 'cn' && clockRate === 8000)
      : [],
  }
}

/** Sent only by the clock of the sound: all packets of a source share one (RFC 4733 §2.1). */
function eventsOf(events: Audio['events'], clockRate: number): Negotiated['events'] {
  const sends = events.find((event) => event.clockRate === clockRate)?.payloadType
  return { ...(sends === undefined ? {} : { sends }), hears: events.map(({ payloadType }) => payloadType) }
}

/** A sentence where the offer's keys and our wishes do not fit; undefined for plain RTP. */
function chooseKeys(
  media: MediaDescription,
  ours: Ours,
  before: Local | undefined,
): { readonly own: CryptoLine; readonly theirs: CryptoLine } | undefined | string {
  const wanted = ours.srtp ?? 'off'
  const must = secured.includes(media.protocol)
  if (wanted === 'off')
    return must ? 'The offer requires SRTP (RTP/SAVP), and this line has it switched off' : undefined
  const suites = ours.suites ?? []
  const theirs = suites.flatMap((suite) => media.crypto.find((line) => line.suite === suite) ?? [])[0]
  if (theirs) {
    const kept = before?.crypto.find(({ suite }) => suite === theirs.suite)?.secret
    return { own: { ...theirs, secret: kept ?? ours.random(secretLength(theirs.suite)) }, theirs }
  }
  if (must)
    return `The offer requires SRTP, and none of its keys can be used: this line has ${suites.join(', ') || 'none'}`
  if (wanted === 'required') return 'This line requires SRTP, and the offer has no key for it'
  return undefined
}
