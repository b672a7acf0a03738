/** A session description as a stranger wrote it (RFC 8866), read for what a call needs of it. Lenient, and never throws. */
import { isIP } from 'node:net'
import { staticFormats, type Format } from './codecs.ts'
import { readCrypto, type CryptoLine } from './crypto.ts'

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

export interface MediaDescription {
  /** `audio`, `video`, `image` … */
  readonly kind: string
  /** 0: rejected, or no longer wanted. */
  readonly port: number
  /** `RTP/AVP`, `RTP/SAVP` … */
  readonly protocol: string
  /** As written: payload types, or what stands in their place. */
  readonly formatList: readonly string[]
  readonly formats: readonly Format[]
  /** Where its media goes: an IP literal, or a name. Undefined where no `c=` says. */
  readonly address: string | undefined
  /** `a=rtcp` (RFC 3605). */
  readonly rtcp: { readonly port: number; readonly address?: string } | undefined
  readonly mux: boolean
  readonly direction: Direction
  readonly ptime: number | undefined
  readonly maxptime: number | undefined
  /** Those lines that we could take. */
  readonly crypto: readonly CryptoLine[]
  /** There are `a=crypto` lines, of whatever kind. */
  readonly encrypted: boolean
}

export interface SessionDescription {
  /** Of `o=`, as text: the peer's version tells whether anything changed (RFC 3264 §8). */
  readonly origin: { readonly id: string; readonly version: string } | undefined
  readonly media: readonly MediaDescription[]
}

export type ParsedSession =
  | { readonly ok: true; readonly session: SessionDescription }
  | { readonly ok: false; readonly why: string }

const longest = 65_536
const mostMedia = 32
const mostLines = 1000
const mostFormats = 128

export function parseSession(text: string): ParsedSession {
  if (text.length > longest) return no(`The description has ${text.length} characters: ${longest} are allowed`)
  const lines = text.split(/\r\n|\r|\n/, mostLines + 1).filter((line) => /^[a-z] ?=/.test(line))
  if (lines.length > mostLines) return no(`The description has more than ${mostLines} lines`)
  if (lines.length === 0 || !/^v ?= ?0\s*$/.test(lines[0]!))
    return no('The body is no session description: it does not begin with v=0')
  const starts = lines.flatMap((line, at) => (line.startsWith('m=') ? [at] : []))
  if (starts.length === 0) return no('The description has no m= line')
  if (starts.length > mostMedia) return no(`The description has ${starts.length} m= lines: ${mostMedia} are allowed`)
  const whole = lines.slice(0, starts[0])
  const media: MediaDescription[] = []
  for (const [index, start] of starts.entries()) {
    const one = readMedia(lines.slice(start, starts[index + 1]), whole)
    if (!one) return no(`The line "${lines[start]!.slice(0, 80)}" cannot be read: m=audio 40000 RTP/AVP 0 is one`)
    media.push(one)
  }
  return { ok: true, session: { origin: originOf(whole), media } }
}

function originOf(lines: readonly string[]): SessionDescription['origin'] {
  const [, id, version] = valueOf(lines, 'o')?.split(/\s+/) ?? []
  return id !== undefined && version !== undefined ? { id, version } : undefined
}

function readMedia(lines: readonly string[], whole: readonly string[]): MediaDescription | undefined {
  const parts = /^m=(\S{1,32})\s+(\d{1,5})(?:\/\d{1,5})?\s+(\S{1,64})((?:\s+\S+)*)\s*$/.exec(lines[0] ?? '')
  const port = Number(parts?.[2])
  if (!parts || port > 65_535) return undefined
  const formatList = (parts[4] ?? '').split(/\s+/).filter(Boolean).slice(0, mostFormats)
  const attributes = attributesOf(lines)
  const session = attributesOf(whole)
  const crypto = [...attributes, ...session].flatMap(([name, value]) => (name === 'crypto' ? [value] : []))
  return {
    ...{ kind: parts[1]!.toLowerCase(), port, protocol: parts[3]!.toUpperCase(), formatList },
    formats: formatsOf(formatList, attributes),
    address: addressOf(valueOf(lines, 'c') ?? valueOf(whole, 'c')),
    rtcp: rtcpOf(valueFrom(attributes, 'rtcp')),
    mux: attributes.some(([name]) => name === 'rtcp-mux'),
    direction: directionOf(attributes) ?? directionOf(session) ?? 'sendrecv',
    ptime: milliseconds(valueFrom(attributes, 'ptime')),
    maxptime: milliseconds(valueFrom(attributes, 'maxptime')),
    crypto: crypto.flatMap((value) => readCrypto(value) ?? []),
    encrypted: crypto.length > 0,
  }
}

type Attribute = readonly [name: string, value: string]

function attributesOf(lines: readonly string[]): readonly Attribute[] {
  return lines.flatMap((line): Attribute[] => {
    if (!line.startsWith('a=')) return []
    const colon = line.indexOf(':')
    if (colon < 0) return [[line.slice(2).trim().toLowerCase(), '']]
    return [[line.slice(2, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]]
  })
}

function valueFrom(attributes: readonly Attribute[], name: string): string | undefined {
  return attributes.find(([one]) => one === name)?.[1]
}

function valueOf(lines: readonly string[], letter: string): string | undefined {
  return lines
    .find((line) => line.startsWith(`${letter}=`))
    ?.slice(2)
    .trim()
}

/** `IN IP4 203.0.113.9`, a multicast's TTL behind a slash left away. */
function addressOf(value: string | undefined): string | undefined {
  return /^IN\s+IP[46]\s+([^\s/]{1,255})/i.exec(value ?? '')?.[1]
}

function rtcpOf(value: string | undefined): MediaDescription['rtcp'] {
  const parts = /^(\d{1,5})(?:\s+IN\s+IP[46]\s+(\S{1,64}))?$/i.exec(value ?? '')
  const port = Number(parts?.[1])
  if (!parts || port === 0 || port > 65_535) return undefined
  return parts[2] !== undefined && isIP(parts[2]) ? { port, address: parts[2] } : { port }
}

function directionOf(attributes: readonly Attribute[]): Direction | undefined {
  const last = attributes.findLast(([name]) => isDirection(name))?.[0]
  return last !== undefined && isDirection(last) ? last : undefined
}

function isDirection(name: string): name is Direction {
  return name === 'sendrecv' || name === 'sendonly' || name === 'recvonly' || name === 'inactive'
}

/** Some write `20.0`; nobody means less than one or more than a second. */
function milliseconds(value: string | undefined): number | undefined {
  const number = Math.round(Number.parseFloat(value ?? ''))
  return number >= 1 && number <= 1000 ? number : undefined
}

function formatsOf(list: readonly string[], attributes: readonly Attribute[]): readonly Format[] {
  const maps = new Map<number, Omit<Format, 'payloadType'>>()
  const parameters = new Map<number, string>()
  for (const [name, value] of attributes) {
    const map = name === 'rtpmap' ? /^(\d{1,3})\s+([^/\s]{1,64})\/(\d{1,6})(?:\/(\d{1,2}))?/.exec(value) : null
    if (map)
      maps.set(Number(map[1]), {
        ...{ encoding: map[2]!.toLowerCase(), clockRate: Number(map[3]), channels: Number(map[4] ?? 1) },
      })
    const fmtp = name === 'fmtp' ? /^(\d{1,3})\s+(.{1,500})$/.exec(value) : null
    if (fmtp) parameters.set(Number(fmtp[1]), fmtp[2]!)
  }
  return list.flatMap((text) => {
    const payloadType = /^\d{1,3}$/.test(text) ? Number(text) : 128
    const format = maps.get(payloadType) ?? staticFormats[payloadType]
    if (payloadType > 127 || !format) return []
    const more = parameters.get(payloadType)
    return [{ payloadType, ...format, ...(more === undefined ? {} : { parameters: more }) }]
  })
}

function no(why: string): ParsedSession {
  return { ok: false, why }
}
