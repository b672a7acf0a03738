/** Exotel's REST APIs: calls of version 1, ExoPhones of version 2. XML, unless JSON is asked for by the path. */
import {
  answerRest,
  basicOf,
  empty,
  json,
  jsonBody,
  same,
  type RestReply,
  type RestRequest,
  type Routed,
} from '../carrier/rest.ts'
import { recordingUrl, statusOf } from './callbacks.ts'
import { callOut } from './legs.ts'
import { hex, localTime, type Callback, type ExotelCall, type ExotelWorld } from './world.ts'

export function handleRest(exotel: ExotelWorld, request: RestRequest): Promise<RestReply | undefined> {
  return answerRest(exotel, request, {
    route: (routed) => route(exotel, routed),
    refuse: (status) => refusal(status, status === 429 ? 'Too many requests' : 'Internal Server Error'),
  })
}

function refusal(status: number, message: string, code = 34_001): RestReply {
  return json(status, { RestException: { Status: status, Message: message, Code: code } })
}

function route(exotel: ExotelWorld, request: Routed): RestReply {
  const { account } = exotel
  const { user, password } = basicOf(request.headers.authorization)
  if (!same(user, account.apiKey) || !same(password, account.apiToken)) return refusal(401, 'Unauthorized')
  const stored = /^\/recordings\/([^/]+)\.wav$/.exec(request.pathname)
  if (stored) return file(exotel, stored[1]!)
  const match = /^\/(v1|v2_beta)\/Accounts\/([^/.]+)(?:\/(.+?))?(\.json)?\/?$/.exec(request.pathname)
  if (!match || match[2] !== account.sid) return refusal(404, 'Not Found')
  const [kind = '', ...rest] = (match[3] ?? '').split('/')
  const reply = match[1] === 'v1' ? calls(exotel, request, [kind, ...rest]) : numbers(exotel, request, [kind, ...rest])
  if (!reply) return refusal(404, 'Not Found')
  return match[1] === 'v1' && !match[4] ? asXml(reply) : reply
}

/** Enough for who reads JSON to notice. */
function asXml(reply: RestReply): RestReply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<TwilioResponse>${reply.status}</TwilioResponse>`
  return { ...reply, headers: { 'content-type': 'application/xml' }, body }
}

function file(exotel: ExotelWorld, id: string): RestReply {
  const recording = exotel.recordings.get(id)
  if (recording?.status !== 'completed') return refusal(404, 'Not Found')
  return { status: 200, headers: { 'content-type': 'audio/wav' }, body: recording.wav() }
}

function calls(exotel: ExotelWorld, request: Routed, [kind, id]: readonly string[]): RestReply | undefined {
  const { method, query } = request
  if (kind === '')
    return method === 'GET' ? json(200, { Account: { Sid: exotel.account.sid, Status: 'active' } }) : undefined
  if (kind !== 'Calls') return undefined
  if (id === 'connect') return method === 'POST' ? dial(exotel, new URLSearchParams(request.body)) : undefined
  if (method !== 'GET') return undefined
  if (id !== undefined) {
    const call = exotel.calls.get(id)
    return call && json(200, { Call: shown(call) })
  }
  const sids = query.get('Sid')?.split(',')
  const found = [...exotel.calls.values()].filter(({ ref }) => !sids || sids.includes(ref)).toReversed()
  return json(200, { Metadata: { Total: found.length, PageSize: 50 }, Calls: found.slice(0, 50).map(shown) })
}

/** `in-progress` from the beginning: it does not mean answered. */
function shown(call: ExotelCall): Readonly<Record<string, unknown>> {
  const { account } = call.facts.exotel
  const inbound = call.direction === 'inbound'
  const { clock, priceAfterMs } = call.world
  const priced = call.endTime !== undefined && clock.now() >= call.endTime + priceAfterMs
  return {
    ...{ Sid: call.ref, ParentCallSid: null, AccountSid: account.sid },
    DateCreated: localTime(call.created),
    DateUpdated: localTime(call.endTime ?? clock.now()),
    To: inbound ? call.to : call.from,
    From: inbound ? call.from : call.to,
    PhoneNumberSid: inbound ? call.to : call.from,
    Status: statusOf(call),
    StartTime: localTime(call.created),
    EndTime: localTime(call.endTime),
    Duration: priced ? call.seconds : null,
    Price: priced ? Math.ceil(call.seconds / 60) * 0.6 : null,
    Direction: inbound ? 'inbound' : 'outbound-api',
    ...{ AnsweredBy: null, ForwardedFrom: null, CallerName: null },
    Uri: `/v1/Accounts/${account.sid}/Calls.json/${call.ref}`,
    RecordingUrl: call.over && call.recordings.length > 0 ? recordingUrl(call) : null,
  }
}

const number = /^(\+?[1-9]\d{6,14}|0\d{6,14})$/

function dial(exotel: ExotelWorld, form: URLSearchParams): RestReply {
  const bad = (message: string) => refusal(400, message)
  const [person, exoPhone, url] = [form.get('From') ?? '', form.get('CallerId') ?? '', form.get('StreamUrl')]
  if (!number.test(person)) return bad('From is invalid')
  if (!exotel.account.numbers.some((one) => one.number === exoPhone))
    return bad('CallerId is not an ExoPhone of this account')
  if (form.has('Url'))
    return url === null
      ? bad('this simulator places calls with StreamUrl')
      : bad('Url and StreamUrl exclude each other')
  if (url === null || url.length >= 600 || !/^wss?:\/\//.test(url)) return bad('StreamUrl is invalid')
  if (form.get('StreamType') !== 'bidirectional') return bad('StreamType is invalid')
  const seconds = Number(form.get('TimeLimit') ?? 14_400)
  if (!(seconds >= 1 && seconds <= 14_400)) return bad('TimeLimit is not within 1–14400')
  const customField = form.get('CustomField') ?? ''
  if (customField.length > 128) return bad('CustomField is longer than 128')
  const callback = callbackOf(form)
  if (typeof callback === 'string') return bad(callback)
  const dual = form.get('RecordingChannels') === 'dual'
  const call = callOut(exotel, {
    ...{ person, exoPhone, url, customField, callback },
    ringMs: form.has('TimeOut') ? 1000 * Number(form.get('TimeOut')) : exotel.ringMs,
    limitMs: 1000 * seconds,
    record: form.get('Record') === 'true' ? (dual ? 'dual' : 'single') : undefined,
  })
  return json(200, { Call: shown(call) })
}

/** Two spellings of the list are seen: `[]` and `[0]`. */
function callbackOf(form: URLSearchParams): Callback | string | undefined {
  const url = form.get('StatusCallback')
  if (url === null) return undefined
  if (!/^https?:\/\//.test(url)) return 'StatusCallback is invalid'
  const events = [...form].filter(([name]) => /^StatusCallbackEvents\[\d*\]$/.test(name)).map(([, value]) => value)
  const strange = events.find((event) => !['answered', 'terminal', 'ringing'].includes(event))
  if (strange !== undefined) return `StatusCallbackEvents: ${strange} is unknown`
  return { url, events: new Set(events), json: form.get('StatusCallbackContentType') === 'application/json' }
}

function numbers(
  exotel: ExotelWorld,
  request: Routed,
  [kind, first, second]: readonly string[],
): RestReply | undefined {
  const { method } = request
  if (kind === 'AvailablePhoneNumbers') return method === 'GET' ? available(first, second) : undefined
  if (kind !== 'IncomingPhoneNumbers') return undefined
  const { numbers: owned } = exotel.account
  const body = new Map(
    [...new URLSearchParams(request.body), ...Object.entries(jsonBody(request.body) ?? {})].map(([name, value]) => [
      name,
      String(value),
    ]),
  )
  if (first === undefined) {
    if (method === 'GET') return json(200, { incoming_phone_numbers: owned.map(numberShown) })
    const wanted = body.get('PhoneNumber')
    if (method !== 'POST' || wanted === undefined) return undefined
    if (owned.some((one) => one.number === wanted)) return refusal(409, `${wanted} is not available`, 1008)
    const made = { sid: hex(exotel.ids), number: wanted, voiceUrl: body.get('VoiceUrl') ?? '' }
    owned.push(made)
    return json(200, numberShown(made))
  }
  const found = owned.find(({ sid }) => sid === first)
  if (!found) return undefined
  if (method === 'PUT' || method === 'POST') found.voiceUrl = body.get('VoiceUrl') ?? found.voiceUrl
  else if (method === 'DELETE') {
    owned.splice(owned.indexOf(found), 1)
    return empty(204)
  }
  return json(200, numberShown(found))
}

function available(country: string | undefined, kind: string | undefined): RestReply | undefined {
  if (country !== 'IN' || !['Landline', 'Mobile', 'TollFree'].includes(kind ?? '')) return undefined
  const list = Array.from({ length: 10 }, (_, at) => ({
    phone_number: `+9180555010${at}0`,
    country,
    type: kind,
    capabilities: { voice: true },
    rental_price: '500',
    currency: 'INR',
  }))
  return json(200, list)
}

function numberShown(one: { readonly sid: string; readonly number: string; readonly voiceUrl: string }) {
  const price = { rental_price: '500', currency: 'INR' }
  return {
    sid: one.sid,
    phone_number: one.number,
    friendly_name: one.number,
    voice_url: one.voiceUrl,
    capabilities: { voice: true, sms: false },
    ...price,
  }
}
