/** Vobiz: of Plivo's shape, with its own signatures, credentials, XML words and resources. */
import { empty, json, jsonBody, same, type RestReply, type Routed } from '../carrier/rest.ts'
import type { ElementRule, Rules } from '../carrier/markup.ts'
import { Fields, Refused } from '../plivo/body.ts'
import { endOf, priceOf, sourceOf } from '../plivo/callbacks.ts'
import type { Kind } from '../plivo/kind.ts'
import { nonceOf } from '../plivo/plivo.ts'
import { address, any, checkStream, method, number, shared, streamRule, truth } from '../plivo/schema.ts'
import { digitsOf, uuid, type OwnedNumber, type PlivoCall, type PlivoWorld } from '../plivo/world.ts'
import { signaturesOf } from './signature.ts'

/** Streams by XML have no more than these; 24 kHz is for what is played alone. */
const stream: ElementRule = {
  ...streamRule,
  attributes: { ...streamRule.attributes, maxRetries: number(0, 10) },
  check: (element) =>
    element.attributes['contentType']?.includes('24000') ? 'contentType is unknown' : checkStream(element),
}

const gather: ElementRule = {
  attributes: {
    ...{
      action: address,
      method,
      inputType: any,
      executionTimeout: number(5, 60),
      digitEndTimeout: any,
      numDigits: any,
    },
    ...{ finishOnKey: any, language: any, redirect: truth, speechEndTimeout: any, hints: any, profanityFilter: any },
  },
  children: ['Play', 'Speak'],
}

/** Plivo's GetDigits and GetInput are unknown here. */
const rules: Rules = {
  ...shared,
  Response: { attributes: {}, children: [...Object.keys(shared), 'Stream', 'Gather'] },
  Stream: stream,
  Gather: gather,
}

export const vobizKind: Kind = {
  name: 'vobiz',
  base: '/api/v1/Account/',
  userAgent: 'Vobiz-Webhook/1.0',
  rules,
  sign(plivo, _, url): Readonly<Record<string, string>> {
    const fault = plivo.faults.signature
    // Media sockets are authenticated by their address.
    if (fault === 'missing' || url.startsWith('ws')) return {}
    const token = fault === 'wrong' ? `${plivo.account.authToken}0` : plivo.account.authToken
    const nonce = nonceOf(plivo)
    const { v2, v3 } = signaturesOf(token, fault === 'foreign' ? 'https://elsewhere.example/' : url, nonce)
    return {
      'x-vobiz-signature-v2': v2,
      'x-vobiz-signature-v2-nonce': nonce,
      'x-vobiz-signature-v3': v3,
      'x-vobiz-signature-v3-nonce': nonce,
    }
  },
  authenticated(plivo, { headers }) {
    const { authId, authToken } = plivo.account
    return same(headers['x-auth-id'] ?? '', authId) && same(headers['x-auth-token'] ?? '', authToken)
  },
  number: (given) => (given.startsWith('sip') ? given : `+${digitsOf(given)}`),
  refuse: (plivo, status, message) => json(status, { api_id: uuid(plivo.ids), error: message }),
  strictSlash: false,
  dialled: { status: 200, message: 'Call fired' },
  resource,
  own: 'Vobiz',
  tellsPeople: true,
  media: {
    account: () => '500025',
    // They never reach the socket.
    extraHeaders: () => '{}',
    anyFormat: true,
    wordy: false,
    clearingMs: 60,
    takes: ['stop'],
    retries: 0,
    bufferMs: 600_000,
  },
}

/** `path` is below the account; outside of it, it begins with `..`. */
function resource(plivo: PlivoWorld, request: Routed, path: readonly string[]): RestReply | undefined {
  const [kind, first, second] = path
  const { method } = request
  if (kind === '..') {
    // The wrong case of a path answers as if the credentials were wrong.
    if (request.pathname !== '/api/v1/auth/me') return plivo.kind.refuse(plivo, 401, 'Unauthorized')
    return json(200, { auth_id: plivo.account.authId, name: 'Simulated account', is_active: true })
  }
  if (kind === 'cdr') return cdr(plivo, first)
  if (kind === 'inventory' && first === 'numbers' && method === 'GET') return inventory(request.query)
  if (kind !== 'numbers') return undefined
  if (first === undefined) return method === 'GET' ? list(plivo) : undefined
  const fields = () => {
    const body = jsonBody(request.body)
    if (!body) throw new Refused(400, 'the body is no JSON object')
    return new Fields(body)
  }
  if (first === 'purchase-from-inventory') return method === 'POST' ? buy(plivo, fields()) : undefined
  return own(plivo, method, { number: decodeURIComponent(first), what: second, fields })
}

function cdr(plivo: PlivoWorld, id: string | undefined): RestReply | undefined {
  const call = plivo.calls.get(id ?? '')
  if (call?.endTime === undefined || plivo.clock.now() < call.endTime + plivo.priceAfterMs) return undefined
  return json(200, { data: cdrOf(call), success: true })
}

function cdrOf(call: PlivoCall): Readonly<Record<string, unknown>> {
  const price = priceOf(call)
  const { code, cause, name } = endOf(call)
  const total = Number(price.total)
  return {
    uuid: call.ref,
    bridge_uuid: null,
    duration: call.seconds,
    ...{ billsec: price.seconds, ring_time: 1, cost: total, total_cost: total, currency: 'INR' },
    ...{ hangup_cause: cause, hangup_cause_code: code, hangup_cause_name: name, hangup_source: sourceOf(call) },
    mos: 4.2,
  }
}

function inventory(query: URLSearchParams): RestReply {
  const country = query.get('country') ?? 'IN'
  const wanted = (query.get('search') ?? '').replaceAll(/\D/g, '')
  const size = Math.min(100, Number(query.get('per_page') ?? 20) || 20)
  const head = country === 'IN' ? '9180' : country === 'US' ? '1415' : '4420'
  const items = Array.from({ length: size }, (_, at) => `+${head}5550${1000 + at}`)
    .filter((number) => number.includes(wanted))
    .map((e164) => ({ e164, country, setup_fee: 0, monthly_fee: 500, currency: 'INR', capabilities: { voice: true } }))
  return json(200, { items, total: items.length, page: 1, per_page: size })
}

function list(plivo: PlivoWorld): RestReply {
  const items = plivo.account.numbers.map(shown)
  return json(200, { items, total: items.length, page: 1, per_page: 25 })
}

function shown({ number: digits, application }: OwnedNumber): Readonly<Record<string, unknown>> {
  return { e164: `+${digits}`, application_id: application || null, status: 'active', currency: 'INR' }
}

function buy(plivo: PlivoWorld, fields: Fields): RestReply {
  const number = digitsOf(fields.needed('e164'))
  fields.needed('currency')
  const { numbers } = plivo.account
  if (numbers.some((one) => one.number === number)) throw new Refused(400, `+${number} is not available`)
  const owned = { number, application: '' }
  numbers.push(owned)
  return json(200, { ...shown(owned), message: 'purchased' })
}

function own(
  plivo: PlivoWorld,
  method: string,
  {
    number: e164,
    what,
    fields,
  }: { readonly number: string; readonly what: string | undefined; readonly fields: () => Fields },
): RestReply | undefined {
  const { numbers, applications } = plivo.account
  const owned = numbers.find((one) => one.number === digitsOf(e164))
  if (!owned) return undefined
  if (what === 'application') {
    if (method !== 'POST' && method !== 'DELETE') return undefined
    const application = method === 'POST' ? fields().needed('application_id') : ''
    if (application && !applications.has(application)) throw new Refused(404, 'application_id is unknown')
    owned.application = application
    return json(200, shown(owned))
  }
  if (what !== undefined) return undefined
  if (method === 'GET') return json(200, shown(owned))
  if (method !== 'DELETE') return undefined
  numbers.splice(numbers.indexOf(owned), 1)
  return empty(204)
}
