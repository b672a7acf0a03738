/** Telnyx's REST API v2: authentication, calls and their commands, numbers, applications, recordings. */
import {
  answerRest,
  empty,
  json,
  jsonBody,
  same,
  type RestReply,
  type RestRequest,
  type Routed,
} from '../carrier/rest.ts'
import { actions } from './actions.ts'
import { Body, refusal, Refused } from './body.ts'
import { microseconds } from './events.ts'
import { callOut, type DetectionMode } from './legs.ts'
import { numbers } from './numbers.ts'
import { recordingResource, valid } from './recordings.ts'
import { readStream } from './stream.ts'
import type { TelnyxCall, TelnyxWorld } from './world.ts'

export function handleRest(telnyx: TelnyxWorld, request: RestRequest): Promise<RestReply | undefined> {
  return answerRest(telnyx, request, {
    route: (routed) => route(telnyx, routed),
    refuse: (status) => bad(status),
    shown: (body) => body.replaceAll(/("(?:stream_auth_token|sip_auth_password)":)"[^"]*"/g, '$1"***"'),
  })
}

function bad(status: number): RestReply {
  if (status !== 429) return refusal(status, '10007', 'Unexpected error')
  const limited = refusal(429, '10011', 'You have exceeded the maximum number of allowed requests.')
  const headers = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }
  return { ...limited, headers: { ...limited.headers, ...headers } }
}

function route(telnyx: TelnyxWorld, request: Routed): RestReply {
  const stored = /^\/storage\/([^/]+)\.wav$/.exec(request.pathname)
  if (stored) return file(telnyx, stored[1]!, request.query)
  const { authorization } = request.headers
  // Without the header everything is unknown; with a wrong one, the key is.
  if (!authorization) return refusal(404, '10005', 'The requested resource or URL could not be found.')
  if (!same(authorization, `Bearer ${telnyx.account.apiKey}`))
    return refusal(401, '10009', 'Could not understand the provided credentials.')
  const path = request.pathname.replace(/^\/v2\//, '')
  if (path === request.pathname) return missing()
  const fields = jsonBody(request.body)
  if (!fields) return refusal(400, '10015', 'The body is no JSON object.')
  try {
    return resource(telnyx, request, { path, body: new Body(fields) }) ?? missing()
  } catch (refused) {
    if (refused instanceof Refused) return refused.reply
    throw refused
  }
}

function missing(): RestReply {
  return refusal(404, '10005', 'The requested resource or URL could not be found.')
}

function file(telnyx: TelnyxWorld, id: string, query: URLSearchParams): RestReply {
  const recording = telnyx.recordings.get(id)
  if (!recording || !valid(telnyx, query)) return { status: 403, headers: {}, body: 'AccessDenied' }
  return { status: 200, headers: { 'content-type': 'audio/x-wav' }, body: recording.wav() }
}

function resource(
  telnyx: TelnyxWorld,
  request: Routed,
  { path, body }: { readonly path: string; readonly body: Body },
): RestReply | undefined {
  const [kind, first, second, third] = path.split('/')
  const { method } = request
  if (kind === 'calls') {
    if (first === undefined) return method === 'POST' ? dial(telnyx, body) : undefined
    const call = telnyx.calls.get(decodeURIComponent(first))
    // Telnyx's own client leaves the colon of an id as it is.
    if (!call) return refusal(404, '90015', 'Invalid value for call_control_id')
    if (second === undefined) return method === 'GET' ? callResource(call) : undefined
    return second === 'actions' && method === 'POST' ? command(call, third ?? '', body) : undefined
  }
  if (kind === 'connections' && second === 'active_calls') return activeCalls(telnyx, first ?? '', request.query)
  if (kind === 'recordings') return recordings(telnyx, request, first)
  return numbers(telnyx, request, { kind: kind ?? '', id: first, body })
}

/** The same `command_id` within a minute is done once. */
const repeatMs = 60_000

function command(call: TelnyxCall, name: string, body: Body): RestReply | undefined {
  const action = actions[name]
  if (!action) return undefined
  const ok = json(200, { data: { result: 'ok' } })
  const id = body.text('command_id')
  const now = call.world.clock.monotonic()
  const before = id === undefined ? undefined : call.facts.commands.get(`${name} ${id}`)
  if (before !== undefined && now - before < repeatMs) return ok
  if (call.over) body.refuse('90018', 'This call is no longer active and can not receive commands.')
  const state = body.clientState()
  if (state !== undefined) call.facts.clientState = state
  action(call, body)
  if (id !== undefined) call.facts.commands.set(`${name} ${id}`, now)
  return ok
}

function dial(telnyx: TelnyxWorld, body: Body): RestReply {
  const { application, numbers: owned } = telnyx.account
  const connection = body.needed('connection_id')
  if (connection !== application.id)
    body.refuse('10015', 'Invalid value for connection_id (Call Control App ID)', '/connection_id')
  const to = body.party('to')
  const from = body.party('from')
  if (!owned.some(({ number }) => number === from)) body.refuse('D35', `${from} is not on the account`, '/from', 403)
  const modes = ['premium', 'detect', 'detect_beep', 'detect_words', 'greeting_end', 'disabled'] as const
  const mode = body.word('answering_machine_detection', modes)
  const record = body.word('record', ['record-from-answer'])
  const call = callOut(telnyx, {
    ...{ to, from },
    ringMs: 1000 * (body.number('timeout_secs', 5, 600) ?? 30),
    limitMs: 1000 * (body.number('time_limit_secs', 30, 14_400) ?? 14_400),
    digits: body.text('send_digits_on_answer'),
    clientState: body.clientState(),
    webhookUrl: body.text('webhook_url'),
    stream: readStream(body),
    detection: mode === 'disabled' ? undefined : (mode satisfies DetectionMode | undefined),
    record: record && {
      channels: body.word('record_channels', ['single', 'dual']) ?? 'dual',
      format: 'wav',
      track: 'both',
      trim: false,
    },
  })
  const { legId, sessionId } = call.facts
  const ids = { call_control_id: call.ref, call_leg_id: legId, call_session_id: sessionId }
  return json(200, { data: { record_type: 'call', ...ids, is_alive: false, recording_id: null } })
}

/** Ended calls can be looked up for ten minutes. */
function callResource(call: TelnyxCall): RestReply {
  if (call.endTime !== undefined && call.world.clock.now() - call.endTime > 600_000) return missing()
  const end = call.endTime === undefined ? null : microseconds(call.endTime)
  const times = { start_time: microseconds(call.created), end_time: end }
  return json(200, { data: { ...callFacts(call), is_alive: !call.over, ...times } })
}

function callFacts(call: TelnyxCall): Readonly<Record<string, unknown>> {
  const { legId, sessionId, clientState } = call.facts
  const ids = { call_control_id: call.ref, call_leg_id: legId, call_session_id: sessionId }
  return { record_type: 'call', ...ids, client_state: clientState ?? null, call_duration: call.seconds }
}

/** In pages, as Telnyx's own client asks for them. */
function activeCalls(telnyx: TelnyxWorld, connection: string, query: URLSearchParams): RestReply | undefined {
  if (connection !== telnyx.account.application.id) return undefined
  const all = [...telnyx.calls.values()].filter((call) => !call.over).map(callFacts)
  const size = Math.min(250, Math.max(1, Number(query.get('page[size]') ?? 20)))
  const number = Math.max(1, Number(query.get('page[number]') ?? 1))
  const data = all.slice((number - 1) * size, number * size)
  const total = Math.max(1, Math.ceil(all.length / size))
  return json(200, {
    data,
    meta: { page_number: number, page_size: size, total_pages: total, total_results: all.length },
  })
}

function recordings(telnyx: TelnyxWorld, request: Routed, id: string | undefined): RestReply | undefined {
  if (id === undefined) {
    const leg = request.query.get('filter[call_leg_id]')
    const found = [...telnyx.recordings.values()].filter(({ call }) => !leg || call.facts.legId === leg)
    return json(200, { data: found.map((recording) => recordingResource(telnyx, recording)) })
  }
  const recording = telnyx.recordings.get(id)
  if (!recording) return undefined
  if (request.method === 'GET') return json(200, { data: recordingResource(telnyx, recording) })
  if (request.method !== 'DELETE') return undefined
  telnyx.recordings.delete(id)
  return empty(200)
}
