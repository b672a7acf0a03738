/** Notes on the wire of a call: its webhooks, the requests made for it, and the messages of its media. */
import type { CarrierSpec, StreamInput, StreamStep, WireMessage } from '../spec/carrier.ts'
import type { HttpRequest, InboundRequest, Reply } from '../spec/http.ts'
import { secretsOf } from '../spec/provider.ts'
import type { Connection } from '../store/contract.ts'
import type { Engine } from './engine.ts'
import type { LiveCall } from './live.ts'
import type { Requester } from './operation.ts'
import type { WireCounts, WireOf } from './wire.ts'

export interface Exchange {
  readonly carrier: CarrierSpec
  readonly connection: Connection
  readonly request: InboundRequest
  readonly reply: Reply
  /** When the request came, ms since 1970. */
  readonly at: number
}

/** A webhook and what it was answered. */
export function noteWebhook(
  { wire }: Engine,
  call: string,
  { carrier, connection, request, reply, at }: Exchange,
): void {
  if (!wire) return
  const of = { organization: connection.organization, call }
  const secrets = secretValues(carrier, connection)
  const path = new URL(request.urls[0] ?? 'http://here/').pathname
  wire.note(of, {
    ...{ direction: 'in', channel: 'webhook', title: `${request.method} ${path}`, at, secrets },
    body: request.method === 'GET' ? String(request.query) : textOf(request.body),
  })
  wire.note(of, {
    ...{ direction: 'out', channel: 'webhook', title: `${reply.status} for ${request.method} ${path}`, secrets },
    body: reply.body,
  })
}

/** The way out for what is done for a call: every request and every answer is noted. */
export function requesterOf(live: LiveCall, connection: Connection): Requester {
  const { wire, request, carrier } = live.engine
  if (!wire) return request
  const of: WireOf = { organization: connection.organization, call: live.running.id }
  const secrets = secretValues(carrier(connection.provider), connection)
  const note = (direction: 'in' | 'out', title: string, body: string): void =>
    wire.note(of, { direction, channel: 'http', title, body, secrets })
  return async (sent, signal) => {
    const place = placeOf(sent)
    note('out', place, textOf(sent.body))
    try {
      const answer = await request(sent, signal)
      note('in', `${answer.status} for ${place}`, textOf(answer.body))
      return answer
    } catch (error) {
      note('in', `no answer for ${place}`, error instanceof Error ? error.message : String(error))
      throw error
    }
  }
}

function placeOf({ method, url }: HttpRequest): string {
  return `${method} ${url}`
}

function textOf(body: string | Uint8Array | undefined): string {
  if (body === undefined || typeof body === 'string') return body ?? ''
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
}

/** Every text in a secret setting. */
function secretValues({ settings }: CarrierSpec, connection: Connection): readonly string[] {
  return secretsOf(settings).flatMap((name) => textsIn(connection.settings[name]))
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** Messages of one media line: what is no sound is noted, sound is counted. */
export interface LineNotes extends Disposable {
  readonly counts: WireCounts
  note(direction: 'in' | 'out', message: WireMessage): void
}

/** Undefined where nobody keeps notes: in a replay. */
export function lineNotes({ engine, running }: LiveCall): LineNotes | undefined {
  const { wire } = engine
  if (!wire) return undefined
  const of: WireOf = { organization: running.call.plan.organization, call: running.id }
  const counts = wire.counts(of)
  return {
    counts,
    note(direction, message) {
      const body = 'text' in message ? message.text : `<${message.binary.length} bytes>`
      wire.note(of, { direction, channel: 'media', title: nameOf(body), body })
    },
    [Symbol.dispose]: () => counts[Symbol.dispose](),
  }
}

/** A step of the carrier's dialect: what came in, what goes out, and whether it was sound. */
export function noteStep(notes: LineNotes, input: StreamInput, { events, messages }: StreamStep): void {
  const { counts } = notes
  if (input.type === 'message') {
    if (events.some(({ type }) => type === 'audio')) {
      counts.framesIn++
      counts.bytesIn += sizeOf(input.message)
    } else notes.note('in', input.message)
  }
  for (const message of messages) {
    if (input.type === 'audio') {
      counts.framesOut++
      counts.bytesOut += sizeOf(message)
    } else notes.note('out', message)
  }
}

function sizeOf(message: WireMessage): number {
  return 'text' in message ? message.text.length : message.binary.length
}

/** What a message calls itself, in whatever dialect. */
function nameOf(text: string): string {
  return /"(?:event|type|action|command)"\s*:\s*"([^"]{1,60})"/.exec(text)?.[1] ?? text.slice(0, 40)
}
