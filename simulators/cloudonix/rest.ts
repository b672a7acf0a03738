/** Cloudonix's REST API: sessions, applications, numbers and the domain, with the domain's key. */
import {
  answerRest,
  empty,
  isRecord,
  json,
  jsonBody,
  same,
  type RestReply,
  type RestRequest,
  type Routed,
} from '../carrier/rest.ts'
import { sessionOf } from './callbacks.ts'
import { callOut } from './legs.ts'
import type { CloudonixWorld, Page } from './world.ts'

type Fields = Readonly<Record<string, unknown>>

export function handleRest(cloudonix: CloudonixWorld, request: RestRequest): Promise<RestReply | undefined> {
  return answerRest(cloudonix, request, {
    route: (routed) => route(cloudonix, routed),
    refuse: (status) => refusal(status, status === 429 ? 'Too many requests' : 'Internal error'),
    shown: (body) => body.replaceAll(/("authorization-api-key":)"[^"]*"/g, '$1"***"'),
  })
}

function refusal(status: number, message: string): RestReply {
  return json(status, { status, message })
}

function route(cloudonix: CloudonixWorld, request: Routed): RestReply {
  const stored = /^\/recordings\/([^/]+)\.wav$/.exec(request.pathname)
  if (stored) return file(cloudonix, stored[1]!)
  const { account } = cloudonix
  const { authorization } = request.headers
  if (!authorization) return refusal(401, 'Unauthorized')
  if (!same(authorization, `Bearer ${account.apiKey}`)) return refusal(403, 'Forbidden')
  const body = jsonBody(request.body)
  if (!body) return refusal(400, 'the body is no JSON object')
  const path = request.pathname.split('/').slice(1)
  if (path.join('/') === 'customers/self') return json(200, { id: 1, name: 'Simulated customer', active: true })
  const below =
    path[0] === 'calls'
      ? path.slice(1)
      : path[2] === 'domains'
        ? path.slice(3)
        : path[0] === 'domains'
          ? path.slice(1)
          : []
  const [domain, ...rest] = below
  const short = account.domain.split('.', 1)[0]
  if (domain === undefined || ![account.domain, account.domainId, short].includes(domain))
    return refusal(404, 'no such domain')
  return resource(cloudonix, { method: request.method, path: rest, body }) ?? refusal(404, 'not found')
}

function file(cloudonix: CloudonixWorld, id: string): RestReply {
  const recording = cloudonix.recordings.get(id)
  if (recording?.status !== 'completed') return refusal(404, 'not found')
  return { status: 200, headers: { 'content-type': 'audio/wav' }, body: recording.wav() }
}

interface Asked {
  readonly method: string
  /** Below the domain. */
  readonly path: readonly string[]
  readonly body: Fields
}

function resource(cloudonix: CloudonixWorld, asked: Asked): RestReply | undefined {
  const { method, path, body } = asked
  const [kind, id, what] = path
  switch (kind) {
    case undefined:
      return domain(cloudonix, method, body)
    case 'application':
      return id === undefined && method === 'POST' ? dial(cloudonix, body) : undefined
    case 'sessions':
      return sessions(cloudonix, asked, { token: id, what })
    case 'applications':
      return what === 'dnids'
        ? numbers(cloudonix, method, { application: id ?? '', body })
        : applications(cloudonix, asked, id)
    case 'dnids':
      return dnids(cloudonix, method, { source: id === undefined ? undefined : decodeURIComponent(id), body })
    case 'trunks':
      return json(200, [{ id: 1, name: 'simulated', direction: 'public-outbound' }])
    default:
      return undefined
  }
}

/** Only the profile can be changed here. */
function domain({ account }: CloudonixWorld, method: string, body: Fields): RestReply | undefined {
  if (method === 'PUT' && isRecord(body['profile'])) {
    const { 'authorization-api-key': key, 'cdr-endpoint': cdr } = body['profile']
    if (typeof key === 'string') account.requestsKey = key
    if (typeof cdr === 'string') account.cdrEndpoint = cdr
  } else if (method !== 'GET') return undefined
  const profile = { 'cdr-endpoint': account.cdrEndpoint }
  return json(200, { id: 1, uuid: account.domainId, domain: account.domain, active: true, profile })
}

/** Exactly one of a document, its address, and an application. */
function pageOf(cloudonix: CloudonixWorld, body: Fields): Page | string {
  const given = ['cxml', 'url', 'application'].filter((name) => typeof body[name] === 'string')
  if (given.length !== 1) return 'give exactly one of cxml, url and application'
  if (given[0] === 'cxml') return { type: 'cxml', text: String(body['cxml']) }
  if (given[0] === 'url') return { type: 'fetch', url: String(body['url']), method: 'POST' }
  const application = cloudonix.account.applications.get(String(body['application']))
  return application ? { type: 'fetch', url: application.url, method: application.method } : 'application is unknown'
}

function dial(cloudonix: CloudonixWorld, body: Fields): RestReply {
  const { destination, 'caller-id': from, callback, profile } = body
  if (typeof destination !== 'string' || !/^(\+?[1-9]\d{6,14}|sips?:.+@.+)$/.test(destination))
    return refusal(400, 'destination is invalid')
  if (typeof from !== 'string' || from === '') return refusal(400, 'caller-id is required')
  const page = pageOf(cloudonix, body)
  if (typeof page === 'string') return refusal(400, page)
  const mode = body['machineDetection']
  if (mode !== undefined && mode !== 'Enable' && mode !== 'DetectMessageEnd')
    return refusal(400, 'machineDetection is unknown')
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] : undefined)
  const call = callOut(cloudonix, {
    ...{ to: destination, from, page },
    callback: typeof callback === 'string' ? callback : undefined,
    ringMs: 1000 * Number(body['timeout'] ?? 60),
    limitMs: 1000 * Number(body['timeLimit'] ?? 14_400),
    digits: text('send-digits'),
    profile: isRecord(profile) ? profile : {},
    recording: body['record'] === true ? { told: text('recordingStatusCallback') } : undefined,
    detection: mode && { mode, told: body['asyncAmd'] === true ? text('asyncAmdStatusCallback') : undefined },
  })
  const { domainId } = cloudonix.account
  return json(200, { token: call.ref, domainId, subscriberId: 1, destination, direction: 'outbound-api' })
}

function sessions(
  cloudonix: CloudonixWorld,
  { method, body }: Asked,
  { token, what }: { readonly token: string | undefined; readonly what: string | undefined },
): RestReply | undefined {
  if (token === undefined) {
    const running = [...cloudonix.calls.values()].filter((call) => !call.over)
    return method === 'GET' ? json(200, running.map(sessionOf)) : undefined
  }
  const call = cloudonix.calls.get(token)
  if (!call) return undefined
  if (what === 'application' && method === 'POST') {
    const page = pageOf(cloudonix, body)
    if (typeof page === 'string') return refusal(400, page)
    if (call.over || !call.facts.redirect || call.startTime === undefined) return undefined
    call.facts.redirect(page)
    return json(200, sessionOf(call))
  }
  if (what !== undefined) return undefined
  if (method === 'GET') return json(200, sessionOf(call))
  if (method === 'PUT') {
    if (isRecord(body['profile'])) call.facts.profile = { ...call.facts.profile, ...body['profile'] }
    return json(200, sessionOf(call))
  }
  if (method !== 'DELETE' || call.over) return undefined
  call.drop(call.startTime === undefined && call.direction !== 'inbound' ? 'canceled' : 'completed', 'ended by REST')
  return empty(204)
}

function applications(
  cloudonix: CloudonixWorld,
  { method, body }: Asked,
  name: string | undefined,
): RestReply | undefined {
  const { applications: known } = cloudonix.account
  if (name === undefined) {
    if (method === 'GET') return json(200, [...known.values()])
    if (method !== 'POST' || typeof body['name'] !== 'string') return undefined
    const made = {
      id: cloudonix.nextId++,
      name: body['name'],
      url: String(body['url'] ?? ''),
      method: String(body['method'] ?? 'GET'),
    }
    known.set(made.name, made)
    return json(200, { ...made, type: 'cxml', active: true })
  }
  const application = known.get(decodeURIComponent(name))
  if (!application) return undefined
  if (method === 'PATCH' || method === 'PUT') {
    application.url = typeof body['url'] === 'string' ? body['url'] : application.url
    application.method = typeof body['method'] === 'string' ? body['method'] : application.method
  } else if (method !== 'GET') return undefined
  return json(200, { ...application, type: 'cxml', active: true })
}

function numbers(
  cloudonix: CloudonixWorld,
  method: string,
  { application, body }: { readonly application: string; readonly body: Fields },
): RestReply | undefined {
  const { account } = cloudonix
  const found = [...account.applications.values()].find(
    ({ name, id }) => name === decodeURIComponent(application) || String(id) === application,
  )
  if (!found) return undefined
  if (method === 'GET')
    return json(
      200,
      account.numbers.filter((one) => one.application === found.name),
    )
  if (method !== 'POST' || typeof body['source'] !== 'string') return undefined
  const source = body['source']
  const known = account.numbers.find((one) => one.source === source)
  if (known) return refusal(409, `${source} is there already`)
  const made = { id: cloudonix.nextId++, source, application: found.name }
  account.numbers.push(made)
  return json(200, made)
}

function dnids(
  { account }: CloudonixWorld,
  method: string,
  { source, body }: { readonly source: string | undefined; readonly body: Fields },
): RestReply | undefined {
  if (source === undefined) return method === 'GET' ? json(200, account.numbers) : undefined
  const number = account.numbers.find((one) => one.source === source || String(one.id) === source)
  if (!number) return undefined
  if (method === 'DELETE') {
    account.numbers.splice(account.numbers.indexOf(number), 1)
    return empty(204)
  }
  if (method === 'PATCH' || method === 'PUT') {
    if (typeof body['application'] === 'string') number.application = body['application']
  } else if (method !== 'GET') return undefined
  return json(200, number)
}
