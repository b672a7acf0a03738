/** Exotel's requests to applications: nothing is signed, so a secret in the address is all there is. */
import type { ProgressEvent } from '../carrier/call.ts'
import { deliver, failedToAnswer, succeeded, type HttpDraft } from '../carrier/webhook.ts'
import { complain } from '../carrier/world.ts'
import { WireFailure, type WireReply } from '../wire.ts'
import { localTime, type ExotelCall } from './world.ts'

const limits = { connect: 5000, read: 15_000, total: 15_000 }

/** The answer, or undefined after a complaint. `retries`: applets ask once, callbacks are sent up to three times. */
export async function send(call: ExotelCall, draft: HttpDraft, retries: number): Promise<WireReply | undefined> {
  const { exotel } = call.facts
  const result = await deliver(exotel, {
    call,
    draft: () => draft,
    limits,
    maxBytes: 1 << 20,
    retries,
    again: failedToAnswer,
  })
  if (succeeded(result)) return result as WireReply // a failure never succeeded
  const why = result instanceof WireFailure ? result.message : `HTTP ${result.status}`
  complain(call, 0, `request: ${why}`, draft.url)
  return undefined
}

/** What an applet asks: everything in the query. */
export function appletRequest(call: ExotelCall): HttpDraft {
  const fields = {
    CallSid: call.ref,
    CallFrom: call.from,
    CallTo: call.to,
    Direction: call.direction === 'inbound' ? 'incoming' : 'outbound-dial',
    Created: new Date(call.created).toUTCString(),
    DialCallDuration: '0',
    StartTime: localTime(call.created) ?? '',
    EndTime: '1970-01-01 05:30:00',
    CallType: 'call-attempt',
    From: call.from,
    To: call.to,
    CurrentTime: localTime(call.world.clock.now()) ?? '',
  }
  const url = addressed(call)
  return {
    method: 'GET',
    url: `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(fields).toString()}`,
    headers: { 'user-agent': 'Exotel' },
  }
}

/** The applet's URL with its secret, or what the `signature` fault makes of it. */
function addressed(call: ExotelCall): string {
  const { exotel } = call.facts
  const { appletUrl, webhookSecret } = exotel.account
  const fault = exotel.faults.signature
  if (fault === 'missing') return appletUrl
  const secret =
    fault === 'wrong' ? `${webhookSecret}0` : fault === 'foreign' ? 'the-secret-of-somebody-else' : webhookSecret
  return `${appletUrl}${appletUrl.includes('?') ? '&' : '?'}key=${secret}`
}

export function reportProgress(call: ExotelCall, event: ProgressEvent): void | Promise<void> {
  const { callback, reporter } = call.facts
  const word = { initiated: undefined, ringing: 'ringing', answered: 'answered', completed: 'terminal' }[event]
  if (!callback || word === undefined) return undefined
  // Without a list of events only the end is told, and its kind is not named.
  const named = callback.events.size > 0
  if (named ? !callback.events.has(word) : word !== 'terminal') return undefined
  return reporter.send(
    async () => void (await send(call, statusRequest(call, named ? word : undefined), 2)),
    word === 'terminal',
  )
}

function statusRequest(call: ExotelCall, event: string | undefined): HttpDraft {
  const { callback, customField } = call.facts
  const recorded = call.recordings.length > 0
  const fields: Record<string, string> = {
    CallSid: call.ref,
    ...(event === undefined ? {} : { EventType: event }),
    DateUpdated: localTime(call.world.clock.now()) ?? '',
    Status: event === 'answered' || event === 'ringing' ? 'in-progress' : statusOf(call),
    RecordingUrl: event === 'answered' || !recorded ? '' : recordingUrl(call),
  }
  if (event !== undefined) Object.assign(fields, details(call), { CustomField: customField })
  const url = callback?.url ?? ''
  const headers = { 'user-agent': 'Exotel' }
  if (callback?.json)
    return {
      method: 'POST',
      url,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    }
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
  return { method: 'POST', url, headers: form, body: new URLSearchParams(fields).toString() }
}

/** Whom it called stands under `From`. */
function details(call: ExotelCall): Readonly<Record<string, string>> {
  return {
    DateCreated: localTime(call.created) ?? '',
    From: call.to,
    To: call.from,
    PhoneNumberSid: call.from,
    StartTime: localTime(call.startTime ?? call.created) ?? '',
    EndTime: localTime(call.endTime) ?? '',
    ConversationDuration: String(call.seconds),
    Direction: 'outbound-api',
  }
}

/** There is no word for a call that was taken back. */
export function statusOf(call: ExotelCall): string {
  if (!call.over) return 'in-progress'
  return call.status === 'canceled' ? 'failed' : call.status
}

export function recordingUrl(call: ExotelCall): string {
  return `${call.world.publicUrl()}/recordings/${call.recordings[0]?.ref ?? ''}.wav`
}
