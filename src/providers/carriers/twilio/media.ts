/** The hot path: fifty media messages a second and call each way, read by position and written in place. */
import { base64Length, decodeBase64, encodeBase64 } from '../../../lib/base64.ts'
import type { StreamEvent } from '../../../spec/carrier.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

const beforeSequence = bytes('{"event":"media","sequenceNumber":"')
const beforeTimestamp = bytes('","timestamp":"')
const beforePayload = bytes('","payload":"')
const ending = bytes('"}}')

/** 20 ms of µ-law. */
const frameBytes = 160
/** Twilio's frames are 160 bytes; what is longer than this is left to the parser. */
const mostBytes = 1024

/** What is the same in all media messages of one stream. */
export interface Template {
  /** Between the numbers of an inbound message: `","streamSid":"MZ…","media":{"track":"inbound","chunk":"`. */
  readonly between: Uint8Array
  /** A whole outbound message with room for one frame: its letters are written over those before. */
  readonly outbound: Uint8Array
  /** Where that room begins. */
  readonly room: number
}

export function templateOf(streamSid: string, prefix: string): Template {
  const outbound = bytes(`${prefix}${'='.repeat(base64Length(frameBytes))}"}}`)
  const between = bytes(`","streamSid":"${streamSid}","media":{"track":"inbound","chunk":"`)
  return { between, outbound, room: prefix.length }
}

/**
 * An inbound media message of this stream, if it is written exactly as Twilio writes it:
 *
 *     {"event":"media","sequenceNumber":"3","streamSid":"MZ…","media":{"track":"inbound","chunk":"1","timestamp":"20","payload":"…"}}
 *
 * Anything else, also the same content spelled otherwise, gives undefined and is left to the JSON parser. The payload is good
 * until the next call: all streams share its place.
 */
export function readMedia(text: Uint8Array, { between }: Template): (StreamEvent & { type: 'audio' }) | undefined {
  let at = passed(text, 0, beforeSequence)
  at = passed(text, digitsEnd(text, at), between)
  const chunkEnd = digitsEnd(text, at)
  const sequence = number(text, at, chunkEnd)
  at = passed(text, chunkEnd, beforeTimestamp)
  const timestampEnd = digitsEnd(text, at)
  const timestampMs = number(text, at, timestampEnd)
  at = passed(text, timestampEnd, beforePayload)
  const end = text.length - ending.length
  // A quote or escape inside the payload is no base64, so what passes here ends where the message does.
  if (at < 0 || sequence < 0 || timestampMs < 0 || passed(text, end, ending) < 0) return undefined
  if (end - at > mostBytes) return undefined
  const length = decodeBase64(text, at, end, heard)
  return length > 0 ? { type: 'audio', payload: viewOf(length), sequence, timestampMs } : undefined
}

const heard = new Uint8Array(mostBytes)
let view = heard.subarray(0, frameBytes)

function viewOf(length: number): Uint8Array {
  if (view.length !== length) view = heard.subarray(0, length)
  return view
}

/** The media message for one frame, good until the next; undefined for any other length. */
export function writeMedia(payload: Uint8Array, { outbound, room }: Template): Uint8Array | undefined {
  if (payload.length !== frameBytes) return undefined
  encodeBase64(payload, outbound, room)
  return outbound
}

/** Where `wanted` ends, if it stands at `at`; otherwise, or when `at` is −1 already, −1. */
function passed(text: Uint8Array, at: number, wanted: Uint8Array): number {
  if (at < 0 || at + wanted.length > text.length) return -1
  for (let index = 0; index < wanted.length; index++) if (text[at + index] !== wanted[index]) return -1
  return at + wanted.length
}

/** The end of the digits at `from`. */
function digitsEnd(text: Uint8Array, from: number): number {
  if (from < 0) return -1
  let at = from
  while (at < text.length && text[at]! >= 48 && text[at]! <= 57) at++
  return at
}

/** The digits in between as a number; -1 when there are none, or more than a number holds. */
function number(text: Uint8Array, from: number, to: number): number {
  if (from < 0 || to === from || to - from > 15) return -1
  let value = 0
  for (let at = from; at < to; at++) value = value * 10 + text[at]! - 48
  return value
}

/**
 * The bytes; undefined when empty, or when any letter is none of base64's: Buffer skips those in silence, so that fewer
 * bytes come out than the length promises. (One letter over a multiple of four is never base64, and would hide one.)
 */
export function unbase64(text: string): Uint8Array | undefined {
  const letters = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
  if (letters === 0 || letters % 4 === 1) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === Math.floor((letters * 3) / 4) ? bytes : undefined
}

export function base64(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer.toString('base64')
}
