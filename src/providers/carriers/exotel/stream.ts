/** Exotel's media socket: linear sound in base64, messages of multiples of 320 bytes, both spellings of every name. */
import { given, inner, strings, text, whole, type Fields } from '../../../protocols/json-media/fields.ts'
import type { Started } from '../../../protocols/json-media/dialect.ts'
import { jsonMedia } from '../../../protocols/json-media/stream.ts'
import type { StreamFormat } from '../../../spec/audio.ts'
import type { Stream } from '../../../spec/carrier.ts'
import { indian } from './reports.ts'

/** At least 3200 bytes a message, as Exotel asks: 100 ms, or 200 ms at 8 kHz. Always whole frames: the playout fills them up. */
const formats: readonly StreamFormat[] = [
  { encoding: 'l16le', rate: 16_000, frameMs: 100, leadMs: 400 },
  { encoding: 'l16le', rate: 8_000, frameMs: 200, leadMs: 400 },
  { encoding: 'l16le', rate: 24_000, frameMs: 100, leadMs: 400 },
]

export const stream: Stream = {
  formats,
  marks: true,
  signed: true,
  ...jsonMedia({
    greets: (first) =>
      (first['event'] === 'connected' && !('version' in first) && !('protocol' in first)) ||
      (first['event'] === 'start' && isOwn(inner(first, 'start')) && streamIn(first) !== undefined),
    events: { connected: 'greeting', start: 'start', media: 'media', dtmf: 'digit', mark: 'mark', stop: 'stop' },
    start,
    streamOf: streamIn,
    counted: true,
    counts: true,
    markOf: (message) => inner(message, 'mark')['name'],
    write: {
      // Some streams drop sound without its counters.
      audio: (payload, { streamRef, format: { frameMs } }, count) =>
        `{"event":"media",${named(streamRef)},"sequence_number":"${count + 1}","media":{"chunk":"${count + 1}","timestamp":"${count * frameMs}","payload":"${payload}"}}`,
      clear: ({ streamRef }) => ({ event: 'clear', stream_sid: streamRef, streamSid: streamRef }),
      mark: (name, { streamRef }) => ({ event: 'mark', stream_sid: streamRef, streamSid: streamRef, mark: { name } }),
    },
  }),
}

function named(streamRef: string): string {
  const quoted = JSON.stringify(streamRef)
  return `"stream_sid":${quoted},"streamSid":${quoted}`
}

function streamIn(message: Fields): string | undefined {
  const details = inner(message, 'start')
  return (
    text(message, 'stream_sid') ??
    text(message, 'streamSid') ??
    text(details, 'stream_sid') ??
    text(details, 'streamSid')
  )
}

/** Others open their streams in almost these words: with a session, or with ids that begin with their kind. */
function isOwn(details: Fields): boolean {
  const call = callIn(details)
  return call !== undefined && !call.startsWith('CA') && !('session' in details) && !('sessionToken' in details)
}

function callIn(details: Fields): string | undefined {
  return text(details, 'call_sid') ?? text(details, 'callSid')
}

/** The encoding's name is written in many ways, and is always linear; the rate is what we asked for in the address. */
function start(message: Fields): Started | string {
  const details = inner(message, 'start')
  const [ref, streamRef] = [callIn(details), streamIn(message)]
  if (ref === undefined || streamRef === undefined) return 'start without call or stream id'
  const media =
    [inner(details, 'media_format'), inner(details, 'mediaFormat')].find((one) => Object.keys(one).length > 0) ?? {}
  const rate = whole(media['sample_rate']) ?? whole(media['sampleRate']) ?? 8_000
  const format = formats.find((one) => one.rate === rate)
  if (!format) return 'start with a sample rate that was not asked for'
  const account = text(details, 'account_sid') ?? text(details, 'accountSid')
  const parameters = strings(details['custom_parameters'] ?? details['customParameters'])
  const [from, to] = [text(details, 'from'), text(details, 'to')]
  return {
    ...{ ref, streamRef, parameters, format },
    ...(account === undefined ? {} : { account }),
    ...(from === undefined ? {} : { from: indian(from) }),
    ...(to === undefined ? {} : { to: indian(to) }),
    ...given({ token: parameters['token'] }),
    data: {
      stream_id: streamRef,
      call_id: ref,
      ...given({ account_sid: account, from, to }),
      custom_parameters: parameters,
    },
  }
}
