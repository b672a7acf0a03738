/** Exotel's media socket: linear sound in base64, messages of multiples of 320 bytes, both spellings of every name. */
import { inner, strings, text, whole, type Fields } from '../../../protocols/json-media/fields.ts'
import type { Started } from '../../../protocols/json-media/dialect.ts'
import { jsonMedia } from '../../../protocols/json-media/stream.ts'
import type { StreamFormat } from '../../../spec/audio.ts'
import type { Stream } from '../../../spec/carrier.ts'

/** At least 3200 bytes a message, as Exotel asks: 100 ms, or 200 ms at 8 kHz. Always whole frames: the playout fills them up. */
const formats: readonly StreamFormat[] = [
  { encoding: 'l16le', rate: 16_000, frameMs: 100, leadMs: 400 },
  { encoding: 'l16le', rate: 8_000, frameMs: 200, leadMs: 400 },
  { encoding: 'l16le', rate: 24_000, frameMs: 100, leadMs: 400 },
]

export const stream: Stream = {
  formats,
  marks: true,
  ...jsonMedia({
    greets: (first) =>
      (first['event'] === 'connected' && !('version' in first) && !('protocol' in first)) ||
      (first['event'] === 'start' && callIn(inner(first, 'start')) !== undefined && streamIn(first) !== undefined),
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
  return { ref, streamRef, ...(account === undefined ? {} : { account }), parameters, format }
}
