/** Twilio's REST resources as JSON: which fields are strings, which are numbers, which are null until known. */
import { rfc2822 } from './dates.ts'
import type { TwilioCall } from './facts.ts'
import type { TwilioRecording } from './recordings.ts'
import type { Account, PhoneNumber } from './world.ts'

export type Resource = Readonly<Record<string, unknown>>

const version = '2010-04-01'

function accountPath(account: Account): string {
  return `/${version}/Accounts/${account.sid}`
}

function date(time: number | undefined): string | null {
  return time === undefined ? null : rfc2822(time)
}

export function callResource(call: TwilioCall): Resource {
  const path = `${accountPath(call.facts.account)}/Calls/${call.ref}`
  const price = priceOf(call)
  return {
    sid: call.ref,
    date_created: date(call.created),
    date_updated: date(call.states.at(-1)?.at),
    parent_call_sid: call.parent?.ref ?? null,
    account_sid: call.facts.account.sid,
    to: call.to,
    to_formatted: formatted(call.to),
    from: call.from,
    from_formatted: formatted(call.from),
    phone_number_sid: call.facts.phoneNumberSid ?? null,
    // The resource knows no `initiated`: until it rings a call is queued.
    status: call.status === 'initiated' ? 'queued' : call.status,
    start_time: date(call.startTime),
    end_time: date(call.endTime),
    duration: call.over ? String(call.seconds) : null,
    price,
    price_unit: 'USD',
    direction: call.direction,
    answered_by: call.facts.answeredBy ?? null,
    annotation: null,
    api_version: version,
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: String(call.facts.queueMs),
    trunk_sid: null,
    uri: `${path}.json`,
    subresource_uris: { recordings: `${path}/Recordings.json`, streams: `${path}/Streams.json` },
  }
}

/** A negative string, once the call was rated. */
function priceOf(call: TwilioCall): string | null {
  if (call.endTime === undefined || call.world.clock.now() < call.endTime + call.world.priceAfterMs) return null
  const perMinute = call.direction === 'inbound' ? 0.0085 : 0.014
  const price = Math.ceil(call.seconds / 60) * perMinute
  return price === 0 ? '0' : (-price).toFixed(4)
}

function formatted(number: string): string {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number)
  return parts ? `(${parts[1]}) ${parts[2]}-${parts[3]}` : number
}

export function recordingResource(recording: TwilioRecording): Resource {
  const { call } = recording
  const path = `${accountPath(call.facts.account)}/Recordings/${recording.ref}`
  return {
    sid: recording.ref,
    account_sid: call.facts.account.sid,
    api_version: version,
    call_sid: (call.parent ?? call).ref,
    conference_sid: null,
    date_created: date(recording.startTime),
    date_updated: date(call.world.clock.now()),
    start_time: date(recording.startTime),
    duration: recording.over ? String(recording.seconds) : '-1',
    price: recording.over ? '-0.0025' : null,
    price_unit: 'USD',
    status: recording.status,
    channels: recording.plan.channels,
    source: call.facts.orders.get(recording.ref)?.source,
    error_code: null,
    track: recording.plan.track,
    encryption_details: null,
    uri: `${path}.json`,
    media_url: `${call.world.publicUrl()}${path}`,
    subresource_uris: {},
  }
}

export function numberResource(account: Account, number: PhoneNumber): Resource {
  return {
    sid: number.sid,
    account_sid: account.sid,
    friendly_name: number.friendlyName,
    phone_number: number.phoneNumber,
    voice_url: number.voiceUrl,
    voice_method: number.voiceMethod,
    voice_fallback_url: number.voiceFallbackUrl,
    voice_fallback_method: number.voiceFallbackMethod,
    voice_caller_id_lookup: false,
    voice_receive_mode: 'voice',
    voice_application_sid: number.voiceApplicationSid || null,
    status_callback: number.statusCallback,
    status_callback_method: number.statusCallbackMethod,
    trunk_sid: number.trunkSid || null,
    date_created: date(number.created),
    date_updated: date(number.updated),
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    address_requirements: 'none',
    beta: false,
    origin: 'twilio',
    status: 'in-use',
    api_version: version,
    uri: `${accountPath(account)}/IncomingPhoneNumbers/${number.sid}.json`,
  }
}

export function accountResource(account: Account): Resource {
  return {
    sid: account.sid,
    friendly_name: 'Simulated account',
    status: 'active',
    type: 'Full',
    auth_token: account.authToken,
    owner_account_sid: account.sid,
    date_created: date(account.created),
    date_updated: date(account.created),
    uri: `${accountPath(account)}.json`,
    subresource_uris: { calls: `${accountPath(account)}/Calls.json` },
  }
}

/** A page of a list, newest first, with Twilio's page fields. */
export function pageOf(key: string, all: readonly Resource[], path: string, query: URLSearchParams): Resource {
  const size = Math.min(1000, Math.max(1, Number(query.get('PageSize') ?? 50) || 50))
  const page = Math.max(0, Number(query.get('Page') ?? 0) || 0)
  const start = page * size
  const uri = (at: number) => {
    const fields = new URLSearchParams(query)
    fields.set('PageSize', String(size))
    fields.set('Page', String(at))
    return `${path}?${fields.toString()}`
  }
  return {
    [key]: all.slice(start, start + size),
    first_page_uri: uri(0),
    next_page_uri: start + size < all.length ? uri(page + 1) : null,
    previous_page_uri: page > 0 ? uri(page - 1) : null,
    page,
    page_size: size,
    start,
    end: Math.max(start, Math.min(all.length, start + size) - 1),
    uri: uri(page),
  }
}
