/** Telnyx's webhooks: signed JSON events, tried three times, then sent to the failover address. */
import { sign, type KeyObject } from 'node:crypto'
import type { ProgressEvent } from '../carrier/call.ts'
import { deliver, succeeded, type HttpDraft } from '../carrier/webhook.ts'
import { complain } from '../carrier/world.ts'
import { WireFailure, type WireReply } from '../wire.ts'
import { signingKey, uuid, type TelnyxCall } from './world.ts'

/** Attempts at one address. */
const attempts = 3

/** Sends an event about a call, after those before it. */
export function emit(call: TelnyxCall, type: string, payload: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const { telnyx, reporter } = call.facts
  const { application } = telnyx.account
  const event = {
    record_type: 'event',
    event_type: type,
    id: uuid(telnyx.ids),
    occurred_at: microseconds(telnyx.clock.now()),
    payload: { ...baseOf(call), ...payload },
  }
  const send = async () => {
    const url = call.facts.webhookUrl ?? application.webhookUrl
    if (!url) return complain(call, 0, `${type}: the application has no webhook address`)
    if (succeeded(await post(call, url, event)) || !application.failoverUrl) return
    await post(call, application.failoverUrl, event)
  }
  const sent = reporter.send(send, type === 'call.hangup')
  telnyx.background(sent)
  return sent
}

/** `client_state` is what the application gave, in every event of the call. */
function baseOf(call: TelnyxCall): Readonly<Record<string, unknown>> {
  const { legId, sessionId, clientState, telnyx } = call.facts
  return {
    call_control_id: call.ref,
    connection_id: telnyx.account.application.id,
    call_leg_id: legId,
    call_session_id: sessionId,
    client_state: clientState ?? null,
    from: call.from,
    to: call.to,
  }
}

async function post(call: TelnyxCall, url: string, event: Readonly<Record<string, unknown>>) {
  const { telnyx } = call.facts
  const ms = telnyx.account.application.timeoutSecs * 1000
  const result = await deliver(telnyx, {
    call,
    draft: (attempt) => draftOf(call, url, JSON.stringify({ data: event, meta: { attempt, delivered_to: url } })),
    limits: { connect: ms, read: ms, total: ms },
    maxBytes: 1 << 20,
    retries: attempts - 1,
    again,
  })
  if (!succeeded(result)) {
    const why = result instanceof WireFailure ? result.message : `HTTP ${result.status}`
    complain(call, 0, `${String(event.event_type)} was not taken: ${why}`, url)
  }
  return result
}

/** 408, 429 and a server's own errors are tried again; other refusals are final. */
function again(result: WireReply | WireFailure): boolean {
  return result instanceof WireFailure || result.status === 408 || result.status === 429 || result.status >= 500
}

function draftOf(call: TelnyxCall, url: string, body: string): HttpDraft {
  const headers = { 'user-agent': 'telnyx-webhooks', 'content-type': 'application/json' }
  return { method: 'POST', url, headers: { ...headers, ...signatureOf(call, body) }, body }
}

/** Ed25519 over `{timestamp}|{body}` (webhook fundamentals); the URL is not signed, so `foreign` signs another body. */
function signatureOf(call: TelnyxCall, body: string): Record<string, string> {
  const { telnyx } = call.facts
  const fault = telnyx.faults.signature
  if (fault === 'missing') return {}
  const timestamp = String(Math.floor(telnyx.clock.now() / 1000))
  const key = fault === 'wrong' ? otherKey() : telnyx.account.key
  const signed = sign(null, Buffer.from(`${timestamp}|${fault === 'foreign' ? '{}' : body}`), key)
  return { 'telnyx-signature-ed25519': signed.toString('base64'), 'telnyx-timestamp': timestamp }
}

function otherKey(): KeyObject {
  return signingKey('somebody else')
}

/** Telnyx writes microseconds. */
export function microseconds(time: number): string {
  return new Date(time).toISOString().replace('Z', '000Z')
}

/** What a call's own progress tells. There is no event for ringing. */
export function reportProgress(call: TelnyxCall, event: ProgressEvent): void | Promise<void> {
  switch (event) {
    case 'initiated':
      return emit(call, 'call.initiated', initiatedFacts(call))
    case 'answered':
      return emit(call, 'call.answered', { start_time: microseconds(call.startTime ?? 0), state: 'answered' })
    case 'completed':
      return reportEnd(call)
    default: // ringing
      return undefined
  }
}

export function initiatedFacts(call: TelnyxCall): Readonly<Record<string, unknown>> {
  const inbound = call.direction === 'inbound'
  return {
    direction: inbound ? 'incoming' : 'outgoing',
    state: inbound ? 'parked' : 'bridging',
    caller_id_name: '',
    ...(inbound ? { shaken_stir_attestation: 'A' } : {}),
    sip_headers: [],
    custom_headers: [],
    start_time: microseconds(call.created),
    tags: [],
  }
}

async function reportEnd(call: TelnyxCall): Promise<void> {
  const { telnyx } = call.facts
  if (call.created === 0 || telnyx.scope.closed) return
  await emit(call, 'call.hangup', {
    ...causeOf(call),
    start_time: microseconds(call.created),
    end_time: microseconds(call.endTime ?? telnyx.clock.now()),
  })
  if (!telnyx.account.application.costInWebhooks) return
  telnyx.background(
    telnyx.clock.sleep(telnyx.priceAfterMs, telnyx.scope.signal).then(() => emit(call, 'call.cost', costOf(call))),
  )
}

function causeOf(call: TelnyxCall): Readonly<Record<string, unknown>> {
  const inbound = call.direction === 'inbound'
  const person = inbound ? 'caller' : 'callee'
  const application = inbound ? 'callee' : 'caller'
  const source = { person, application, carrier: 'unknown' }[call.endedBy]
  return { hangup_cause: hangupCause(call), hangup_source: source, sip_hangup_cause: String(call.sipCode) }
}

function hangupCause(call: TelnyxCall): string {
  if (call.startTime !== undefined) return /time limit/.test(call.why) ? 'time_limit' : 'normal_clearing'
  switch (call.status) {
    case 'busy':
      return call.sipCode === 603 || call.direction === 'inbound' ? 'call_rejected' : 'user_busy'
    case 'no-answer':
      return call.endedBy === 'person' ? 'originator_cancel' : 'timeout'
    case 'canceled':
      return 'originator_cancel'
    default:
      return call.sipCode === 404 ? 'not_found' : 'unspecified'
  }
}

function costOf(call: TelnyxCall): Readonly<Record<string, unknown>> {
  const billed = Math.ceil(call.seconds / 60) * 60
  const rate = call.direction === 'inbound' ? 0.0035 : 0.007
  const cost = ((billed / 60) * rate).toFixed(4)
  const part = { call_part: 'call-control', cost, currency: 'USD', rate: rate.toFixed(4), billed_duration_secs: billed }
  return { total_cost: cost, billed_duration_secs: billed, cost_parts: [part], status: 'valid' }
}
