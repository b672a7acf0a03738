/** The Vonage application of the settings: it knows our addresses, serves all its numbers, and is never cleared. */
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { siteOf } from '../../../protocols/rest/client.ts'
import type { SetUp, Urls } from '../../../spec/carrier.ts'
import type { Operation } from '../../../spec/http.ts'
import { account, base } from './rest.ts'
import type { Settings } from './settings.ts'

export function* setUp(urls: Urls, config: Settings): Operation<SetUp> {
  const { name, formerly } = yield* pointApplication(urls, config)
  if (formerly === urls.voice) return { notes: [`The application "${name}" asks for its answers here.`] }
  const where = formerly ? `at ${siteOf(formerly)}` : 'nowhere'
  return { notes: [`The application "${name}" asked for its answers ${where}; it asks here now.`] }
}

interface Pointed {
  readonly name: string
  /** Where it asked for its answers before. */
  readonly formerly: string | undefined
}

/** A PUT replaces everything, so what is there is sent back with our addresses in it. */
export function* pointApplication(urls: Urls, config: Settings): Operation<Pointed> {
  const rest = account(config)
  const url = `${base(config)}/v2/applications/${config.applicationId}`
  const { id: _id, _links, ...application } = yield* rest.ask('read the application', 'GET', url)
  const capabilities = inner(application, 'capabilities')
  const voice = inner(capabilities, 'voice')
  const webhooks = inner(voice, 'webhooks')
  const [answer, event] = [inner(webhooks, 'answer_url'), inner(webhooks, 'event_url')]
  const found = { name: text(application, 'name') ?? config.applicationId, formerly: text(answer, 'address') }
  const settled =
    answer['address'] === urls.voice && answer['http_method'] === 'POST' && event['address'] === urls.status
  if (settled && voice['signed_callbacks'] !== false) return found
  const changed = {
    ...webhooks,
    answer_url: { ...answer, address: urls.voice, http_method: 'POST' },
    event_url: { ...event, address: urls.status, http_method: 'POST' },
  }
  const json = {
    ...application,
    ...keysOf(application),
    capabilities: { ...capabilities, voice: { ...voice, webhooks: changed, signed_callbacks: true } },
  }
  yield* rest.ask('point the application here', 'PUT', url, { json, repeatable: true })
  return found
}

/** What is shown of its keys is not all taken back. */
function keysOf(application: Fields): Fields {
  const keys = inner(application, 'keys')
  return 'public_key' in keys ? { keys: { public_key: keys['public_key'] } } : {}
}
