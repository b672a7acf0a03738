/** The short way of sound: messages read and written by position, once the first of a stream has shown how they are spelled. */
import { base64Length, decodeBase64, encodeBase64 } from '../../lib/base64.ts'
import type { StreamEvent } from '../../spec/carrier.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text))

/** What is the same in all sound messages that come on a stream. */
export interface Inbound {
  /** Between the numbers that change from message to message; the last ends where the payload begins. */
  readonly parts: readonly Uint8Array[]
  /** Which of the numbers counts the sound; −1 where none does. */
  readonly counter: number
  /** After the payload. */
  readonly tail: Uint8Array
}

/** The numbers that rise: whatever else has digits (ids, rates) must stay as it is. */
const rising = /("(?:sequenceNumber|sequence_number|chunk|timestamp)"\s*:\s*"?)\d{1,15}(?=["\s,}])/g
const payload = /"payload"\s*:\s*"([A-Za-z0-9+/=]+)"/

/** From a sound message that was understood; undefined when it has no plain payload. */
export function inboundOf(text: string): Inbound | undefined {
  const found = payload.exec(text)
  if (!found) return undefined
  const from = found.index + found[0].length - 1 - (found[1]?.length ?? 0)
  const [head, tail] = [text.slice(0, from), text.slice(from + (found[1]?.length ?? 0))]
  // Numbers behind the payload would have to be read backwards: such messages are left to the parser.
  if (tail.search(rising) >= 0) return undefined
  const parts: string[] = []
  let counter = -1
  let at = 0
  for (const match of head.matchAll(rising)) {
    const end = match.index + (match[1]?.length ?? 0)
    if (match[1]?.startsWith('"chunk"')) counter = parts.length
    parts.push(head.slice(at, end))
    at = match.index + match[0].length
  }
  parts.push(head.slice(at))
  return { parts: parts.map(bytes), counter, tail: bytes(tail) }
}

/** Longer payloads are left to the parser. */
const mostLetters = 16_384
const heard = new Uint8Array(mostLetters)
let view = heard.subarray(0, 160)

/** The sound of a message spelled exactly like the first, but for its numbers. Good until the next call: all streams share its place. */
export function readSound(text: Uint8Array, { parts, counter, tail }: Inbound, counted: boolean): Sound | undefined {
  let at = 0
  let sequence = -1
  for (let index = 0; index < parts.length; index++) {
    at = passed(text, at, parts[index]!)
    if (at < 0) return undefined
    if (index === parts.length - 1) break
    const end = digitsEnd(text, at)
    if (end === at || end - at > 15) return undefined
    if (index === counter) sequence = number(text, at, end)
    at = end
  }
  const end = text.length - tail.length
  if (end - at > mostLetters || end < at || passed(text, end, tail) < 0) return undefined
  const length = decodeBase64(text, at, end, heard)
  if (length <= 0) return undefined
  if (view.length !== length) view = heard.subarray(0, length)
  return counted && sequence >= 0 ? { type: 'audio', payload: view, sequence } : { type: 'audio', payload: view }
}

type Sound = StreamEvent & { readonly type: 'audio' }

/** A message of ours with room for one frame. */
export interface Outbound {
  readonly text: Uint8Array
  readonly room: number
  readonly frameBytes: number
}

/** `write` gives the message for an encoded payload. */
export function outboundOf(frameBytes: number, write: (payload: string) => string): Outbound | undefined {
  const room = '='.repeat(base64Length(frameBytes))
  const written = write(room)
  const at = written.indexOf(room)
  return at < 0 ? undefined : { text: bytes(written), room: Buffer.byteLength(written.slice(0, at)), frameBytes }
}

/** The message for one frame, good until the next; undefined for any other length. */
export function writeSound(frame: Uint8Array, { text, room, frameBytes }: Outbound): Uint8Array | undefined {
  if (frame.length !== frameBytes) return undefined
  encodeBase64(frame, text, room)
  return text
}

/** Where `wanted` ends, if it stands at `at`; otherwise −1. */
function passed(text: Uint8Array, at: number, wanted: Uint8Array): number {
  if (at < 0 || at + wanted.length > text.length) return -1
  for (let index = 0; index < wanted.length; index++) if (text[at + index] !== wanted[index]) return -1
  return at + wanted.length
}

function digitsEnd(text: Uint8Array, from: number): number {
  let at = from
  while (at < text.length && text[at]! >= 48 && text[at]! <= 57) at++
  return at
}

function number(text: Uint8Array, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) value = value * 10 + text[at]! - 48
  return value
}
