/** Plivo's media socket: `start` comes first, sound goes out as `playAudio`, checkpoints come back when they were heard. */
import { isRecord } from '../carrier/rest.ts'
import type { AppMessage, Framing } from '../carrier/stream.ts'
import { base64, l16, pcmu, readBase64, type Codec } from '../sound/codec.ts'
import type { MediaKind } from './kind.ts'
import type { PlivoCall } from './world.ts'

/** As `contentType` says it. */
export interface Format {
  readonly encoding: 'audio/x-mulaw' | 'audio/x-l16'
  readonly rate: number
}

export interface FrameOrder {
  readonly call: PlivoCall
  readonly stream: string
  readonly format: Format
  readonly extraHeaders: string
}

/** A message may have so many bytes. */
const largest = 64 * 1024

export function readFormat(contentType: string): Format | undefined {
  const match = /^(audio\/x-(?:mulaw|l16));rate=(8000|16000|24000)$/.exec(contentType.replaceAll(' ', ''))
  if (!match) return undefined
  const encoding = match[1] === 'audio/x-l16' ? 'audio/x-l16' : 'audio/x-mulaw'
  const rate = Number(match[2])
  return encoding === 'audio/x-mulaw' && rate !== 8000 ? undefined : { encoding, rate }
}

function codecOf({ encoding, rate }: Format): Codec {
  return encoding === 'audio/x-l16' ? l16(rate) : pcmu
}

export function plivoFraming(order: FrameOrder): Framing {
  const { call, stream, format } = order
  const { plivo } = call.facts
  const { media } = plivo.kind
  const codec = codecOf(format)
  const extra = { extra_headers: media.extraHeaders(order.extraHeaders) }
  let sequence = 0
  let chunk = 0
  const message = (event: string, fields: Readonly<Record<string, unknown>>) =>
    JSON.stringify({ event, sequenceNumber: ++sequence, streamId: stream, ...fields })
  const word = (event: string, fields: Readonly<Record<string, unknown>>) =>
    media.wordy ? message(event, fields) : JSON.stringify({ event, ...fields })
  const epoch = () => String(Math.round(call.world.clock.now()))
  return {
    opening: () => [JSON.stringify({ event: 'start', sequenceNumber: ++sequence, start: startOf(order), ...extra })],
    media: (_, frame) =>
      message('media', {
        media: { track: 'inbound', timestamp: epoch(), chunk: ++chunk, payload: base64(codec.encode(frame.bytes)) },
        ...extra,
      }),
    digit: (digit) =>
      word('dtmf', {
        dtmf: media.wordy ? { digit, track: 'inbound', timestamp: epoch() } : { digit },
        ...(media.wordy ? extra : {}),
      }),
    mark: (name) => word('playedStream', { name }),
    cleared: () => word('clearedAudio', media.wordy ? {} : { streamId: stream }),
    read: (text) => read(text, order, media),
    // A checkpoint tells of sound that was really played.
    marksWhenCleared: 'dropped',
    clearingMs: media.clearingMs,
    bufferMs: media.bufferMs,
  }
}

function startOf({ call, stream, format }: FrameOrder): Readonly<Record<string, unknown>> {
  const { plivo } = call.facts
  return {
    callId: call.ref,
    streamId: stream,
    accountId: plivo.kind.media.account(plivo),
    tracks: ['inbound'],
    mediaFormat: { encoding: format.encoding, sampleRate: format.rate },
  }
}

function read(text: string | Uint8Array, order: FrameOrder, kind: MediaKind): AppMessage {
  if (typeof text !== 'string') return invalid('binary messages are not of the protocol')
  if (text.length > largest) return invalid(`a message of ${text.length} bytes is too large`)
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return invalid('it is not JSON') // what the parser says would quote the message
  }
  if (!isRecord(message)) return invalid('it is no JSON object')
  const { streamId } = message
  if (streamId !== undefined && streamId !== order.stream) return invalid('streamId is not the one of this stream')
  switch (message['event']) {
    case 'playAudio':
      return readAudio(message['media'], order, kind)
    case 'checkpoint':
      return typeof message['name'] === 'string'
        ? { type: 'mark', name: message['name'] }
        : invalid('checkpoint has no name')
    case 'clearAudio':
      return { type: 'clear' }
    case 'sendDTMF':
      return kind.takes.includes('sendDTMF') ? readDigits(message['dtmf']) : invalid('sendDTMF is unknown')
    case 'stop':
      return kind.takes.includes('stop') ? { type: 'stop' } : invalid('stop is unknown')
    default:
      return invalid('this event is unknown')
  }
}

/** `contentType` without a rate, the rate beside it, as a number or a string of one. */
function readAudio(media: unknown, { format }: FrameOrder, kind: MediaKind): AppMessage {
  if (!isRecord(media)) return invalid('media is no object')
  const { contentType, sampleRate } = media
  const given = readFormat(`${String(contentType)};rate=${String(sampleRate)}`)
  if (!given) return invalid(`contentType ${String(contentType)} at ${String(sampleRate)} is not playable`)
  if (!kind.anyFormat && (given.encoding !== format.encoding || given.rate !== format.rate))
    return invalid('contentType and sampleRate are not those of the stream')
  const bytes = readBase64(media['payload'])
  return bytes ? { type: 'media', bytes: codecOf(given).decode(bytes) } : invalid('media.payload is no base64')
}

function readDigits(digits: unknown): AppMessage {
  const good = typeof digits === 'string' && /^[0-9A-D*#wW]+$/.test(digits)
  return good ? { type: 'digits', digits } : invalid('dtmf holds no keys')
}

function invalid(why: string): AppMessage {
  return { type: 'invalid', why }
}
