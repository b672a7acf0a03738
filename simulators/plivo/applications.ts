/** Applications of Plivo's shape: where the calls of their numbers go. */
import { empty, json, type RestReply, type Routed } from '../carrier/rest.ts'
import { Refused, type Fields } from './body.ts'
import { longNumber, uuid, type Application, type PlivoWorld } from './world.ts'

export function newApplication(plivo: PlivoWorld, name: string): Application {
  const usual = { answerMethod: 'POST', hangupUrl: '', hangupMethod: 'POST', fallbackUrl: '' }
  const application = { id: longNumber(plivo.ids), name, answerUrl: '', ...usual }
  plivo.account.applications.set(application.id, application)
  return application
}

export function applications(
  plivo: PlivoWorld,
  request: Routed,
  id: string | undefined,
  fields: () => Fields,
): RestReply | undefined {
  const { method } = request
  const api = { api_id: uuid(plivo.ids) }
  if (id === undefined) {
    if (method === 'GET') return json(200, { ...api, ...listed(plivo, request.query) })
    if (method !== 'POST') return undefined
    const body = fields()
    const application = newApplication(plivo, named(body))
    change(application, body)
    return json(201, { ...api, message: 'created', app_id: application.id })
  }
  const application = plivo.account.applications.get(id)
  if (!application) return undefined
  if (method === 'GET') return json(200, { ...api, ...shown(application) })
  if (method === 'POST') {
    change(application, fields())
    return json(202, { ...api, message: 'changed' })
  }
  if (method !== 'DELETE') return undefined
  if (plivo.account.numbers.some((number) => number.application === id)) throw new Refused(409, 'numbers are attached')
  plivo.account.applications.delete(id)
  return empty(204)
}

/** Twenty at a time, and no more. */
function listed({ account }: PlivoWorld, query: URLSearchParams): Readonly<Record<string, unknown>> {
  const limit = Math.min(20, Number(query.get('limit') ?? 20) || 20)
  const offset = Number(query.get('offset') ?? 0) || 0
  const all = [...account.applications.values()]
  const meta = { limit, offset, total_count: all.length }
  return { meta, objects: all.slice(offset, offset + limit).map(shown) }
}

function named(fields: Fields): string {
  const name = fields.needed('app_name')
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) ? name : fields.refuse('app_name may hold letters, digits, - and _')
}

function change(application: Application, fields: Fields): void {
  const answer = fields.target('answer')
  const hangup = fields.target('hangup')
  if (answer) Object.assign(application, { answerUrl: answer.url, answerMethod: answer.method })
  if (hangup) Object.assign(application, { hangupUrl: hangup.url, hangupMethod: hangup.method })
  const fallback = fields.target('fallback_answer')
  if (fallback) application.fallbackUrl = fallback.url
}

function shown(application: Application): Readonly<Record<string, unknown>> {
  return {
    app_id: application.id,
    app_name: application.name,
    answer_url: application.answerUrl,
    answer_method: application.answerMethod,
    hangup_url: application.hangupUrl,
    hangup_method: application.hangupMethod,
    fallback_answer_url: application.fallbackUrl,
    enabled: true,
  }
}
