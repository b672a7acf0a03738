/** Exotel's calls from their beginning: one that comes in to a flow, one that was ordered with the address of a stream. */
import { SimulatedCall, type CallPlan } from '../carrier/call.ts'
import { placeCall } from '../carrier/dial.ts'
import { liveStream } from '../carrier/live.ts'
import { Recording } from '../carrier/recording.ts'
import { jsonBody } from '../carrier/rest.ts'
import type { InboundCall } from '../carrier/simulator.ts'
import { unlessOver } from '../carrier/steps.ts'
import { MediaStream } from '../carrier/stream.ts'
import { Reporter } from '../carrier/webhook.ts'
import { complain } from '../carrier/world.ts'
import { appletRequest, reportProgress, send } from './callbacks.ts'
import { exotelFraming } from './frames.ts'
import { hex, type Callback, type ExotelCall, type ExotelFacts, type ExotelWorld } from './world.ts'

type LegPlan = Pick<CallPlan<ExotelFacts>, 'direction' | 'from' | 'to' | 'phone'> &
  Partial<Pick<ExotelFacts, 'callback' | 'customField'>>

function newLeg(exotel: ExotelWorld, { callback, customField = '', ...rest }: LegPlan): ExotelCall {
  const facts = { exotel, callback, customField, reporter: new Reporter(exotel) }
  return new SimulatedCall<ExotelFacts>(exotel, { ...rest, ref: hex(exotel.ids), facts, progressed: reportProgress })
}

/** The flow has one applet: Voicebot. It asks for the address of a stream; whatever follows the stream ends the call. */
export function callIn(exotel: ExotelWorld, { from, to, phone }: InboundCall): ExotelCall {
  if (!exotel.account.numbers.some(({ number, voiceUrl }) => number === to && voiceUrl))
    throw new Error(`the account of this simulator has no ExoPhone ${to} with a flow: point it somewhere first`)
  const call = newLeg(exotel, { direction: 'inbound', from, to, phone })
  exotel.background(unlessOver(call, runFlow(call)))
  return call
}

async function runFlow(call: ExotelCall): Promise<void> {
  const reply = await send(call, appletRequest(call), 0)
  if (call.over) return
  const url = reply && jsonBody(Buffer.from(reply.body).toString())?.['url']
  if (typeof url !== 'string' || !streamable(url)) {
    complain(call, 0, 'Voicebot: no address of a stream')
    return call.end('failed', 'the Voicebot applet failed')
  }
  call.answer()
  await talk(call, url)
  call.end('completed', 'the flow ended')
}

function streamable(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'wss:' || (protocol === 'ws:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
}

/** Resolves when the stream has ended for good; a socket that cannot be opened is tried once more. */
async function talk(call: ExotelCall, url: string): Promise<void> {
  const { signal } = call.scope
  for (let left = 1; ; left--) {
    const stream = await liveStream(call, () => openStream(call, url), signal)
    if ((await stream.ended) !== 'failed' || left <= 0) return
  }
}

function openStream(call: ExotelCall, url: string): MediaStream {
  const address = new URL(url)
  const { username, password } = address
  address.username = ''
  address.password = ''
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  const ref = hex(call.world.ids)
  const stream = new MediaStream({
    ...{ call, ref, url: address.href, bidirectional: true, tracks: ['inbound'], handshakeMs: 10_000 },
    headers: { 'user-agent': 'Exotel', ...(username ? { authorization: `Basic ${basic}` } : {}) },
    framing: exotelFraming({ call, stream: ref, url: address.href }),
    told: {
      troubled(_, trouble) {
        const why = 'why' in trouble ? trouble.why : trouble.type === 'failed' ? trouble.failure.type : trouble.type
        complain(call, 0, `stream: ${why}`, address.href)
      },
    },
  })
  stream.connect()
  return stream
}

export interface DialOrder {
  readonly person: string
  readonly exoPhone: string
  readonly url: string
  readonly ringMs: number
  readonly limitMs: number
  readonly record: 'single' | 'dual' | undefined
  readonly callback: Callback | undefined
  readonly customField: string
}

export function callOut(exotel: ExotelWorld, order: DialOrder): ExotelCall {
  const { person: to, exoPhone: from, callback, customField } = order
  const call = newLeg(exotel, { direction: 'outbound-api', from, to, callback, customField })
  placeCall(call, order, () => serve(call, order))
  return call
}

async function serve(call: ExotelCall, order: DialOrder): Promise<void> {
  const { world } = call
  if (order.record) {
    const changed = () => undefined // told of with the end of the call
    void new Recording(call, {
      ref: hex(world.ids),
      channels: order.record === 'dual' ? 2 : 1,
      track: 'both',
      trim: false,
      changed,
    })
  }
  await talk(call, order.url)
  call.end('completed', 'the stream ended')
}
