/** The voice application that Cloudonix's numbers point at: it knows our address, is made once, and is never cleared. */
import type { SetUp, Urls } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { address, client, id } from './rest.ts'
import type { Settings } from './settings.ts'

/** Its name is always the same for a connection, so that a lost answer makes no second one. */
export function* setUp(urls: Urls, config: Settings): Operation<SetUp> {
  const { application, ownApplication } = config
  const own = ownApplication ?? `Offhook_${new URL(urls.voice).pathname.split('/').at(-2) ?? ''}`
  const name = application ?? own
  const settings = application === undefined ? { settings: { ownApplication: own } } : {}
  const told = (done: string): SetUp => ({
    ...settings,
    notes: [`The voice application "${name}" ${done}: calls to its numbers come here.`],
  })
  if (yield* pointApplication(name, urls, config)) return told('was pointed here')
  if (application !== undefined)
    throw new OffhookError(
      'settings.invalid',
      `Cloudonix knows no application "${application}" in this domain: check the voice application`,
    )
  const json = { name, type: 'cxml', url: urls.voice, method: 'POST' }
  yield* client(config).ask('make an application', 'POST', address(config, 'applications'), { json })
  return told('was made')
}

/** False when there is no such application. */
export function* pointApplication(name: string, urls: Pick<Urls, 'voice'>, config: Settings): Operation<boolean> {
  const rest = client(config)
  const json = { url: urls.voice, method: 'POST' }
  const place = address(config, 'applications', id(name))
  const response = yield rest.request('PATCH', place, { json, repeatable: true })
  if (response.status === 404) return false
  rest.accepted('point the application here', response)
  return true
}
