/** Offers of ours, and what the answers to them mean (RFC 3264 §5, §7, §8). */
import { codecTable, eventTypes, isCodec, noiseType, type CodecName, type Format } from './codecs.ts'
import { secretLength, type CryptoLine } from './crypto.ts'
import { notAcceptable, type Agreement, type Local, type Negotiated, type Ours } from './negotiated.ts'
import type { MediaDescription, SessionDescription } from './session.ts'
import { addressesOf, directions, frameLength, keysOf } from './terms.ts'
import { keyOf, writeLocal, type Audio } from './write.ts'

/** Without `before` the first of a session. With it: every stream keeps its place and every payload type its meaning. */
export function writeOffer(ours: Ours, before?: Local): Local {
  const type = typeChooser(before)
  const clocks = [...new Set(ours.codecs.map((name) => codecTable[name].clockRate))]
  const audio: Audio = {
    protocol: ours.srtp === 'required' ? 'RTP/SAVP' : 'RTP/AVP',
    codecs: ours.codecs.map((name) => {
      const { encoding, clockRate, payloadType } = codecTable[name]
      return { name, payloadType: type(keyOf(encoding, clockRate), payloadType) }
    }),
    events:
      (ours.events ?? true)
        ? clocks.map((clockRate) => ({
            clockRate,
            payloadType: type(keyOf('telephone-event', clockRate), eventTypes[clockRate] ?? 101),
          }))
        : [],
    noise: ours.comfortNoise && clocks.includes(8000) ? [{ clockRate: 8000, payloadType: noiseType }] : [],
    frameMs: ours.frameMs ?? 20,
    direction: ours.direction ?? 'sendrecv',
    mux: ours.mux ?? false,
    crypto: cryptoOf(ours, before),
  }
  return writeLocal(ours, audio, before ?? { lines: [''], at: 0 }, before)
}

/** The number a format had in this session, or its usual one, or the first that meant nothing yet. */
function typeChooser(before: Local | undefined): (key: string, usual: number) => number {
  const known = new Map(before?.types)
  return (key, usual) => {
    const had = known.get(key)
    if (had !== undefined) return had
    const taken = new Set(known.values())
    let type = usual
    for (let next = 96; taken.has(type) && next < 128; next++) type = next
    known.set(key, type)
    return type
  }
}

/** Keys stay as they are while the session lasts (RFC 4568 §7.1.4): a new one would cost the peer its context. */
function cryptoOf(ours: Ours, before: Local | undefined): readonly CryptoLine[] {
  if ((ours.srtp ?? 'off') === 'off') return []
  const kept = before?.crypto ?? []
  return (ours.suites ?? []).map((suite, index) => {
    const secret = kept.find((line) => line.suite === suite)?.secret ?? ours.random(secretLength(suite))
    return { tag: index + 1, suite, secret }
  })
}

/** `local` is the offer that this answers. */
export function readAnswer(local: Local, ours: Ours, answer: SessionDescription): Agreement {
  const media = answer.media[local.at]
  if (!media || media.kind !== 'audio') return notAcceptable('The answer has no audio where the offer has it')
  if (media.port === 0) return notAcceptable('The answer rejects the audio: no codec of ours is theirs')
  const offered = offeredIn(local, ours)
  const taken = media.formats.flatMap((format) => {
    const name = offered.find((one) => isCodec(format, one))
    return name ? [{ name, format }] : []
  })
  const [first] = taken
  if (!first) return notAcceptable(`The answer has no codec of ours: it has ${namesOf(media.formats)}`)
  const keys = answeredKeys(local, ours, media)
  if (typeof keys === 'string') return notAcceptable(keys)
  const where = addressesOf(media, ours.mux ?? false)
  if (typeof where === 'string') return notAcceptable(where)
  const agreed: Negotiated = {
    codec: first.name,
    sends: { payloadType: first.format.payloadType, frameMs: frameLength(first.name, ours, media) },
    types: new Map(taken.map(({ name, format }): [CodecName, number] => [name, format.payloadType])),
    hears: heard(local, taken),
    events: eventsOf(local, media, codecTable[first.name].clockRate),
    noise: { hears: media.formats.some(({ encoding }) => encoding === 'cn') ? typesLike(local, 'cn') : [] },
    ...directions(ours, media),
    remote: where.remote,
    ...(keys ? { srtp: keys } : {}),
  }
  return { ok: true, local, agreed }
}

function offeredIn({ types }: Local, ours: Ours): readonly CodecName[] {
  return ours.codecs.filter((name) => types.has(keyOf(codecTable[name].encoding, codecTable[name].clockRate)))
}

/** The peer sends with the numbers of our offer (§6.1); or with its own, where it has not understood that and they mean nothing else. */
function heard(
  { types }: Local,
  taken: readonly { readonly name: CodecName; readonly format: Format }[],
): ReadonlyMap<number, CodecName> {
  const own = taken.map(({ name }): [number, CodecName] => {
    const { encoding, clockRate, payloadType } = codecTable[name]
    return [types.get(keyOf(encoding, clockRate)) ?? payloadType, name]
  })
  const used = new Set(types.values())
  const theirs = taken.flatMap(({ name, format }): [number, CodecName][] =>
    used.has(format.payloadType) ? [] : [[format.payloadType, name]],
  )
  return new Map([...theirs, ...own])
}

function eventsOf(local: Local, { formats }: MediaDescription, clockRate: number): Negotiated['events'] {
  const events = formats.filter(({ encoding }) => encoding === 'telephone-event')
  const sends = events.find((event) => event.clockRate === clockRate)?.payloadType
  return {
    ...(sends === undefined ? {} : { sends }),
    hears:
      events.length > 0
        ? [...new Set([...typesLike(local, 'telephone-event'), ...events.map(freeIn(local))].flat())]
        : [],
  }
}

/** The peer's own number, where it means nothing else in our offer. */
function freeIn({ types }: Local): (format: Format) => readonly number[] {
  const used = new Set(types.values())
  return ({ payloadType }) => (used.has(payloadType) ? [] : [payloadType])
}

function typesLike({ types }: Local, encoding: string): readonly number[] {
  return [...types].flatMap(([key, type]) => (key.startsWith(`${encoding}/`) ? [type] : []))
}

/** A sentence where the answer's keys do not fit the offer's; undefined where none are needed. */
function answeredKeys(local: Local, ours: Ours, media: MediaDescription): Negotiated['srtp'] | string {
  if (local.crypto.length === 0)
    return media.encrypted ? 'The answer has keys for SRTP, and the offer had none' : undefined
  const [line] = media.crypto
  const own = local.crypto.find(({ tag, suite }) => tag === line?.tag && suite === line.suite)
  if (line && own) return keysOf(own, line)
  if (ours.srtp === 'required' || media.encrypted)
    return 'The answer has no key for SRTP that fits one of the offer (same tag, same suite), and this line requires it'
  return undefined
}

export function namesOf(formats: readonly Format[]): string {
  const names = formats.slice(0, 12).map(({ encoding, clockRate }) => `${encoding}/${clockRate}`)
  return names.join(', ') || 'nothing that is known'
}
