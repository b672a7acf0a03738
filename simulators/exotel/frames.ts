/** Exotel's media socket: linear sound in base64, 100 ms from it, whole times 320 bytes to it. */
import { isRecord } from '../carrier/rest.ts'
import type { AppMessage, Framing } from '../carrier/stream.ts'
import { base64, l16, readBase64, type Codec } from '../sound/codec.ts'
import type { ExotelCall } from './world.ts'

/** Frames of 20 ms in a message of Exotel's. */
const together = 5
const grain = 320
const smallest = 3200
const largest = 100_000

export interface FrameOrder {
  readonly call: ExotelCall
  readonly stream: string
  readonly url: string
}

/** By the address: `?sample-rate=`. */
function rateOf(url: string): number {
  const rate = Number(new URL(url).searchParams.get('sample-rate') ?? 8000)
  return [8000, 16_000, 24_000].includes(rate) ? rate : 8000
}

export function exotelFraming({ call, stream, url }: FrameOrder): Framing {
  const { exotel, customField } = call.facts
  const rate = rateOf(url)
  const codec = l16(rate)
  const waiting: Uint8Array[] = []
  let sequence = 0
  let chunk = 0
  let since = 0
  const say = (event: string, fields: Readonly<Record<string, unknown>>) =>
    JSON.stringify({ event, sequence_number: String(++sequence), stream_sid: stream, ...fields })
  const ids = { call_sid: call.ref, account_sid: exotel.account.sid }
  const custom = customField ? { CustomField: customField } : {}
  const start = {
    ...{ stream_sid: stream, ...ids, from: call.from, to: call.to },
    custom_parameters: { ...parametersOf(url), ...custom },
    media_format: { encoding: 'audio/x-raw', sample_rate: String(rate), bit_rate: '16' },
  }
  return {
    opening: () => [JSON.stringify({ event: 'connected' }), say('start', { start })],
    media(_, frame, at) {
      if (waiting.length === 0) since = at
      waiting.push(codec.encode(frame.bytes))
      if (waiting.length < together) return undefined
      const payload = base64(Buffer.concat(waiting.splice(0)))
      return say('media', { media: { chunk: String(++chunk), timestamp: String(since), payload } })
    },
    digit: (digit) => say('dtmf', { dtmf: { digit, duration: '100' } }),
    mark: (name) => say('mark', { mark: { name } }),
    closing: () => [say('stop', { stop: { ...ids, reason: call.endedBy === 'person' ? 'callended' : 'stopped' } })],
    read: (message) =>
      typeof message === 'string' ? read(message, stream, codec) : invalid('binary messages are not of the protocol'),
    marksWhenCleared: 'dropped',
    bufferMs: 600_000,
  }
}

/** Up to three of the query, besides the rate. */
function parametersOf(url: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...new URL(url).searchParams].filter(([name]) => name !== 'sample-rate').slice(0, 3))
}

/** Both spellings of the stream's id are known. */
function read(text: string, stream: string, codec: Codec): AppMessage {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return invalid('it is not JSON') // what the parser says would quote the message
  }
  if (!isRecord(message)) return invalid('it is no JSON object')
  if ((message['stream_sid'] ?? message['streamSid']) !== stream)
    return invalid('stream_sid is not the one of this stream')
  const { media, mark } = message
  switch (message['event']) {
    case 'media':
      return isRecord(media) ? readSound(readBase64(media['payload']), codec) : invalid('media is no object')
    case 'mark':
      return isRecord(mark) && typeof mark['name'] === 'string'
        ? { type: 'mark', name: mark['name'] }
        : invalid('mark has no name')
    case 'clear':
      return { type: 'clear' }
    default:
      return invalid('this event is unknown')
  }
}

function readSound(bytes: Uint8Array | undefined, codec: Codec): AppMessage {
  if (!bytes) return invalid('media.payload is no base64')
  if (bytes.length % grain !== 0) return invalid(`${bytes.length} bytes are not whole times ${grain}`)
  if (bytes.length < smallest || bytes.length > largest)
    return invalid(`${bytes.length} bytes are not within ${smallest}–${largest}`)
  return { type: 'media', bytes: codec.decode(bytes) }
}

function invalid(why: string): AppMessage {
  return { type: 'invalid', why }
}
