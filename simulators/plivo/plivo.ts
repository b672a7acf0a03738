/** Plivo itself: Basic credentials, signature V3, numbers without a plus. */
import { basicOf, empty, json, jsonBody, same, type RestReply, type Routed } from '../carrier/rest.ts'
import { Fields, Refused } from './body.ts'
import type { Kind } from './kind.ts'
import { plivoRules } from './schema.ts'
import { baseString, signatureV3 } from './signature.ts'
import { digitsOf, uuid, type PlivoWorld } from './world.ts'

export const plivoKind: Kind = {
  name: 'plivo',
  base: '/v1/Account/',
  userAgent: 'Plivo/1.0',
  rules: plivoRules,
  sign: headersOf,
  authenticated(plivo, request) {
    const { user, password } = basicOf(request.headers.authorization)
    return same(user, plivo.account.authId) && same(password, plivo.account.authToken)
  },
  number: digitsOf,
  refuse: (plivo, status, message) => json(status, { api_id: uuid(plivo.ids), error: message }),
  strictSlash: true,
  dialled: { status: 201, message: 'call fired' },
  resource,
  own: 'Plivo',
  tellsPeople: false,
  media: {
    account: (plivo) => plivo.account.authId,
    extraHeaders: (given) => given.replaceAll(',', ';'),
    anyFormat: false,
    wordy: true,
    clearingMs: 0,
    takes: ['sendDTMF'],
    retries: 2,
    bufferMs: 40_000,
  },
}

/** The account's signature and its main account's, which is the same here. */
function headersOf(
  plivo: PlivoWorld,
  method: string,
  url: string,
  fields: ReadonlyMap<string, string>,
): Record<string, string> {
  const fault = plivo.faults.signature
  if (fault === 'missing') return {}
  const token = fault === 'wrong' ? `${plivo.account.authToken}0` : plivo.account.authToken
  const nonce = nonceOf(plivo)
  const signed = fault === 'foreign' ? 'https://elsewhere.example/' : url
  const signature = signatureV3(token, baseString(method, signed, fields, nonce))
  return {
    'x-plivo-signature-v3': signature,
    'x-plivo-signature-ma-v3': signature,
    'x-plivo-signature-v3-nonce': nonce,
  }
}

/** Twenty digits. */
export function nonceOf(plivo: PlivoWorld): string {
  const hex = Buffer.from(plivo.ids.token(16), 'base64url').toString('hex')
  return (BigInt(`0x${hex}`) % 100_000_000_000_000_000_000n).toString().padStart(20, '0')
}

function resource(plivo: PlivoWorld, request: Routed, path: readonly string[]): RestReply | undefined {
  const [kind, number] = path
  const { method } = request
  const fields = () => {
    const body = jsonBody(request.body)
    if (!body) throw new Refused(400, 'the body is no JSON object')
    return new Fields(body)
  }
  if (kind === 'PhoneNumber') {
    if (number === undefined) return method === 'GET' ? search(plivo, request.query) : undefined
    return method === 'POST' ? buy(plivo, digitsOf(number), fields()) : undefined
  }
  if (kind !== 'Number') return path.length === 0 && method === 'GET' ? account(plivo) : undefined
  if (number === undefined) return method === 'GET' ? list(plivo) : undefined
  return own(plivo, method, digitsOf(number), fields)
}

function account(plivo: PlivoWorld): RestReply {
  const { authId } = plivo.account
  return json(200, {
    api_id: uuid(plivo.ids),
    auth_id: authId,
    account_type: 'standard',
    cash_credits: '100.00000',
    name: 'Simulated account',
  })
}

/** Invented, always the same: what is asked for decides what is found. */
function search(plivo: PlivoWorld, query: URLSearchParams): RestReply {
  const country = query.get('country_iso') ?? ''
  if (!/^[A-Z]{2}$/.test(country)) throw new Refused(400, 'country_iso is required')
  const code = query.get('pattern')?.replaceAll(/\D/g, '') || '415'
  const limit = Math.min(20, Number(query.get('limit') ?? 20) || 20)
  const objects = Array.from({ length: limit }, (_, at) => ({
    number: `${country === 'US' ? '1' : '44'}${code}5550${100 + at}`,
    ...{ monthly_rental_rate: '0.50000', setup_rate: '0.00000', voice_rate: '0.00550', sms_rate: '0.00550' },
    ...{ voice_enabled: true, sms_enabled: true, type: query.get('type') ?? 'local', country, restriction: null },
    region: 'United States',
  }))
  return json(200, { api_id: uuid(plivo.ids), meta: { limit, offset: 0, total_count: limit }, objects })
}

function buy(plivo: PlivoWorld, number: string, fields: Fields): RestReply {
  const { numbers, applications } = plivo.account
  if (numbers.some((one) => one.number === number)) throw new Refused(400, `${number} is not available`)
  const application = fields.text('app_id') ?? ''
  if (application && !applications.has(application)) throw new Refused(400, 'app_id is unknown')
  numbers.push({ number, application })
  return json(201, {
    api_id: uuid(plivo.ids),
    message: 'created',
    numbers: [{ number, status: 'Success' }],
    status: 'fulfilled',
  })
}

function list(plivo: PlivoWorld): RestReply {
  const objects = plivo.account.numbers.map((one) => shown(plivo, one))
  return json(200, {
    api_id: uuid(plivo.ids),
    meta: { limit: 20, offset: 0, next: null, total_count: objects.length },
    objects,
  })
}

function shown(plivo: PlivoWorld, { number, application }: { readonly number: string; readonly application: string }) {
  const path = `/v1/Account/${plivo.account.authId}/Application/${application}/`
  return {
    number,
    alias: null,
    application: application ? path : null,
    voice_enabled: true,
    sms_enabled: true,
    type: 'local',
    region: 'United States',
  }
}

function own(plivo: PlivoWorld, method: string, number: string, fields: () => Fields): RestReply | undefined {
  const { numbers, applications } = plivo.account
  const found = numbers.find((one) => one.number === number)
  if (!found) return undefined
  if (method === 'GET') return json(200, { api_id: uuid(plivo.ids), ...shown(plivo, found) })
  if (method === 'DELETE') {
    numbers.splice(numbers.indexOf(found), 1)
    return empty(204)
  }
  if (method !== 'POST') return undefined
  const application = fields().text('app_id')
  if (application !== undefined && !applications.has(application)) throw new Refused(400, 'app_id is unknown')
  found.application = application ?? found.application
  return json(202, { api_id: uuid(plivo.ids), message: 'changed' })
}
