/** Cloudonix's media socket: Twilio's shape without marks, µ-law, packets of exactly 20 ms. */
import { isRecord } from '../carrier/rest.ts'
import type { AppMessage, Framing, Track } from '../carrier/stream.ts'
import { readBase64 } from '../sound/codec.ts'
import { frameBytes } from '../sound/frames.ts'
import type { CloudonixCall } from './world.ts'

export interface FrameOrder {
  readonly call: CloudonixCall
  readonly stream: string
  readonly tracks: readonly Track[]
  readonly parameters: Readonly<Record<string, string>>
}

export function cloudonixFraming({ call, stream, tracks, parameters }: FrameOrder): Framing {
  const { callSid, cloudonix } = call.facts
  const say = (event: string, fields: Readonly<Record<string, unknown>>) =>
    JSON.stringify({ event, streamSid: stream, ...fields })
  const start = {
    ...{
      streamSid: stream,
      callSid,
      accountSid: cloudonix.account.domain,
      session: call.ref,
      from: call.from,
      to: call.to,
    },
    context: call.direction === 'inbound' ? 'inbound' : 'outbound-api',
    tracks,
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: parameters,
  }
  return {
    opening: () => [
      JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }),
      say('start', { start }),
    ],
    media: (_, { base64 }) => say('media', { media: { payload: base64 } }),
    digit: (digit) => say('dtmf', { dtmf: { digit } }),
    // Never asked for: `read` refuses marks.
    mark: (name) => say('mark', { mark: { name } }),
    closing: () => [say('stop', { stop: { session: call.ref, callSid } })],
    read: (message) =>
      typeof message === 'string' ? read(message, stream) : invalid('binary messages are not of the protocol'),
    marksWhenCleared: 'dropped',
    bufferMs: 600_000,
  }
}

function read(text: string, stream: string): AppMessage {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return invalid('it is not JSON') // what the parser says would quote the message
  }
  if (!isRecord(message)) return invalid('it is no JSON object')
  if (message['streamSid'] !== stream) return invalid('streamSid is not the one of this stream')
  if (message['event'] === 'clear') return { type: 'clear' }
  if (message['event'] !== 'media') return invalid('this event is unknown')
  const bytes = isRecord(message['media']) ? readBase64(message['media']['payload']) : undefined
  if (!bytes) return invalid('media.payload is no base64')
  // Longer packets garble the sound.
  if (bytes.length !== frameBytes) return invalid(`${bytes.length} bytes are not a packet of ${frameBytes}`)
  return { type: 'media', bytes }
}

function invalid(why: string): AppMessage {
  return { type: 'invalid', why }
}
