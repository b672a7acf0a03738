/** The application that Vobiz's numbers are attached to: it knows our addresses, is made once, and is never cleared. */
import type { SetUp, Urls } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { address, client, id } from './rest.ts'
import type { Settings } from './settings.ts'
import { keyOf } from './webhook.ts'

export function* setUp(urls: Urls, config: Settings): Operation<SetUp> {
  const { application, done } = yield* applicationFor(urls, config)
  const settings = config.applicationId === undefined ? { settings: { ownApplication: application } } : {}
  return { ...settings, notes: [`The application ${application} ${done}: calls to its numbers come here.`] }
}

interface Found {
  readonly application: string
  /** A few words. */
  readonly done: string
}

/** The one of the settings, set to our addresses; or the one made before; or a new one. Applications cannot be listed. */
export function* applicationFor(urls: Urls, config: Settings): Operation<Found> {
  const { applicationId, ownApplication } = config
  if (applicationId !== undefined) {
    if (yield* change(applicationId, urls, config)) return { application: applicationId, done: 'was pointed here' }
    throw new OffhookError('settings.invalid', `Vobiz knows no application ${applicationId}: check the application id`)
  }
  const known = ownApplication !== undefined && (yield* change(ownApplication, urls, config))
  return known ? { application: ownApplication, done: 'was pointed here' } : yield* make(urls, config)
}

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
