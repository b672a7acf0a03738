/** Cloudonix's media socket: Twilio's shape, with the session token beside the CallSid, and no marks. */
import { given, inner, strings, text, whole, type Fields } from '../../../protocols/json-media/fields.ts'
import type { Started } from '../../../protocols/json-media/dialect.ts'
import { jsonMedia } from '../../../protocols/json-media/stream.ts'
import type { StreamFormat } from '../../../spec/audio.ts'
import type { Stream } from '../../../spec/carrier.ts'

/** Twenty milliseconds, not a hair more: longer messages garble. */
const format: StreamFormat = { encoding: 'pcmu', rate: 8_000, frameMs: 20, leadMs: 200 }

export const stream: Stream = {
  formats: [format],
  marks: false,
  ...jsonMedia({
    greets: (first) =>
      (first['event'] === 'connected' && first['protocol'] === 'Call') ||
      (first['event'] === 'start' && sessionIn(inner(first, 'start')) !== undefined),
    events: { connected: 'greeting', start: 'start', media: 'media', dtmf: 'digit', stop: 'stop' },
    start,
    streamOf: (message) => message['streamSid'],
    markOf: () => undefined,
    write: {
      audio: (payload, { streamRef }) =>
        `{"event":"media","streamSid":${JSON.stringify(streamRef)},"media":{"payload":"${payload}"}}`,
      clear: ({ streamRef }) => ({ event: 'clear', streamSid: streamRef }),
    },
  }),
}

function sessionIn(details: Fields): string | undefined {
  return text(details, 'session') ?? text(details, 'sessionToken')
}

/** Commands take the session token: the CallSid names nothing there. */
function start(message: Fields): Started | string {
  const details = inner(message, 'start')
  const ref = sessionIn(details)
  const streamRef = text(message, 'streamSid') ?? text(details, 'streamSid')
  if (ref === undefined || streamRef === undefined) return 'start without session or stream id'
  const named = inner(details, 'mediaFormat')
  const mulaw =
    (text(named, 'encoding') ?? 'audio/x-mulaw') === 'audio/x-mulaw' && (whole(named['sampleRate']) ?? 8_000) === 8_000
  if (!mulaw) return 'start with a format other than 8 kHz mu-law'
  const parameters = strings(details['customParameters'])
  const told = given({ from: text(details, 'from'), to: text(details, 'to') })
  return {
    ...{ ref, streamRef, format, parameters, ...told },
    ...given({ token: parameters['token'] }),
    data: {
      ...{ stream_id: streamRef, call_id: ref, session: ref, ...told, body: parameters },
      ...given({ call_sid: text(details, 'callSid'), domain: text(details, 'accountSid') }),
    },
  }
}
