/** REST of Plivo's shape: authentication, calls and what is done to them; the rest is the kind's. */
import { answerRest, empty, json, jsonBody, type RestReply, type RestRequest, type Routed } from '../carrier/rest.ts'
import { applications } from './applications.ts'
import { Fields, Refused } from './body.ts'
import { dateOf, endOf, priceOf, sourceOf, statusOf } from './callbacks.ts'
import { control } from './control.ts'
import { callOut } from './legs.ts'
import { digitsOf, uuid, type PlivoCall, type PlivoWorld } from './world.ts'

export function handleRest(plivo: PlivoWorld, request: RestRequest): Promise<RestReply | undefined> {
  const refuse = (status: number) =>
    plivo.kind.refuse(plivo, status, status === 429 ? 'Too many requests' : 'Internal error')
  return answerRest(plivo, request, { route: (routed) => route(plivo, routed), refuse })
}

function route(plivo: PlivoWorld, request: Routed): RestReply {
  const { kind, account } = plivo
  const stored = /^\/media\/Account\/[^/]+\/Recording\/([^/]+)\.wav$/.exec(request.pathname)
  if (stored) return file(plivo, stored[1]!)
  const prefix = `${kind.base}${account.authId}/`
  if (!kind.authenticated(plivo, request))
    return kind.refuse(plivo, 401, 'Could not verify your access level for that URL.')
  if (!request.pathname.startsWith(prefix)) return plain(plivo, request)
  const below = request.pathname.slice(prefix.length)
  try {
    return resource(plivo, request, below) ?? kind.refuse(plivo, 404, 'not found')
  } catch (refused) {
    if (refused instanceof Refused) return kind.refuse(plivo, refused.status, refused.message)
    throw refused
  }
}

/** Outside of any account. */
function plain(plivo: PlivoWorld, request: Routed): RestReply {
  return (
    plivo.kind.resource(plivo, request, ['..', ...request.pathname.split('/').slice(1)]) ??
    plivo.kind.refuse(plivo, 404, 'not found')
  )
}

function file(plivo: PlivoWorld, id: string): RestReply {
  const recording = plivo.recordings.get(id)
  if (recording?.status !== 'completed') return plivo.kind.refuse(plivo, 404, 'not found')
  return { status: 200, headers: { 'content-type': 'audio/x-wav' }, body: recording.wav() }
}

function resource(plivo: PlivoWorld, request: Routed, below: string): RestReply | undefined {
  // Its own client reads without the slash, and orders with it.
  if (plivo.kind.strictSlash && request.method !== 'GET' && !request.pathname.endsWith('/')) return undefined
  const path = below.split('/').filter((part) => part !== '')
  const [first, second, ...rest] = path
  const fields = () => {
    const body = jsonBody(request.body)
    if (!body) throw new Refused(400, 'the body is no JSON object')
    return new Fields(body)
  }
  if (first === 'Call') {
    if (second === undefined) return request.method === 'POST' ? dial(plivo, fields()) : listed(plivo, request)
    const call = plivo.calls.get(second)
    if (!call) return undefined
    return rest.length === 0 ? one(call, request, fields) : control(call, request.method, rest, fields)
  }
  if (first === 'Request' && request.method === 'DELETE') {
    const call = plivo.calls.get(second ?? '')
    return call && !call.over ? ended(call) : undefined
  }
  if (first === 'Application') return applications(plivo, request, second, fields)
  if (first === 'Recording') return recordings(plivo, request, second)
  return plivo.kind.resource(plivo, request, path)
}

function dial(plivo: PlivoWorld, fields: Fields): RestReply {
  const from = fields.party('from')
  const to = fields.party('to')
  if (!plivo.account.numbers.some(({ number }) => number === digitsOf(from)))
    throw new Refused(400, `from ${from} is not a number of this account`)
  const answer = fields.target('answer') ?? fields.refuse('answer_url is required')
  const mode = fields.word('machine_detection', ['true', 'hangup'])
  for (const [name, min, max] of ranges) fields.number(`machine_detection_${name}`, min, max)
  const call = callOut(plivo, {
    ...{ from, to, answer },
    fallback: fields.target('fallback'),
    ring: fields.target('ring'),
    hangup: fields.target('hangup'),
    ringMs: 1000 * (fields.number('ring_timeout', 1, 600) ?? fields.number('hangup_on_ring', 0, 86_400) ?? 120),
    limitMs: 1000 * (fields.number('time_limit', 1, 86_400) ?? 14_400),
    digits: fields.text('send_digits'),
    detection: mode && { mode, told: fields.target('machine_detection') },
  })
  const { status, message } = plivo.kind.dialled
  return json(status, { message, request_uuid: call.facts.requestId, api_id: uuid(plivo.ids) })
}

const ranges = [
  ['time', 2000, 10_000],
  ['maximum_speech_length', 1000, 6000],
  ['initial_silence', 2000, 10_000],
  ['maximum_words', 2, 10],
  ['initial_greeting', 1000, 5000],
] as const

function listed(plivo: PlivoWorld, request: Routed): RestReply | undefined {
  if (request.method !== 'GET') return undefined
  const status = request.query.get('status')
  const calls = [...plivo.calls.values()]
  const api = { api_id: uuid(plivo.ids) }
  if (status === 'live' || status === 'queued') {
    const wanted = calls.filter((call) => !call.over && (call.status === 'queued') === (status === 'queued'))
    return json(200, { ...api, calls: wanted.map(({ ref }) => ref) })
  }
  const past = calls.filter((call) => call.over).toReversed()
  const meta = { limit: 20, offset: 0, next: null, previous: null, total_count: past.length }
  return json(200, { ...api, meta, objects: past.slice(0, 20).map(detail) })
}

function one(call: PlivoCall, request: Routed, fields: () => Fields): RestReply | undefined {
  switch (request.method) {
    case 'GET':
      return looked(call, request.query.get('status'))
    case 'DELETE':
      return call.over ? undefined : ended(call)
    case 'POST':
      return transfer(call, fields())
    default:
      return undefined
  }
}

function ended(call: PlivoCall): RestReply {
  call.drop(call.startTime === undefined && call.direction !== 'inbound' ? 'canceled' : 'completed', 'ended by REST')
  return empty(204)
}

function looked(call: PlivoCall, status: string | null): RestReply | undefined {
  const { plivo, requestId } = call.facts
  const api = { api_id: uuid(plivo.ids) }
  if (status === null) return call.over && priced(call) ? json(200, { ...api, ...detail(call) }) : undefined
  if (call.over || (call.status === 'queued') !== (status === 'queued')) return undefined
  return json(200, {
    ...api,
    ...{ call_uuid: call.ref, request_uuid: requestId ?? '', call_status: statusOf(call), caller_name: '' },
    direction: call.direction === 'inbound' ? 'inbound' : 'outbound',
    ...{ from: plivo.kind.number(call.from), to: plivo.kind.number(call.to), session_start: dateOf(call.created) },
  })
}

/** Details of a call are there a while after its end. */
function priced(call: PlivoCall): boolean {
  return call.endTime !== undefined && call.world.clock.now() >= call.endTime + call.world.priceAfterMs
}

function detail(call: PlivoCall): Readonly<Record<string, unknown>> {
  const { kind } = call.facts.plivo
  const price = priceOf(call)
  const { code, name } = endOf(call)
  return {
    call_uuid: call.ref,
    call_direction: call.direction === 'inbound' ? 'inbound' : 'outbound',
    call_state: call.startTime === undefined ? 'NO_ANSWER' : 'ANSWER',
    ...{ from_number: kind.number(call.from), to_number: kind.number(call.to) },
    call_duration: call.seconds,
    ...{ bill_duration: price.seconds, billed_duration: price.seconds, total_rate: String(price.rate) },
    total_amount: price.total,
    initiation_time: dateOf(call.created),
    answer_time: call.startTime === undefined ? null : dateOf(call.startTime),
    end_time: dateOf(call.endTime ?? 0),
    ...{ hangup_cause_code: code, hangup_cause_name: name, hangup_source: sourceOf(call) },
  }
}

/** Only the first leg has a page of its own here. */
function transfer(call: PlivoCall, fields: Fields): RestReply {
  const legs = fields.word('legs', ['aleg', 'bleg', 'both']) ?? 'aleg'
  const target = fields.target('aleg') ?? fields.refuse('aleg_url is required')
  if (legs !== 'aleg') fields.refuse('this simulator transfers the aleg alone')
  if (call.startTime === undefined || !call.facts.redirect) throw new Refused(404, 'the call is not in progress')
  call.facts.redirect({ target, fields: { Event: 'Redirect' } })
  return json(202, { message: 'call transfered', api_id: uuid(call.world.ids), call_uuid: call.ref })
}

function recordings(plivo: PlivoWorld, request: Routed, id: string | undefined): RestReply | undefined {
  const recording = plivo.recordings.get(id ?? '')
  if (!recording) return undefined
  if (request.method === 'DELETE') {
    plivo.recordings.delete(recording.ref)
    return empty(204)
  }
  return json(200, {
    api_id: uuid(plivo.ids),
    recording_id: recording.ref,
    call_uuid: recording.call.ref,
    recording_format: 'wav',
  })
}
