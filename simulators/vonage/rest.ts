/** Vonage's REST APIs: calls and files with the application's token; applications and numbers with the account's credentials. */
import {
  answerRest,
  basicOf,
  empty,
  json,
  jsonBody,
  same,
  isRecord,
  type RestReply,
  type RestRequest,
  type Routed,
} from '../carrier/rest.ts'
import { fetchClip, playKeys, playTo, spoken, unlessOver } from '../carrier/steps.ts'
import { endOf, legFields, priceOf } from './events.ts'
import { valid } from './jwt.ts'
import { callOut, type Detection } from './legs.ts'
import { readNcco } from './ncco.ts'
import { numbers } from './numbers.ts'
import { digitsOf, type Page, type Target, type VonageCall, type VonageWorld } from './world.ts'

type Fields = Readonly<Record<string, unknown>>

export function handleRest(vonage: VonageWorld, request: RestRequest): Promise<RestReply | undefined> {
  const refuse = (status: number) => refusal(status, status === 429 ? 'Rate limit hit' : 'Internal error')
  return answerRest(vonage, request, {
    route: (routed) => route(vonage, routed),
    refuse,
    shown: (body) => body.replaceAll(/("value":)"[^"]*"/g, '$1"***"'),
  })
}

export function refusal(
  status: number,
  title: string,
  wrong?: { readonly name: string; readonly reason: string },
): RestReply {
  const type = `https://developer.vonage.com/api-errors#${title.toLowerCase().replaceAll(/\W+/g, '-')}`
  return json(status, { type, title, ...(wrong ? { invalid_parameters: [wrong] } : {}) })
}

function route(vonage: VonageWorld, request: Routed): RestReply {
  const { pathname, headers } = request
  const { account, clock } = vonage
  if (!pathname.startsWith('/v1/')) {
    const { user, password } = basicOf(headers.authorization)
    if (!same(user, account.apiKey) || !same(password, account.apiSecret)) return refusal(401, 'Unauthorized')
    return numbers(vonage, request) ?? refusal(404, 'Not Found')
  }
  const wanted = { id: account.application.id, now: clock.now() }
  if (!valid(headers.authorization, account.publicKey, wanted)) return refusal(401, 'Unauthorized')
  const [kind, id, what, more] = pathname.slice('/v1/'.length).split('/')
  if (kind === 'files') return file(vonage, id)
  if (kind !== 'calls') return refusal(404, 'Not Found')
  const body = jsonBody(request.body)
  if (!body) return refusal(400, 'Bad Request', { name: 'body', reason: 'is no JSON object' })
  if (id === undefined) return request.method === 'POST' ? dial(vonage, body) : listed(vonage, request)
  const call = vonage.calls.get(id)
  if (!call) return refusal(404, 'Not Found')
  if (what === undefined && request.method === 'GET') return json(200, shown(call))
  if (call.over) return refusal(400, 'Bad Request', { name: 'uuid', reason: 'the call has ended' })
  const order = [what, more].filter((part) => part !== undefined).join('/')
  return act(call, { method: request.method, order, body }) ?? refusal(404, 'Not Found')
}

function file(vonage: VonageWorld, id: string | undefined): RestReply {
  const recording = vonage.recordings.get(id ?? '')
  if (recording?.status !== 'completed') return refusal(404, 'Not Found')
  return { status: 200, headers: { 'content-type': 'audio/wav' }, body: recording.wav() }
}

function listed(vonage: VonageWorld, { query }: Routed): RestReply {
  const conversation = query.get('conversation_uuid')
  const found = [...vonage.calls.values()].filter(({ facts }) => !conversation || facts.conversation === conversation)
  return json(200, { count: found.length, page_size: 100, record_index: 0, _embedded: { calls: found.map(shown) } })
}

function shown(call: VonageCall): Fields {
  const { from, to, ...leg } = legFields(call)
  const status = call.over ? endOf(call)[0] : words[call.status]
  const priced = call.endTime !== undefined && call.world.clock.now() >= call.endTime + call.world.priceAfterMs
  return {
    ...leg,
    from: { type: 'phone', number: from },
    to: { type: 'phone', number: to },
    status,
    ...(priced && status === 'completed' ? priceOf(call) : {}),
  }
}

const words: Readonly<Record<string, string>> = {
  ...{ queued: 'started', initiated: 'started', ringing: 'ringing', 'in-progress': 'answered' },
}

function bad(name: string, reason: string): RestReply {
  return refusal(400, 'Bad Request', { name, reason })
}

function dial(vonage: VonageWorld, body: Fields): RestReply {
  const [to] = Array.isArray(body['to']) ? body['to'] : []
  if (!isRecord(to) || to['type'] !== 'phone' || !/^\d{7,15}$/.test(String(to['number'])))
    return bad('to', 'is a list of one phone, without plus')
  const { from } = body
  if (!isRecord(from) || !/^\d{7,15}$/.test(String(from['number']))) return bad('from', 'is a phone, without plus')
  if (!vonage.account.numbers.has(String(from['number']))) return bad('from', 'is no number of this account')
  const page = pageOf(body)
  if (typeof page === 'string') return bad('ncco', page)
  const ringing = Number(body['ringing_timer'] ?? 60)
  if (!(ringing >= 1 && ringing <= 120)) return bad('ringing_timer', 'is not within 1–120')
  const length = Number(body['length_timer'] ?? 7200)
  if (!(length >= 1 && length <= 86_400)) return bad('length_timer', 'is not within 1–86400')
  const detection = detectionOf(body)
  if (typeof detection === 'string') return bad('advanced_machine_detection', detection)
  const events = firstTarget(body['event_url'], body['event_method'])
  if (body['event_url'] !== undefined && !events) return bad('event_url', 'is a list of one address')
  const call = callOut(vonage, {
    ...{ to: `+${String(to['number'])}`, from: `+${digitsOf(String(from['number']))}`, page, events, detection },
    ...{ ringMs: ringing * 1000, limitMs: length * 1000 },
    digits: typeof to['dtmfAnswer'] === 'string' ? to['dtmfAnswer'] : undefined,
  })
  const ids = { uuid: call.ref, status: 'started', direction: 'outbound', conversation_uuid: call.facts.conversation }
  return json(201, ids)
}

/** Exactly one of `ncco` and `answer_url`. */
function pageOf(body: Fields): Page | string {
  const target = firstTarget(body['answer_url'], body['answer_method'] ?? 'GET')
  if (body['ncco'] === undefined) return target ? { type: 'fetch', target } : 'ncco or answer_url is required'
  if (target) return 'give one of ncco and answer_url'
  const ncco = readNcco(body['ncco'])
  return typeof ncco === 'string' ? ncco : { type: 'ncco', ncco }
}

function firstTarget(urls: unknown, method: unknown): Target | undefined {
  if (!Array.isArray(urls) || !/^https?:\/\//.test(String(urls[0]))) return undefined
  return { url: String(urls[0]), method: method === 'GET' ? 'GET' : 'POST' }
}

function detectionOf(body: Fields): Detection | string | undefined {
  const simple = body['machine_detection']
  if (simple === 'continue' || simple === 'hangup') return { behavior: simple, mode: 'detect', beepMs: 45_000 }
  const given = body['advanced_machine_detection']
  if (given === undefined) return undefined
  if (!isRecord(given)) return 'is no object'
  const { behavior = 'continue', mode = 'detect', beep_timeout: seconds = 45 } = given
  if (behavior !== 'continue' && behavior !== 'hangup') return 'behavior is unknown'
  if (mode !== 'default' && mode !== 'detect' && mode !== 'detect_beep') return 'mode is unknown'
  if (!(Number(seconds) >= 45 && Number(seconds) <= 120)) return 'beep_timeout is not within 45–120'
  return { behavior, mode, beepMs: Number(seconds) * 1000 }
}

interface Order {
  readonly method: string
  readonly order: string
  readonly body: Fields
}

function act(call: VonageCall, { method, order, body }: Order): RestReply | undefined {
  if (order === '') return method === 'PUT' ? change(call, body) : undefined
  const talking = call.startTime !== undefined
  if (!talking) return bad('uuid', 'the call is not answered')
  if (order === 'dtmf' && method === 'PUT') {
    const digits = String(body['digits'] ?? '')
    if (!/^[0-9*#p]+$/.test(digits)) return bad('digits', 'are no keys')
    call.world.background(unlessOver(call, playKeys(call, digits.replaceAll('p', 'w'), call.scope.signal)))
    return json(200, { message: 'DTMF sent', uuid: call.ref })
  }
  if (order !== 'talk' && order !== 'stream') return undefined
  call.facts.playing?.abort()
  if (method === 'DELETE') return json(200, { message: `${order} stopped`, uuid: call.ref })
  if (method !== 'PUT') return undefined
  const [url] = Array.isArray(body['stream_url']) ? body['stream_url'] : []
  if (order === 'talk' && typeof body['text'] !== 'string') return bad('text', 'is required')
  if (order === 'stream' && typeof url !== 'string') return bad('stream_url', 'is a list of one address')
  play(call, async () => {
    if (order === 'talk') return spoken(call, String(body['text']))
    const clip = await fetchClip(call, String(url))
    return clip.ok ? clip.sound : undefined
  })
  return json(200, { message: `${order} started`, uuid: call.ref })
}

function play(call: VonageCall, load: () => Promise<Int16Array | undefined>): void {
  const stop = new AbortController()
  call.facts.playing = stop
  const task = async () => {
    const sound = await load()
    if (!sound) return
    await playTo(call, sound, AbortSignal.any([call.scope.signal, stop.signal])).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    })
  }
  call.world.background(unlessOver(call, task()))
}

function change(call: VonageCall, body: Fields): RestReply {
  const { action, destination } = body
  if (action === 'hangup') {
    call.drop(call.startTime === undefined && call.direction !== 'inbound' ? 'canceled' : 'completed', 'ended by REST')
    return empty(204)
  }
  if (action === 'mute' || action === 'unmute' || action === 'earmuff' || action === 'unearmuff') return empty(204)
  if (action !== 'transfer') return bad('action', 'is unknown')
  if (!isRecord(destination) || destination['type'] !== 'ncco') return bad('destination', 'is no NCCO')
  const page = pageOf({ ncco: destination['ncco'], answer_url: destination['url'] })
  if (typeof page === 'string') return bad('destination', page)
  if (!call.facts.redirect || call.startTime === undefined) return bad('uuid', 'the call is not answered')
  call.facts.redirect(page)
  return empty(204)
}
