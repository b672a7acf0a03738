/** The media socket: the start comes first, sound goes out with its format, checkpoints come back when they were heard. */
import type { StreamFormat } from '../../spec/audio.ts'
import { inner, strings, text, whole, type Fields } from '../json-media/fields.ts'
import type { Dialect, Open, Started } from '../json-media/dialect.ts'
import { jsonMedia } from '../json-media/stream.ts'

export interface MediaOptions {
  readonly formats: readonly StreamFormat[]
  /** Is this the account of one of ours? Compatible carriers differ in nothing else. */
  readonly account: RegExp
  readonly holdAfterClear?: number
  /** Keys can be sent on the socket. */
  readonly digits?: boolean
}

const types = { pcmu: 'audio/x-mulaw', l16le: 'audio/x-l16' } as const

export function plivoMedia({ formats, account, holdAfterClear, digits }: MediaOptions) {
  const dialect: Dialect = {
    greets: (first) => {
      const details = inner(first, 'start')
      const named = text(first, 'callId') ?? text(details, 'callId')
      return first['event'] === 'start' && named !== undefined && account.test(text(details, 'accountId') ?? '')
    },
    events: {
      ...{ start: 'start', media: 'media', dtmf: 'digit', stop: 'stop' },
      ...{ playedStream: 'mark', played: 'mark', clearedAudio: 'cleared' },
    },
    start: (message) => started(message, formats),
    streamOf: (message) => message['streamId'],
    counted: true,
    markOf: (message) => message['name'],
    write: {
      audio: (payload, open) => `${prefix(open)}${payload}"}}`,
      clear: ({ streamRef }) => ({ event: 'clearAudio', streamId: streamRef }),
      mark: (name, { streamRef }) => ({ event: 'checkpoint', streamId: streamRef, name }),
      ...(digits ? { digits: (keys: string) => ({ event: 'sendDTMF', dtmf: keys }) } : {}),
    },
    ...(holdAfterClear === undefined ? {} : { holdAfterClear }),
  }
  return jsonMedia(dialect)
}

/** The type has no `;rate=` here, other than in the markup. */
function prefix({ streamRef, format: { encoding, rate } }: Open): string {
  const type = encoding === 'pcmu' ? types.pcmu : types.l16le
  return `{"event":"playAudio","streamId":${JSON.stringify(streamRef)},"media":{"contentType":"${type}","sampleRate":${rate},"payload":"`
}

function started(message: Fields, formats: readonly StreamFormat[]): Started | string {
  const details = inner(message, 'start')
  const ref = text(details, 'callId') ?? text(message, 'callId')
  const streamRef = text(details, 'streamId') ?? text(message, 'streamId')
  if (ref === undefined || streamRef === undefined) return 'start without call or stream id'
  const named = inner(details, 'mediaFormat')
  const encoding = text(named, 'encoding') === types.l16le ? 'l16le' : 'pcmu'
  const rate = whole(named['sampleRate']) ?? 8_000
  const format = formats.find((one) => one.encoding === encoding && one.rate === rate)
  if (!format) return 'start with a format that was not asked for'
  const parameters = headersOf(message['extra_headers'])
  const account = text(details, 'accountId')
  const data = {
    ...{ stream_id: streamRef, call_id: ref },
    ...(account === undefined ? {} : { account_id: account }),
    body: parameters,
  }
  return { ref, streamRef, format, parameters, data }
}

/** `k=v;k2=v2`, with commas, or JSON: all three are met. */
function headersOf(written: unknown): Readonly<Record<string, string>> {
  if (typeof written !== 'string') return strings(written)
  if (written.startsWith('{')) return parseHeaders(written)
  const pairs = written.split(/[;,]/).flatMap((pair) => {
    const [name = '', ...value] = pair.split('=')
    return /^\w{1,60}$/.test(name.trim()) && name.trim() !== '__proto__'
      ? [[name.trim(), value.join('=')] as const]
      : []
  })
  return Object.fromEntries(pairs)
}

function parseHeaders(written: string): Readonly<Record<string, string>> {
  try {
    return strings(JSON.parse(written))
  } catch {
    return {} // nobody needs them: the token is in the path
  }
}
