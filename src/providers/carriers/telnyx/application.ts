/** The Call Control application of the settings: it knows our address, serves all its numbers, and is never cleared. */
import { text } from '../../../protocols/json-media/fields.ts'
import { siteOf } from '../../../protocols/rest/client.ts'
import type { SetUp, Urls } from '../../../spec/carrier.ts'
import type { Operation } from '../../../spec/http.ts'
import { address, client, dataOf } from './rest.ts'
import type { Settings } from './settings.ts'

export function* setUp({ voice }: Urls, config: Settings): Operation<SetUp> {
  const { name, formerly } = yield* pointApplication(config, voice)
  if (formerly === voice) return { notes: [`The application "${name}" sends its webhooks here.`] }
  const where = formerly ? `went to ${siteOf(formerly)}` : 'went nowhere'
  return { notes: [`The webhooks of the application "${name}" ${where}; they come here now.`] }
}

interface Pointed {
  readonly name: string
  /** Where its webhooks went before. */
  readonly formerly: string | undefined
}

/** Set when it differs. */
export function* pointApplication(config: Settings, webhook: string): Operation<Pointed> {
  const rest = client(config)
  const url = address(config, 'call_control_applications', config.connectionId)
  const application = dataOf(yield* rest.ask('read the application', 'GET', url))
  const name = text(application, 'application_name') ?? 'Offhook'
  const formerly = text(application, 'webhook_event_url')
  if (formerly === webhook) return { name, formerly }
  // The name is required in a change.
  const json = { application_name: name, webhook_event_url: webhook, webhook_api_version: '2' }
  yield* rest.ask('point the application here', 'PATCH', url, { json, repeatable: true })
  return { name, formerly }
}
