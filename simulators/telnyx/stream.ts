/** Media streams of Telnyx's calls: ordered with the answer, the dial, or later by `streaming_start`. */
import { liveStream } from '../carrier/live.ts'
import { unlessOver } from '../carrier/steps.ts'
import { MediaStream, type Track } from '../carrier/stream.ts'
import { complain } from '../carrier/world.ts'
import { emit } from './events.ts'
import { telnyxFraming, type CodecName } from './frames.ts'
import type { Body } from './body.ts'
import { uuid, type TelnyxCall } from './world.ts'

export interface StreamOrder {
  readonly url: string
  readonly tracks: readonly Track[]
  readonly codec: CodecName | undefined
  readonly rtp: boolean
  readonly sends: CodecName
  readonly rate: number
  readonly authToken: string | undefined
  readonly parameters: Readonly<Record<string, string>>
}

const trackWords = ['inbound_track', 'outbound_track', 'both_tracks'] as const
const codecWords = ['PCMU', 'PCMA', 'G722', 'OPUS', 'AMR-WB', 'L16', 'default'] as const
const rates = ['8000', '16000', '22050', '24000', '48000'] as const

/** The `stream_*` parameters; undefined when no stream is wanted. */
export function readStream(body: Body): StreamOrder | undefined {
  const url = body.text('stream_url')
  if (url === undefined) return undefined
  if (!streamable(url)) body.refuse('10015', `stream_url is no wss:// URL: ${url.slice(0, 80)}`, '/stream_url')
  const track = body.word('stream_track', trackWords) ?? 'inbound_track'
  const mode = body.word('stream_bidirectional_mode', ['mp3', 'rtp'] as const) ?? 'mp3'
  body.word('stream_bidirectional_target_legs', ['opposite', 'self', 'both'] as const)
  const rate = Number(body.word('stream_bidirectional_sampling_rate', rates) ?? 8000)
  return {
    url,
    tracks: track === 'both_tracks' ? ['inbound', 'outbound'] : [track === 'inbound_track' ? 'inbound' : 'outbound'],
    codec: simulated(body, 'stream_codec'),
    rtp: mode === 'rtp',
    sends: simulated(body, 'stream_bidirectional_codec') ?? 'PCMU',
    rate,
    authToken: body.text('stream_auth_token'),
    parameters: parametersOf(body),
  }
}

function streamable(url: string): boolean {
  return URL.canParse(url) && (url.startsWith('wss:') || /^ws:\/\/(localhost|127(\.\d+){3}|\[::1\])[:/]/.test(url))
}

/** Of the codecs that Telnyx has, those this simulator has too. */
function simulated(body: Body, name: string): CodecName | undefined {
  const codec = body.word(name, codecWords)
  if (codec === undefined || codec === 'default') return undefined
  if (codec === 'PCMU' || codec === 'PCMA' || codec === 'L16') return codec
  return body.refuse('10015', `${name}: this simulator has no ${codec}`, `/${name}`)
}

function parametersOf(body: Body): Readonly<Record<string, string>> {
  return Object.fromEntries(body.records('custom_parameters').map(({ name, value }) => [String(name), String(value)]))
}

/** One stream at a time. */
export function attach(call: TelnyxCall, order: StreamOrder): void {
  if (!order.rtp) complain(call, 0, 'stream_bidirectional_mode is mp3: frames of the application are dropped')
  const first = newStream(call, order)
  let next: MediaStream | undefined = first
  const open = () => {
    const stream = next ?? newStream(call, order)
    next = undefined
    stream.connect()
    return stream
  }
  call.world.background(
    unlessOver(
      call,
      liveStream(call, open, call.scope.signal).then(() => undefined),
    ),
  )
}

function newStream(call: TelnyxCall, order: StreamOrder): MediaStream {
  const { telnyx } = call.facts
  const ref = uuid(telnyx.ids)
  const facts = { stream_id: ref, stream_params: { stream_url: order.url }, stream_type: 'websocket' }
  return new MediaStream({
    ...{ call, ref, url: order.url, tracks: order.tracks, bidirectional: true },
    headers: order.authToken === undefined ? {} : { 'x-telnyx-streaming-auth-token': order.authToken },
    framing: telnyxFraming({ ...order, call, stream: ref, codec: order.codec ?? telnyx.legCodec }),
    told: {
      opened: () => void emit(call, 'streaming.started', facts),
      ended: (_, how) => {
        if (how !== 'lost') void emit(call, 'streaming.stopped', facts)
      },
      troubled(_, trouble) {
        const why = 'why' in trouble ? trouble.why : trouble.type === 'failed' ? trouble.failure.type : trouble.type
        complain(call, 'code' in trouble ? (trouble.code ?? 0) : 0, `stream: ${why}`, order.url)
        if (trouble.type === 'failed')
          void emit(call, 'streaming.failed', { ...facts, failure_reason: 'connection_failed' })
      },
    },
  })
}
