/** The application that Vobiz's numbers are attached to: it knows our addresses, is made once, and is never cleared. */
import { applications, type Found } from '../../../protocols/plivo/application.ts'
import type { Urls } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { address, client, id } from './rest.ts'
import type { Settings } from './settings.ts'
import { keyOf } from './webhook.ts'

/** Without one of ours: a new one. Applications cannot be listed. */
export const { applicationFor, setUp } = applications<Settings>({ carrier: 'Vobiz', change, otherwise: make })

/** False when there is no such application. */
function* change(application: string, urls: Urls, config: Settings): Operation<boolean> {
  const rest = client(config)
  const json = webhooks(urls, config)
  const url = address(config, `Application/${id(application)}/`)
  const response = yield rest.request('POST', url, { json, repeatable: true })
  if (response.status === 404) return false
  rest.accepted('point the application here', response)
  return true
}

function* make(urls: Urls, config: Settings): Operation<Found> {
  const app_name = `Offhook_${(new URL(urls.voice).pathname.split('/').at(-2) ?? '').replaceAll(/\W/g, '')}`
  const json = { app_name, ...webhooks(urls, config) }
  const made = yield* client(config).ask('make an application', 'POST', address(config, 'Application/'), { json })
  const application = made['app_id']
  if (typeof application === 'string' || typeof application === 'number')
    return { application: String(application), done: `(${app_name}) was made` }
  throw new OffhookError('carrier.failed', 'Vobiz made an application without an id')
}

function webhooks({ voice, status }: Urls, config: Settings) {
  return {
    ...{ answer_url: secret(voice, config), answer_method: 'POST' },
    ...{ hangup_url: secret(status, config), hangup_method: 'POST' },
  }
}

/** `…/voice/-/{secret}`: what the signature leaves open, the path closes. */
function secret(url: string, config: Settings): string {
  const purpose = `${url.split('/').at(-1) ?? ''}/-`
  return `${url}/-/${keyOf(config, purpose)}`
}
