/** Vonage's numbers and applications: form bodies and objects, with the account's own credentials. */
import { json, jsonBody, type RestReply, type Routed } from '../carrier/rest.ts'
import { refusal } from './rest.ts'
import { digitsOf, type VonageWorld } from './world.ts'

export function numbers(vonage: VonageWorld, request: Routed): RestReply | undefined {
  const { method, pathname, query } = request
  const form = new URLSearchParams(request.body)
  switch (`${method} ${pathname}`) {
    case 'GET /number/search':
      return search(query)
    case 'GET /account/numbers':
      return owned(vonage, query)
    case 'GET /account/get-balance':
      return json(200, { value: 10, autoReload: false })
    case 'POST /number/buy':
      return change(vonage, form, 'buy')
    case 'POST /number/cancel':
      return change(vonage, form, 'cancel')
    case 'POST /number/update':
      return change(vonage, form, 'update')
    default:
      return applications(vonage, request)
  }
}

function search(query: URLSearchParams): RestReply {
  const country = query.get('country') ?? ''
  if (!/^[A-Z]{2}$/.test(country)) return json(401, { 'error-code': '401', 'error-code-label': 'country is required' })
  const pattern = query.get('pattern')?.replaceAll(/\D/g, '') || '415'
  const head = country === 'US' ? '1' : '44'
  const start = pattern.startsWith(head) ? pattern : head + pattern
  const size = Math.min(100, Number(query.get('size') ?? 10) || 10)
  const list = Array.from({ length: size }, (_, at) => ({
    ...{
      country,
      msisdn: `${start}5550${100 + at}`.slice(0, 15),
      type: query.get('type') ?? 'mobile-lvn',
      cost: '1.25',
    },
    features: ['VOICE', 'SMS'],
  }))
  return json(200, { count: list.length, numbers: list })
}

function owned(vonage: VonageWorld, query: URLSearchParams): RestReply {
  const pattern = query.get('pattern') ?? ''
  const list = [...vonage.account.numbers]
    .filter(([msisdn]) => msisdn.includes(pattern))
    .map(([msisdn, { linked }]) => ({
      ...{ country: msisdn.startsWith('1') ? 'US' : 'GB', msisdn, type: 'mobile-lvn', features: ['VOICE', 'SMS'] },
      ...(linked ? { app_id: vonage.account.application.id } : {}),
    }))
  return json(200, { count: list.length, numbers: list })
}

const done = { 'error-code': '200', 'error-code-label': 'success' }

function change(vonage: VonageWorld, form: URLSearchParams, what: 'buy' | 'cancel' | 'update'): RestReply {
  const { numbers: known, application } = vonage.account
  const msisdn = digitsOf(form.get('msisdn') ?? '')
  const wrong = (label: string) => json(420, { 'error-code': '420', 'error-code-label': label })
  if (!form.get('country') || !msisdn) return wrong('country and msisdn are required')
  const number = known.get(msisdn)
  if (what === 'buy') {
    if (number) return wrong('Numbers from this country can be requested from the Dashboard')
    known.set(msisdn, { linked: false })
    return json(200, done)
  }
  if (!number) return wrong('method failed')
  if (what === 'cancel') known.delete(msisdn)
  else {
    const id = form.get('app_id')
    if (id !== null && id !== application.id) return wrong('app_id is unknown')
    number.linked = id !== null
  }
  return json(200, done)
}

/** The whole object is put: what is left out is gone. */
function applications(vonage: VonageWorld, request: Routed): RestReply | undefined {
  const { application } = vonage.account
  if (request.pathname !== `/v2/applications/${application.id}`) return undefined
  if (request.method === 'PUT') {
    const body = jsonBody(request.body)
    if (!body || typeof body['name'] !== 'string')
      return refusal(400, 'Bad Request', { name: 'name', reason: 'is required' })
    application.name = body['name']
    application.body = body
  } else if (request.method !== 'GET') return undefined
  return json(200, { id: application.id, ...application.body, name: application.name })
}
