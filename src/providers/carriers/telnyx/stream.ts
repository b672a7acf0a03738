/** Telnyx's media socket: sound may overtake itself, and each direction has a codec of its own. */
import { given, inner, isFields, strings, text, whole, type Fields } from '../../../protocols/json-media/fields.ts'
import { jsonMedia } from '../../../protocols/json-media/stream.ts'
import type { Started } from '../../../protocols/json-media/dialect.ts'
import type { Encoding, StreamFormat } from '../../../spec/audio.ts'
import type { Stream } from '../../../spec/carrier.ts'
import { readState } from './state.ts'

/** Telnyx buffers what it is sent and plays it in real time; `clear` takes it back. */
function format(encoding: Encoding, rate: number): StreamFormat {
  return { encoding, rate, frameMs: 20, leadMs: 400 }
}

export const stream: Stream = {
  formats: [
    format('pcmu', 8_000),
    format('pcma', 8_000),
    ...[16_000, 8_000].flatMap((rate) => [format('l16le', rate), format('l16be', rate)]),
  ],
  marks: true,
  tokenHeader: 'x-telnyx-streaming-auth-token',
  ...jsonMedia({
    // The greeting has a version and, unlike its likes, no protocol.
    greets: (first) =>
      (first['event'] === 'connected' && text(first, 'version') !== undefined && !('protocol' in first)) ||
      (first['event'] === 'start' && text(inner(first, 'start'), 'call_control_id') !== undefined),
    events: { connected: 'greeting', start: 'start', media: 'media', dtmf: 'digit', mark: 'mark', stop: 'stop' },
    start,
    streamOf: (message) => message['stream_id'],
    counted: true,
    markOf: (message) => inner(message, 'mark')['name'],
    write: {
      audio: (payload) => `{"event":"media","media":{"payload":"${payload}"}}`,
      clear: () => ({ event: 'clear' }),
      mark: (name) => ({ event: 'mark', mark: { name } }),
    },
  }),
}

/** What we hear is written as `media_format` says; what we say, in the codec that we asked for, which the state brings back. */
function start(message: Fields): Started | string {
  const details = inner(message, 'start')
  const ref = text(details, 'call_control_id') ?? text(details, 'call_id')
  const streamRef = text(message, 'stream_id') ?? text(details, 'stream_id')
  if (ref === undefined || streamRef === undefined) return 'start without call or stream id'
  const asked = readState(details['client_state'])?.about
  const named = inner(details, 'media_format')
  const heard = encodingOf(text(named, 'encoding') ?? asked ?? 'PCMU', asked)
  if (heard === undefined) return `start with a codec that was not asked for`
  const rate = whole(named['sample_rate']) ?? 8_000
  const spoken = encodingOf(asked, asked) ?? heard
  const known = stream.formats.find((one) => one.encoding === heard && one.rate === rate)
  const sends = stream.formats.find((one) => one.encoding === spoken && one.rate === rate)
  if (!known || !sends) return 'start with a sample rate that was not asked for'
  const parameters = parametersOf(details['custom_parameters'])
  const told = given({ from: text(details, 'from'), to: text(details, 'to') })
  return {
    ...{ ref, streamRef, format: known, parameters, ...told },
    ...(known === sends ? {} : { sends }),
    ...given({ token: parameters['token'] }),
    data: {
      ...{ stream_id: streamRef, call_id: text(details, 'call_id') ?? ref, call_control_id: ref, ...told },
      ...given({ outbound_encoding: text(named, 'encoding'), client_state: text(details, 'client_state') }),
      body: parameters,
    },
  }
}

/** An object, or the list of names and values that we were asked with. */
function parametersOf(written: unknown): Readonly<Record<string, string>> {
  if (!Array.isArray(written)) return strings(written)
  return strings(Object.fromEntries(written.filter(isFields).map((one) => [text(one, 'name') ?? '', one['value']])))
}

function encodingOf(name: string | undefined, asked: string | undefined): Encoding | undefined {
  switch (name?.toUpperCase()) {
    case 'PCMU':
      return 'pcmu'
    case 'PCMA':
      return 'pcma'
    case 'L16':
    case 'L16-BE':
      return asked === 'L16-be' ? 'l16be' : 'l16le'
    default:
      return undefined
  }
}
