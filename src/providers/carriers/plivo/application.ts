/** The application that Plivo's numbers are attached to: it knows our addresses, is made once, and is never cleared. */
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { applications, type Found } from '../../../protocols/plivo/application.ts'
import { list } from '../../../protocols/rest/client.ts'
import type { Urls } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { address, client, id } from './rest.ts'
import type { Settings } from './settings.ts'

/** Without one of ours: one by its address or name, or a new one. */
export const { applicationFor, setUp } = applications<Settings>({ carrier: 'Plivo', change, otherwise: foundOrMade })

/** False when there is no such application. */
function* change(application: string, urls: Urls, config: Settings): Operation<boolean> {
  const rest = client(config)
  const json = webhooks(urls)
  const url = address(config, 'Application', id(application))
  const response = yield rest.request('POST', url, { json, repeatable: true })
  if (response.status === 404) return false
  rest.accepted('point the application here', response)
  return true
}

function* foundOrMade(urls: Urls, config: Settings): Operation<Found> {
  const rest = client(config)
  const app_name = `Offhook_${(new URL(urls.voice).pathname.split('/').at(-2) ?? '').replaceAll(/\W/g, '')}`
  const known = yield* find(config, (one) => one['answer_url'] === urls.voice || one['app_name'] === app_name)
  const found = known && text(known, 'app_id')
  if (known && found !== undefined) {
    const settled = known['answer_url'] === urls.voice && known['hangup_url'] === urls.status
    if (!settled) yield* change(found, urls, config)
    return { application: found, done: 'was there already' }
  }
  const url = address(config, 'Application')
  const json = { app_name, ...webhooks(urls) }
  const made = text(yield* rest.ask('make an application', 'POST', url, { json }), 'app_id')
  if (made === undefined) throw new OffhookError('carrier.failed', 'Plivo made an application without an id')
  return { application: made, done: `(${app_name}) was made` }
}

/** At most this many pages of twenty: a bound, not an expectation. */
const mostPages = 50

function* find(config: Settings, wanted: (application: Fields) => boolean): Operation<Fields | undefined> {
  const url = address(config, 'Application')
  for (let page = 0; page < mostPages; page++) {
    const query = { limit: 20, offset: page * 20 }
    const objects = list(yield* client(config).ask('list the applications', 'GET', url, { query }), 'objects')
    const found = objects.find(wanted)
    if (found || objects.length < 20) return found
  }
  return undefined
}

function webhooks({ voice, status }: Urls) {
  return { answer_url: voice, answer_method: 'POST', hangup_url: status, hangup_method: 'POST' }
}
