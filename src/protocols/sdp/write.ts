/** Our descriptions as text: the version rises only when something changed, and every m= line keeps its place. */
import { isIPv6 } from 'node:net'
import { codecTable, type CodecName } from './codecs.ts'
import { writeCrypto, type CryptoLine } from './crypto.ts'
import type { Local, Ours } from './negotiated.ts'
import type { Direction } from './session.ts'

export interface Audio {
  readonly protocol: string
  readonly codecs: readonly { readonly name: CodecName; readonly payloadType: number }[]
  readonly events: readonly { readonly clockRate: number; readonly payloadType: number }[]
  readonly noise: readonly { readonly clockRate: number; readonly payloadType: number }[]
  readonly frameMs: number
  readonly direction: Direction
  readonly mux: boolean
  readonly crypto: readonly CryptoLine[]
}

export interface Slots {
  /** Rejected lines; the one at `at` is ours. */
  readonly lines: readonly string[]
  readonly at: number
}

export function writeLocal(ours: Ours, audio: Audio, slots: Slots, before: Local | undefined): Local {
  const kind = isIPv6(ours.address) ? 'IP6' : 'IP4'
  const own = audioLines(ours, audio, kind)
  const media = slots.lines.flatMap((line, at) => (at === slots.at ? own : [line]))
  const rest = ['s=-', `c=IN ${kind} ${ours.address}`, 't=0 0', ...media]
  const body = rest.join('\r\n')
  const version = before ? before.version + (before.body === body ? 0 : 1) : 1
  const sdp = `${['v=0', `o=- ${ours.id} ${version} IN ${kind} ${ours.address}`, ...rest].join('\r\n')}\r\n`
  const { lines, at } = slots
  return { sdp, version, body, lines, at, types: typesOf(audio, before), crypto: audio.crypto }
}

/** A stream we do not take: answered in its place, with port 0 (RFC 3264 §6). */
export function rejected(kind: string, protocol: string, formats: readonly string[]): string {
  return `m=${kind} 0 ${protocol} ${formats.join(' ') || '0'}`
}

function audioLines(ours: Ours, audio: Audio, kind: 'IP4' | 'IP6'): readonly string[] {
  const { codecs, events, noise, mux } = audio
  const types = [...codecs, ...noise, ...events].map(({ payloadType }) => payloadType)
  const rtcpPort = ours.rtcpPort ?? ours.port + 1
  const rtcp = mux ? ours.port : rtcpPort
  return [
    `m=audio ${ours.port} ${audio.protocol} ${types.join(' ')}`,
    ...codecs.flatMap(codecLines),
    ...noise.map(({ payloadType, clockRate }) => `a=rtpmap:${payloadType} CN/${clockRate}`),
    ...events.flatMap(({ payloadType, clockRate }) => [
      `a=rtpmap:${payloadType} telephone-event/${clockRate}`,
      `a=fmtp:${payloadType} 0-15`,
    ]),
    `a=ptime:${audio.frameMs}`,
    // Said only where it is not what everybody assumes.
    ...(rtcp === ours.port + 1 ? [] : [`a=rtcp:${rtcp} IN ${kind} ${ours.address}`]),
    ...(mux ? ['a=rtcp-mux'] : []),
    ...audio.crypto.map(writeCrypto),
    `a=${audio.direction}`,
  ]
}

function codecLines({ name, payloadType }: Audio['codecs'][number]): readonly string[] {
  const { encoding, clockRate, channels, parameters } = codecTable[name]
  const map = `a=rtpmap:${payloadType} ${encoding}/${clockRate}${channels === undefined ? '' : `/${channels}`}`
  return parameters === undefined ? [map] : [map, `a=fmtp:${payloadType} ${parameters}`]
}

/** How payload types are remembered. */
export const keyOf = (encoding: string, clockRate: number): string => `${encoding.toLowerCase()}/${clockRate}`

function typesOf({ codecs, events, noise }: Audio, before: Local | undefined): ReadonlyMap<string, number> {
  return new Map([
    ...(before?.types ?? []),
    ...codecs.map(({ name, payloadType }): [string, number] => {
      const { encoding, clockRate } = codecTable[name]
      return [keyOf(encoding, clockRate), payloadType]
    }),
    ...events.map(({ clockRate, payloadType }): [string, number] => [keyOf('telephone-event', clockRate), payloadType]),
    ...noise.map(({ clockRate, payloadType }): [string, number] => [keyOf('cn', clockRate), payloadType]),
  ])
}
