/** The hot path: fifty media messages a second and call, read by position instead of being parsed. */
import type { StreamEvent } from '../../../spec/carrier.ts'

const beforeSequence = '{"event":"media","sequenceNumber":"'
const beforeStream = '","streamSid":"'
const beforeChunk = '","media":{"track":"inbound","chunk":"'
const beforeTimestamp = '","timestamp":"'
const beforePayload = '","payload":"'
const ending = '"}}'

/**
 * An inbound media message of this stream, if it is written exactly as Twilio writes it:
 *
 *     {"event":"media","sequenceNumber":"3","streamSid":"MZ…","media":{"track":"inbound","chunk":"1","timestamp":"20","payload":"…"}}
 *
 * Anything else, also the same content spelled otherwise, gives undefined and is left to the JSON parser.
 */
export function readMedia(text: string, streamSid: string): (StreamEvent & { type: 'audio' }) | undefined {
  if (!text.startsWith(beforeSequence)) return undefined
  let at = digitsEnd(text, beforeSequence.length)
  if (!text.startsWith(beforeStream, at)) return undefined
  at += beforeStream.length
  if (!text.startsWith(streamSid, at)) return undefined
  at += streamSid.length
  if (!text.startsWith(beforeChunk, at)) return undefined
  at += beforeChunk.length
  const chunkEnd = digitsEnd(text, at)
  const sequence = number(text, at, chunkEnd)
  if (sequence < 0 || !text.startsWith(beforeTimestamp, chunkEnd)) return undefined
  at = chunkEnd + beforeTimestamp.length
  const timestampEnd = digitsEnd(text, at)
  const timestampMs = number(text, at, timestampEnd)
  if (timestampMs < 0 || !text.startsWith(beforePayload, timestampEnd) || !text.endsWith(ending)) return undefined
  // A quote or escape inside the payload is no base64, so what passes here ends where the message does.
  const payload = unbase64(text.slice(timestampEnd + beforePayload.length, -ending.length))
  return payload && { type: 'audio', payload, sequence, timestampMs }
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

function digitsEnd(text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code >= 48 && code <= 57; code = text.charCodeAt(at)) at++
  return at
}

/** The digits in between as a number; -1 when there are none, or more than a number holds. */
function number(text: string, from: number, to: number): number {
  if (to === from || to - from > 15) return -1
  let value = 0
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - 48
  return value
}
