/** The text of the frames Twilio sends on a media socket: constant parts are built once per stream. */
import type { Framing, Track } from '../carrier/stream.ts'
import { readAppMessage } from './frame-reader.ts'
import type { Fields } from './signature.ts'

export interface StreamNames {
  readonly streamSid: string
  readonly accountSid: string
  readonly callSid: string
}

/** Ten minutes; what comes on top is discarded (error 31931). */
const bufferMs = 600_000

export function twilioFraming(stream: {
  readonly names: StreamNames
  readonly tracks: readonly Track[]
  readonly parameters: Fields
}): Framing {
  const { names, tracks, parameters } = stream
  const { streamSid } = names
  const writers = { inbound: mediaWriter(streamSid, 'inbound'), outbound: mediaWriter(streamSid, 'outbound') }
  let sequence = 1
  return {
    opening: () => [connectedText, startText(names, tracks, parameters)],
    media: (track, frame, at) => writers[track](++sequence, at, frame.base64),
    digit: (digit) => digitText(streamSid, ++sequence, digit),
    mark: (name) => markText(streamSid, ++sequence, name),
    closing: () => [stopText(names, ++sequence)],
    read: (message) =>
      typeof message === 'string'
        ? readAppMessage(message, streamSid)
        : { type: 'invalid', code: 31950, why: 'Malformed Message: WebSocket binary format is used' },
    marksWhenCleared: 'returned',
    bufferMs,
  }
}

const connectedText = JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' })

function startText(names: StreamNames, tracks: readonly string[], parameters: Fields): string {
  return JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    start: {
      accountSid: names.accountSid,
      streamSid: names.streamSid,
      callSid: names.callSid,
      tracks,
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: Object.fromEntries(parameters),
    },
    streamSid: names.streamSid,
  })
}

/** Writes `media` frames of one track: numbers are strings, chunks count from 1. */
function mediaWriter(streamSid: string, track: Track) {
  const middle = `","streamSid":"${streamSid}","media":{"track":"${track}","chunk":"`
  let chunk = 0
  return (sequence: number, timestamp: number, base64: string) =>
    `{"event":"media","sequenceNumber":"${sequence}${middle}${++chunk}","timestamp":"${timestamp}","payload":"${base64}"}}`
}

function digitText(streamSid: string, sequence: number, digit: string): string {
  const dtmf = { track: 'inbound_track', digit }
  return JSON.stringify({ event: 'dtmf', streamSid, sequenceNumber: String(sequence), dtmf })
}

function markText(streamSid: string, sequence: number, name: string): string {
  return JSON.stringify({ event: 'mark', sequenceNumber: String(sequence), streamSid, mark: { name } })
}

function stopText(names: StreamNames, sequence: number): string {
  const { accountSid, callSid, streamSid } = names
  return JSON.stringify({ event: 'stop', sequenceNumber: String(sequence), streamSid, stop: { accountSid, callSid } })
}
