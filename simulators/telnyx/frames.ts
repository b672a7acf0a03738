/** Telnyx's media socket: JSON text both ways, sound without RTP headers, order not promised. */
import type { AppMessage, Framing, Track } from '../carrier/stream.ts'
import { isRecord } from '../carrier/rest.ts'
import { base64, l16, pcma, pcmu, readBase64, type Codec } from '../sound/codec.ts'
import { microseconds } from './events.ts'
import type { TelnyxCall } from './world.ts'

export type CodecName = 'PCMU' | 'PCMA' | 'L16'

export interface FrameOrder {
  readonly call: TelnyxCall
  readonly stream: string
  /** From us; `sends` is what the application says it speaks. */
  readonly codec: CodecName
  readonly sends: CodecName
  /** Of L16; the others have 8 kHz. */
  readonly rate: number
  /** Without `rtp` the application's frames are dropped without a word. */
  readonly rtp: boolean
  readonly authToken: string | undefined
  readonly parameters: Readonly<Record<string, string>>
}

const codes = { malformed: 100_003, media: 100_004, unknown: 100_002 } as const
const titles: Readonly<Record<number, string>> = {
  100_002: 'unknown_error',
  100_003: 'malformed_frame',
  100_004: 'invalid_media',
}

function codecOf(name: CodecName, rate: number): Codec {
  if (name === 'L16') return l16(rate)
  return name === 'PCMA' ? pcma : pcmu
}

export function telnyxFraming(order: FrameOrder): Framing {
  const { call, stream, codec } = order
  const wire = codecOf(codec, order.rate)
  const spoken = codecOf(order.sends, order.rate)
  const chunks: Record<Track, number> = { inbound: 0, outbound: 0 }
  let sequence = 0
  const next = () => String(++sequence)
  const message = (event: string, fields: Readonly<Record<string, unknown>>) =>
    JSON.stringify({ event, sequence_number: next(), stream_id: stream, ...fields })
  return {
    opening: () => [connected(order), message('start', { start: startOf(order) })],
    media: (track, frame, at) =>
      message('media', {
        media: {
          track,
          chunk: String(++chunks[track]),
          timestamp: String(at),
          payload: base64(wire.encode(frame.bytes)),
        },
      }),
    digit: (digit) => message('dtmf', { occurred_at: microseconds(call.world.clock.now()), dtmf: { digit } }),
    mark: (name) => message('mark', { mark: { name } }),
    closing: () => [
      message('stop', { stop: { user_id: call.facts.telnyx.account.userId, call_control_id: call.ref } }),
    ],
    refused: ({ code = codes.unknown, why }) =>
      JSON.stringify({ event: 'error', stream_id: stream, payload: { code, title: titles[code], detail: why } }),
    read: (text) => (typeof text === 'string' ? read(text, spoken, order.rtp) : invalid(codes.malformed, 'binary')),
    marksWhenCleared: 'returned',
    bufferMs: 600_000,
  }
}

function connected({ authToken }: FrameOrder): string {
  const token = authToken === undefined ? {} : { stream_auth_token: authToken }
  return JSON.stringify({ event: 'connected', version: '1.0.0', ...token })
}

function startOf({ call, codec, rate, parameters }: FrameOrder): Readonly<Record<string, unknown>> {
  const { telnyx, sessionId, clientState } = call.facts
  return {
    user_id: telnyx.account.userId,
    call_control_id: call.ref,
    call_session_id: sessionId,
    from: call.from,
    to: call.to,
    client_state: clientState ?? null,
    custom_parameters: parameters,
    tags: [],
    media_format: { encoding: codec, sample_rate: codec === 'L16' ? rate : 8000, channels: 1 },
  }
}

function read(text: string, codec: Codec, rtp: boolean): AppMessage {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return invalid(codes.malformed, 'not JSON') // what the parser says would quote the message
  }
  if (!isRecord(message)) return invalid(codes.malformed, 'no object')
  switch (message.event) {
    case 'media':
      return readMedia(message.media, codec, rtp)
    case 'mark':
      return isRecord(message.mark) && typeof message.mark.name === 'string'
        ? { type: 'mark', name: message.mark.name }
        : invalid(codes.malformed, 'mark has no name')
    case 'clear':
      return { type: 'clear' }
    default:
      return invalid(codes.unknown, 'this event is unknown')
  }
}

/** 20 ms to 30 s a message. */
function readMedia(media: unknown, codec: Codec, rtp: boolean): AppMessage {
  const bytes = isRecord(media) ? readBase64(media.payload) : undefined
  if (!bytes) return invalid(codes.media, 'media.payload is no base64')
  if (!rtp) return { type: 'ignored' }
  if (bytes.length < codec.frame || bytes.length > codec.frame * 1500) {
    return invalid(codes.media, `${bytes.length} bytes are not 20 ms to 30 s`)
  }
  return { type: 'media', bytes: codec.decode(bytes) }
}

function invalid(code: number, why: string): AppMessage {
  return { type: 'invalid', code, why }
}
