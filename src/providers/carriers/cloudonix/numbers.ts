/** Cloudonix sells no numbers: they come by your trunks. Here they are listed, and pointed at the voice application. */
import { fullNumber } from '../../../protocols/e164/target.ts'
import { inner, isFields, text, type Fields } from '../../../protocols/json-media/fields.ts'
import type { CarrierNumber, Numbers } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { HttpResponse, Operation } from '../../../spec/http.ts'
import { pointApplication } from './application.ts'
import { address, client, id } from './rest.ts'
import type { Settings } from './settings.ts'

export const numbers: Numbers<Settings> = { list, point }

function* list(config: Settings): Operation<readonly CarrierNumber[]> {
  const rest = client(config)
  const response = yield rest.request('GET', address(config, 'dnids'))
  rest.accepted('list the numbers', response)
  return listIn(response).flatMap(numberOf)
}

/** The application gets our address, and the number is attached to it when it is not yet. */
function* point(written: string, urls: { readonly voice: string }, config: Settings): Operation<CarrierNumber> {
  const number = fullNumber(written)
  const application = config.application ?? config.ownApplication
  if (application === undefined || !(yield* pointApplication(application, urls, config)))
    throw new OffhookError(
      'settings.missing',
      'Numbers point at a voice application: give the name of one that is there, or set the connection up again',
    )
  const rest = client(config)
  const place = address(config, 'applications', id(application))
  const known = yield rest.request('GET', address(config, 'dnids', encodeURIComponent(number)))
  if (known.status === 404) {
    const dnid = { source: number, prefix: false, expression: false, asteriskCompatible: false }
    yield* rest.ask('attach the number', 'POST', `${place}/dnids`, { json: dnid })
  } else rest.accepted('look the number up', known)
  return { number, pointsAt: application }
}

/** A bare list, or one in an object. */
function listIn(response: HttpResponse): readonly Fields[] {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(response.body))
    const items: unknown = isFields(read) ? (read['items'] ?? read['data'] ?? []) : read
    return Array.isArray(items) ? items.filter(isFields) : []
  } catch {
    return [] // no list, no numbers
  }
}

function numberOf(resource: Fields): readonly CarrierNumber[] {
  const number = text(resource, 'source') ?? text(resource, 'dnid')
  if (number === undefined) return []
  const pointsAt = text(inner(resource, 'application'), 'name')
  const ref = resource['id']
  return [
    {
      number,
      ...(typeof ref === 'string' || typeof ref === 'number' ? { ref: String(ref) } : {}),
      ...(pointsAt ? { pointsAt } : {}),
    },
  ]
}
