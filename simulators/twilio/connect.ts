/** `<Connect><Stream>` and `<Start><Stream>`: opens media streams, and keeps the bidirectional one. */
import { liveStream } from '../carrier/live.ts'
import type { MediaStream } from '../carrier/stream.ts'
import { complain } from '../carrier/world.ts'
import type { Element } from './markup.ts'
import type { Fields } from './signature.ts'
import { jump, reportingOf, type Context, type Outcome } from './steps.ts'
import { newStream, type StreamOrder } from './stream.ts'

/** Blocks until the application closes the socket; then the action or the next verb. */
export async function connectStream(context: Context, verb: Element): Promise<Outcome> {
  const order = orderOf(context, verb.children[0]!, true)
  const stream = await liveStream(
    context.call,
    () => openStream(order),
    context.signal,
    ({ plan }) => complain(context.call, 31921, 'Stream - WebSocket - Close Error: the connection was lost', plan.url),
  )
  const { action, method } = verb.attributes
  const fields: Fields = [
    ['StreamSid', stream.ref],
    ['StreamName', order.name],
  ]
  return action ? jump(context, action, method, fields) : 'next'
}

/** Runs beside the verbs that follow. */
export function startStream(context: Context, noun: Element): void {
  openStream(orderOf(context, noun, false))
}

function orderOf(context: Context, noun: Element, bidirectional: boolean): StreamOrder {
  const { url = '', name = '', track } = noun.attributes
  return {
    call: context.call,
    url,
    name,
    bidirectional,
    // A bidirectional stream carries what the person says, whatever it asks for.
    track: !bidirectional && (track === 'outbound_track' || track === 'both_tracks') ? track : 'inbound_track',
    parameters: noun.children.map(({ attributes }) => [attributes.name ?? '', attributes.value ?? '']),
    reporting: reportingOf(context, noun, 'statusCallback', ''),
  }
}

function openStream(order: StreamOrder): MediaStream {
  const stream = newStream(order)
  const refusal = refusalOf(order)
  if (refusal) stream.fail({ type: 'unfit', ...refusal })
  else stream.connect()
  return stream
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** `ws:` is for tests: Twilio itself takes `wss:` only, the simulator both as long as nothing leaves the machine. */
function refusalOf({ url, call, name }: StreamOrder): { readonly code: number; readonly why: string } | undefined {
  if (!URL.canParse(url)) return { code: 31923, why: `Stream - WebSocket - Malformed URL: "${url.slice(0, 80)}"` }
  const { protocol, hostname, search, hash } = new URL(url)
  if (protocol !== 'wss:' && !(protocol === 'ws:' && loopback.test(hostname))) {
    return { code: 31922, why: `Stream - WebSocket - URL Schema Not Supported: ${protocol}` }
  }
  if (search || hash) {
    return { code: 31920, why: 'Stream - WebSocket - Handshake Error: the URL has a query string; use <Parameter>' }
  }
  const taken = name && call.streams.some(({ open, plan }) => plan.name === name && open)
  return taken ? { code: 13632, why: `Stream: the name "${name}" is taken in this call` } : undefined
}
