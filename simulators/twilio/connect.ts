/** `<Connect><Stream>` and `<Start><Stream>`: opens media streams, and loses them when a fault says so. */
import { complain } from './callbacks.ts'
import type { Element } from './markup.ts'
import type { Fields } from './signature.ts'
import { jump, reportingOf, orAbort, type Context, type Outcome } from './steps.ts'
import { MediaStream, type StreamPlan } from './stream.ts'

/** Blocks until the application closes the socket; then the action or the next verb. */
export async function connectStream(context: Context, verb: Element): Promise<Outcome> {
  const stream = await live(context, planOf(context, verb.children[0]!, true))
  const { action, method } = verb.attributes
  const fields: Fields = [
    ['StreamSid', stream.sid],
    ['StreamName', stream.name],
  ]
  return action ? jump(context, action, method, fields) : 'next'
}

/** Runs beside the verbs that follow. */
export function startStream(context: Context, noun: Element): void {
  openStream(planOf(context, noun, false))
}

function planOf(context: Context, noun: Element, bidirectional: boolean): StreamPlan {
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

function openStream(plan: StreamPlan): MediaStream {
  const stream = new MediaStream(plan)
  const refusal = refusalOf(plan)
  if (refusal) stream.refuse(refusal.code, refusal.message)
  else stream.connect()
  return stream
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** `ws:` is for tests: Twilio itself takes `wss:` only, the simulator both as long as nothing leaves the machine. */
function refusalOf({ url, call, name }: StreamPlan): { readonly code: number; readonly message: string } | undefined {
  if (!URL.canParse(url)) return { code: 31923, message: `Stream - WebSocket - Malformed URL: "${url.slice(0, 80)}"` }
  const { protocol, hostname, search, hash } = new URL(url)
  if (protocol !== 'wss:' && !(protocol === 'ws:' && loopback.test(hostname))) {
    return { code: 31922, message: `Stream - WebSocket - URL Schema Not Supported: ${protocol}` }
  }
  if (search || hash) {
    return { code: 31920, message: 'Stream - WebSocket - Handshake Error: the URL has a query string; use <Parameter>' }
  }
  const taken = name && call.streams.some((stream) => stream.name === name && stream.open)
  return taken ? { code: 13632, message: `Stream: the name "${name}" is taken in this call` } : undefined
}

/** The stream and, after a loss, the ones that take its place. */
async function live(context: Context, plan: StreamPlan): Promise<MediaStream> {
  const { call, signal } = context
  const { clock, faults } = call.world
  const stream = openStream(plan)
  const loss = faults.loseSocketAfterMs
  const first = !lost.has(call)
  const timer = loss !== undefined && first ? clock.timer(loss, () => cut(stream)) : undefined
  const end = await orAbort(stream.ended, signal).finally(() => timer?.cancel())
  if (end !== 'lost' || faults.reconnectAfterMs === undefined) return stream
  await clock.sleep(faults.reconnectAfterMs, signal)
  return live(context, plan)
}

/** Calls whose socket was lost once already. */
const lost = new WeakSet<object>()

function cut(stream: MediaStream): void {
  lost.add(stream.call)
  complain(stream.call, 31921, 'Stream - WebSocket - Close Error: the connection was lost', stream.plan.url)
  stream.lose()
}
