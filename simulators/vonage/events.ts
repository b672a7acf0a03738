/** Vonage's events: signed JSON about every leg, in order. */
import type { ProgressEvent } from '../carrier/call.ts'
import { deliver, failedToAnswer, succeeded, type HttpDraft } from '../carrier/webhook.ts'
import { complain } from '../carrier/world.ts'
import { WireFailure, type WireReply } from '../wire.ts'
import { bearerOf } from './jwt.ts'
import { digitsOf, type Target, type VonageCall } from './world.ts'

type Fields = Readonly<Record<string, unknown>>

const limits = { connect: 3000, read: 5000, total: 8000 }

/** The answer, or undefined after a complaint. GET puts the fields in the query. */
export async function send(call: VonageCall, target: Target, fields: Fields): Promise<WireReply | undefined> {
  const { vonage } = call.facts
  const { url } = target
  if (!/^https?:\/\/[^/]/.test(url)) return fail(call, `no valid address: ${url.slice(0, 80)}`, url)
  const draft = draftOf(call, target, fields)
  const result = await deliver(vonage, {
    call,
    draft: () => draft,
    limits,
    maxBytes: 1 << 20,
    retries: 1,
    again: failedToAnswer,
  })
  if (succeeded(result)) return result as WireReply // a failure never succeeded
  return fail(call, result instanceof WireFailure ? result.message : `HTTP ${result.status}`, url)
}

function draftOf(call: VonageCall, { url, method }: Target, fields: Fields): HttpDraft {
  const { vonage } = call.facts
  const body = JSON.stringify(fields)
  const headers = { 'user-agent': 'Vonage', ...bearerOf(vonage, body) }
  if (method === 'GET') {
    const query = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]))
    return { method, url: `${url}${url.includes('?') ? '&' : '?'}${query.toString()}`, headers }
  }
  return { method: 'POST', url, headers: { ...headers, 'content-type': 'application/json' }, body }
}

function fail(call: VonageCall, why: string, url: string): undefined {
  complain(call, 0, `webhook: ${why}`, url)
}

/** An event of a leg, after those before it. */
export function tell(call: VonageCall, status: string, more: Fields = {}, final = false): Promise<void> {
  const { events, reporter, vonage } = call.facts
  if (!events?.url) return Promise.resolve()
  const fields = { ...legFields(call), status, ...more, timestamp: iso(vonage.clock.now()) }
  return reporter.send(() => send(call, events, fields), final)
}

export function legFields(call: VonageCall): Fields {
  return {
    from: digitsOf(call.from),
    to: digitsOf(call.to),
    uuid: call.ref,
    conversation_uuid: call.facts.conversation,
    direction: call.direction === 'inbound' ? 'inbound' : 'outbound',
  }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}

export function reportProgress(call: VonageCall, event: ProgressEvent): void | Promise<void> {
  switch (event) {
    case 'initiated':
      return tell(call, 'started')
    case 'ringing':
      return tell(call, 'ringing')
    case 'answered':
      return tell(call, 'answered', { start_time: null, rate: null, network: null })
    case 'completed':
      return reportEnd(call)
    default:
      return event satisfies never
  }
}

function reportEnd(call: VonageCall): void | Promise<void> {
  if (call.facts.endAsked) return
  const [status, detail] = endOf(call)
  if (status !== 'completed') return tell(call, status, detail === undefined ? {} : { detail }, true)
  return tell(
    call,
    status,
    { ...priceOf(call), disconnected_by: call.endedBy === 'person' ? 'user' : 'platform' },
    true,
  )
}

/** Status and detail. */
export function endOf(call: VonageCall): readonly [status: string, detail?: string] {
  if (call.startTime !== undefined) return ['completed']
  switch (call.status) {
    case 'busy':
      return call.sipCode === 603 ? ['rejected', 'declined'] : ['busy']
    case 'no-answer':
      return call.direction === 'inbound' ? ['cancelled'] : ['timeout']
    case 'canceled':
      return ['cancelled']
    default:
      return call.direction === 'inbound' ? ['completed'] : ['failed', 'cannot_route']
  }
}

/** Euros, as strings. */
export function priceOf(call: VonageCall): Fields {
  const rate = call.direction === 'inbound' ? 0.0035 : 0.0127
  return {
    duration: String(call.seconds),
    rate: rate.toFixed(8),
    price: ((call.seconds / 60) * rate).toFixed(8),
    network: 'US-FIXED',
    start_time: iso(call.startTime ?? call.created),
    end_time: iso(call.endTime ?? call.world.clock.now()),
  }
}
