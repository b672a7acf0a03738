/** Telnyx's numbers and the application that their calls go to. */
import { json, type RestReply, type Routed } from '../carrier/rest.ts'
import { refusal, type Body } from './body.ts'
import { uuid, type Application, type OwnedNumber, type TelnyxWorld } from './world.ts'

export function numbers(
  telnyx: TelnyxWorld,
  request: Routed,
  { kind, id, body }: { readonly kind: string; readonly id: string | undefined; readonly body: Body },
): RestReply | undefined {
  const { method, query } = request
  switch (kind) {
    case 'available_phone_numbers':
      return method === 'GET' ? available(query) : undefined
    case 'number_orders':
      return method === 'POST' ? order(telnyx, body) : undefined
    case 'phone_numbers':
      return id === undefined ? list(telnyx, query) : one(telnyx, method, { id: decodeURIComponent(id), body })
    case 'call_control_applications':
      return application(telnyx, method, { id, body })
    default:
      return undefined
  }
}

/** Invented, always the same: what is asked for decides what is found. */
function available(query: URLSearchParams): RestReply {
  const known = new Set(['filter[country_code]', 'filter[national_destination_code]', 'filter[features][]',
    'filter[limit]', 'filter[phone_number_type]', 'filter[phone_number][contains]', 'filter[phone_number][starts_with]',
    'filter[phone_number][ends_with]', 'filter[locality]', 'filter[administrative_area]', 'filter[features]']) // prettier-ignore
  const strange = [...query.keys()].find((name) => !known.has(name))
  if (strange !== undefined) return refusal(400, '10015', `${strange} is no filter`)
  const country = query.get('filter[country_code]') ?? 'US'
  const code = query.get('filter[national_destination_code]') ?? '415'
  const wanted = (query.get('filter[phone_number][contains]') ?? '').replaceAll(/\D/g, '')
  const limit = Math.min(50, Number(query.get('filter[limit]') ?? 10) || 10)
  const all = Array.from({ length: limit }, (_, at) => `+${country === 'US' ? '1' : '44'}${code}5550${100 + at}`)
  const cost = { monthly_cost: '1.00', upfront_cost: '1.00', currency: 'USD' }
  return json(200, {
    data: all
      .filter((number) => number.includes(wanted))
      .map((number) => ({
        record_type: 'available_phone_number',
        phone_number: number,
        cost_information: cost,
        features: [{ name: 'voice' }, { name: 'sms' }],
        region_information: [{ region_type: 'country_code', region_name: country }],
        ...{ reservable: true, best_effort: false },
      })),
  })
}

function order(telnyx: TelnyxWorld, body: Body): RestReply {
  const { numbers: owned } = telnyx.account
  const wanted = body.records('phone_numbers').map(({ phone_number: number }) => String(number))
  if (wanted.length === 0) body.refuse('10015', 'phone_numbers is required', '/phone_numbers')
  for (const number of wanted) {
    if (!/^\+[1-9]\d{6,14}$/.test(number)) body.refuse('10016', `${number} is not in +E164 format`, '/phone_numbers')
    if (owned.some((one) => one.number === number)) body.refuse('10027', `${number} is not available`, '/phone_numbers')
  }
  const connection = body.text('connection_id') ?? ''
  for (const number of wanted) owned.push({ id: uuid(telnyx.ids), number, connection })
  const shown = wanted.map((number) => ({ phone_number: number, status: 'success' }))
  return json(200, {
    data: { record_type: 'number_order', id: uuid(telnyx.ids), status: 'pending', phone_numbers: shown },
  })
}

function list(telnyx: TelnyxWorld, query: URLSearchParams): RestReply {
  const wanted = query.get('filter[phone_number]')
  const found = telnyx.account.numbers.filter(({ number }) => !wanted || number === wanted)
  return json(200, {
    data: found.map(shown),
    meta: { total_pages: 1, total_results: found.length, page_number: 1, page_size: 250 },
  })
}

function shown({ id, number, connection }: OwnedNumber): Readonly<Record<string, unknown>> {
  return { record_type: 'phone_number', id, phone_number: number, status: 'active', connection_id: connection || null }
}

function one(telnyx: TelnyxWorld, method: string, { id, body }: { readonly id: string; readonly body: Body }) {
  const { numbers: owned } = telnyx.account
  const number = owned.find((one) => one.id === id || one.number === id)
  if (!number) return undefined
  if (method === 'DELETE') owned.splice(owned.indexOf(number), 1)
  else if (method === 'PATCH') number.connection = body.text('connection_id') ?? number.connection
  else if (method !== 'GET') return undefined
  return json(200, { data: shown(number) })
}

function application(
  telnyx: TelnyxWorld,
  method: string,
  { id, body }: { readonly id: string | undefined; readonly body: Body },
): RestReply | undefined {
  const { application: own } = telnyx.account
  if (id === undefined) return method === 'GET' ? json(200, { data: [applicationShown(own)] }) : undefined
  if (id !== own.id) return undefined
  if (method === 'PATCH') {
    // Both are required even where one stays as it is.
    const [name, url] = [body.needed('application_name'), body.needed('webhook_event_url')]
    own.name = name
    own.webhookUrl = url
    own.failoverUrl = body.text('webhook_event_failover_url') ?? own.failoverUrl
    own.timeoutSecs = body.number('webhook_timeout_secs', 0, 30) ?? own.timeoutSecs
    own.costInWebhooks = body.flag('call_cost_in_webhooks') ?? own.costInWebhooks
  } else if (method !== 'GET') return undefined
  return json(200, { data: applicationShown(own) })
}

function applicationShown(own: Application): Readonly<Record<string, unknown>> {
  return {
    record_type: 'call_control_application',
    id: own.id,
    application_name: own.name,
    active: true,
    webhook_event_url: own.webhookUrl,
    webhook_event_failover_url: own.failoverUrl || null,
    webhook_api_version: '2',
    webhook_timeout_secs: own.timeoutSecs,
    call_cost_in_webhooks: own.costInWebhooks,
  }
}
