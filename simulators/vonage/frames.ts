/** Vonage's media socket: binary frames of exactly 20 ms, and text beside them. */
import { isRecord } from '../carrier/rest.ts'
import type { AppMessage, Framing } from '../carrier/stream.ts'
import { l16, type Codec } from '../sound/codec.ts'

/** 3072 packets of 20 ms. */
const bufferMs = 3072 * 20

export interface FrameOrder {
  readonly contentType: string
  readonly headers: Readonly<Record<string, unknown>>
}

/** Of `audio/l16;rate=…`; undefined when it is something else. */
function rateOf(contentType: unknown): number | undefined {
  const rate = /^audio\/l16;rate=(8000|16000|24000)$/.exec(String(contentType))?.[1]
  return rate === undefined ? undefined : Number(rate)
}

export function vonageFraming({ contentType, headers }: FrameOrder): Framing {
  const codec = l16(rateOf(contentType) ?? 16_000)
  return {
    // What the application gave as headers stands beside what we say ourselves.
    opening: () => [JSON.stringify({ event: 'websocket:connected', 'content-type': contentType, ...headers })],
    media: (_, frame) => codec.encode(frame.bytes),
    digit: (digit) => JSON.stringify({ event: 'websocket:dtmf', digit, duration: 260 }),
    mark: (payload) => `{"event":"websocket:notify","payload":${payload}}`,
    cleared: () => JSON.stringify({ event: 'websocket:cleared' }),
    read: (message) => (typeof message === 'string' ? readText(message) : readSound(message, codec)),
    marksWhenCleared: 'dropped',
    bufferMs,
  }
}

function readSound(bytes: Uint8Array, codec: Codec): AppMessage {
  if (bytes.length !== codec.frame) return invalid(`${bytes.length} bytes are not a frame of ${codec.frame}`)
  return { type: 'media', bytes: codec.decode(bytes) }
}

function readText(text: string): AppMessage {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return invalid('a text that is not JSON') // what the parser says would quote it
  }
  if (!isRecord(message)) return invalid('a text that is no object')
  if (message['action'] === 'clear') return { type: 'clear' }
  if (message['action'] === 'notify' && isRecord(message['payload']))
    return { type: 'mark', name: JSON.stringify(message['payload']) }
  return invalid('this action is unknown')
}

function invalid(why: string): AppMessage {
  return { type: 'invalid', why }
}
