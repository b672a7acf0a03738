/** Media streams of Plivo's shape: from `<Stream>` or by REST, with their status callbacks. */
import { liveStream } from '../carrier/live.ts'
import { MediaStream, type StreamEnd } from '../carrier/stream.ts'
import { complain } from '../carrier/world.ts'
import { post } from './callbacks.ts'
import { plivoFraming, type Format } from './frames.ts'
import { uuid, type PlivoCall, type Target } from './world.ts'

export interface StreamOrder {
  readonly url: string
  readonly bidirectional: boolean
  readonly format: Format
  readonly extraHeaders: string
  readonly status: Target | undefined
}

export function streamable(url: string): boolean {
  if (!URL.canParse(url)) return false
  return url.startsWith('wss:') || /^ws:\/\/(localhost|127(\.\d+){3}|\[::1\])[:/]/.test(url)
}

/** Resolves when the stream has ended for good: sockets that cannot be opened are tried again a few times. */
export async function runStream(call: PlivoCall, order: StreamOrder, signal: AbortSignal): Promise<StreamEnd> {
  const { retries } = call.facts.plivo.kind.media
  for (let left = retries; ; left--) {
    const stream = await liveStream(call, () => open(call, order), signal)
    const how = await stream.ended
    if (how !== 'failed' || left <= 0) {
      if (how === 'failed') tell(call, order, stream.ref, 'DroppedStream')
      return how
    }
  }
}

function open(call: PlivoCall, order: StreamOrder): MediaStream {
  const { plivo } = call.facts
  const { url, bidirectional, format, extraHeaders } = order
  const ref = uuid(plivo.ids)
  const stream = new MediaStream({
    ...{ call, ref, url, bidirectional, tracks: ['inbound'] },
    headers: { 'user-agent': plivo.kind.userAgent, ...plivo.kind.sign(plivo, 'GET', url, new Map()) },
    framing: plivoFraming({ call, stream: ref, format, extraHeaders }),
    told: {
      opened: () => tell(call, order, ref, 'StartStream'),
      ended(_, how) {
        if (how === 'application') tell(call, order, ref, 'StopStream')
      },
      troubled(_, trouble) {
        const why = 'why' in trouble ? trouble.why : trouble.type === 'failed' ? trouble.failure.type : trouble.type
        complain(call, 0, `stream: ${why}`, url)
        if (trouble.type === 'overflow') tell(call, order, ref, 'DegradedStream')
      },
    },
  })
  stream.connect()
  return stream
}

function tell(call: PlivoCall, { status, url }: StreamOrder, stream: string, event: string): void {
  if (!status) return
  const fields = {
    Event: event,
    StreamID: stream,
    ServiceURL: url,
    Timestamp: new Date(call.world.clock.now()).toISOString(),
  }
  call.world.background(post(call, status, fields))
}
