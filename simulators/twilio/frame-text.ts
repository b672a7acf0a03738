/** The text of the frames Twilio sends on a media socket: constant parts are built once per stream. */
import type { Fields } from './signature.ts'

export interface StreamNames {
  readonly streamSid: string
  readonly accountSid: string
  readonly callSid: string
}

export const connectedText = JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' })

export function startText(names: StreamNames, tracks: readonly string[], parameters: Fields): string {
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
export function mediaWriter(streamSid: string, track: 'inbound' | 'outbound') {
  const middle = `","streamSid":"${streamSid}","media":{"track":"${track}","chunk":"`
  let chunk = 0
  return (sequence: number, timestamp: number, base64: string) =>
    `{"event":"media","sequenceNumber":"${sequence}${middle}${++chunk}","timestamp":"${timestamp}","payload":"${base64}"}}`
}

export function digitText(streamSid: string, sequence: number, digit: string): string {
  const dtmf = { track: 'inbound_track', digit }
  return JSON.stringify({ event: 'dtmf', streamSid, sequenceNumber: String(sequence), dtmf })
}

export function markText(streamSid: string, sequence: number, name: string): string {
  return JSON.stringify({ event: 'mark', sequenceNumber: String(sequence), streamSid, mark: { name } })
}

export function stopText(names: StreamNames, sequence: number): string {
  const { accountSid, callSid, streamSid } = names
  return JSON.stringify({ event: 'stop', sequenceNumber: String(sequence), streamSid, stop: { accountSid, callSid } })
}
