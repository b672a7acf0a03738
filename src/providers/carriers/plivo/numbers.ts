/** Plivo's phone numbers: each is attached to an application, and the application knows our addresses. */
import { fullNumber, withPlus } from '../../../protocols/e164/target.ts'
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { list as listOf } from '../../../protocols/rest/client.ts'
import type { CarrierNumber, Numbers, Urls } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { applicationFor } from './application.ts'
import { address, client, digits, id } from './rest.ts'
import type { Settings } from './settings.ts'

export const numbers: Required<Numbers<Settings>> = { search, buy, list, point, release }

const kinds = { local: 'local', 'toll-free': 'tollfree', mobile: 'mobile' } as const

type Wanted = Parameters<Required<Numbers<Settings>>['search']>[0]

function* search(wanted: Wanted, config: Settings): Operation<readonly CarrierNumber[]> {
  const query = {
    country_iso: wanted.country.toUpperCase(),
    type: kinds[wanted.kind ?? 'local'],
    services: 'voice',
    pattern: wanted.areaCode ?? wanted.contains,
    limit: Math.min(20, Math.max(1, wanted.limit ?? 20)),
  }
  const found = yield* client(config).ask('search numbers', 'GET', address(config, 'PhoneNumber'), { query })
  return listOf(found, 'objects').flatMap(numberOf)
}

function* buy(written: string, config: Settings, urls: Urls): Operation<CarrierNumber> {
  const number = fullNumber(written)
  const { application } = yield* applicationFor(urls, config)
  const url = address(config, 'PhoneNumber', id(digits(number)))
  yield* client(config).ask('buy the number', 'POST', url, { json: { app_id: application } })
  return { number, pointsAt: application }
}

/** At most this many pages of twenty: a bound, not an expectation. */
const mostPages = 200

function* list(config: Settings): Operation<readonly CarrierNumber[]> {
  const found: CarrierNumber[] = []
  for (let page = 0; page < mostPages; page++) {
    const query = { limit: 20, offset: page * 20 }
    const objects = listOf(
      yield* client(config).ask('list the numbers', 'GET', address(config, 'Number'), { query }),
      'objects',
    )
    found.push(...objects.flatMap(numberOf))
    if (objects.length < 20) break
  }
  return found
}

function* point(written: string, urls: Urls, config: Settings): Operation<CarrierNumber> {
  const number = fullNumber(written)
  const { application } = yield* applicationFor(urls, config)
  const url = address(config, 'Number', id(digits(number)))
  yield* client(config).ask('point the number here', 'POST', url, { json: { app_id: application }, repeatable: true })
  return { number, pointsAt: application }
}

function* release(written: string, config: Settings): Operation<void> {
  const url = address(config, 'Number', id(digits(fullNumber(written))))
  const rest = client(config)
  const response = yield rest.request('DELETE', url)
  if (response.status === 404)
    throw new OffhookError('number.unassigned', `${fullNumber(written)} is not a number of this Plivo account`)
  rest.accepted('release the number', response)
}

/** One number, or none when the resource is not one. */
function numberOf(resource: Fields): readonly CarrierNumber[] {
  const number = text(resource, 'number')
  if (number === undefined) return []
  const [label, country, locality] = [text(resource, 'alias'), text(resource, 'country'), text(resource, 'region')]
  const application = text(resource, 'application')?.split('/').findLast(Boolean)
  return [
    {
      number: withPlus(number),
      ...(label ? { label } : {}),
      ...(country ? { country } : {}),
      ...(locality ? { locality } : {}),
      ...(application ? { pointsAt: application } : {}),
      capabilities: ['voice', 'sms', 'mms'].filter((name) => resource[`${name}_enabled`] === true),
    },
  ]
}
