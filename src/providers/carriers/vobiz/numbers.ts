/** Vobiz's phone numbers: each is attached to an application, and the application knows our addresses. */
import { fullNumber, withPlus } from '../../../protocols/e164/target.ts'
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { list as listOf } from '../../../protocols/rest/client.ts'
import type { CarrierNumber, Numbers, Urls } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { applicationFor } from './application.ts'
import { address, client } from './rest.ts'
import type { Settings } from './settings.ts'

export const numbers: Required<Numbers<Settings>> = { search, buy, list, point, release }

type Wanted = Parameters<Required<Numbers<Settings>>['search']>[0]

function* search(wanted: Wanted, config: Settings): Operation<readonly CarrierNumber[]> {
  const query = {
    country: wanted.country.toUpperCase(),
    search: wanted.areaCode ?? wanted.contains,
    page: 1,
    per_page: Math.min(100, Math.max(1, wanted.limit ?? 20)),
  }
  const found = yield* client(config).ask('search numbers', 'GET', address(config, 'inventory/numbers'), { query })
  return listOf(found, 'items').flatMap(numberOf)
}

/** The price is debited at once, in the currency of the number's country. */
function* buy(written: string, config: Settings, urls: Urls): Operation<CarrierNumber> {
  const number = fullNumber(written)
  const json = { e164: number, currency: number.startsWith('+91') ? 'INR' : 'USD' }
  yield* client(config).ask('buy the number', 'POST', address(config, 'numbers/purchase-from-inventory'), { json })
  return yield* point(number, urls, config)
}

/** At most this many pages of a hundred: a bound, not an expectation. */
const mostPages = 100

function* list(config: Settings): Operation<readonly CarrierNumber[]> {
  const found: CarrierNumber[] = []
  for (let page = 1; page <= mostPages; page++) {
    const query = { page, per_page: 100 }
    const items = listOf(
      yield* client(config).ask('list the numbers', 'GET', address(config, 'numbers'), { query }),
      'items',
    )
    found.push(...items.flatMap(numberOf))
    if (items.length < 100) break
  }
  return found
}

function* point(written: string, urls: Urls, config: Settings): Operation<CarrierNumber> {
  const number = fullNumber(written)
  const { application } = yield* applicationFor(urls, config)
  const json = { application_id: application }
  const url = address(config, `numbers/${encodeURIComponent(number)}/application`)
  yield* client(config).ask('point the number here', 'POST', url, { json, repeatable: true })
  return { number, pointsAt: application }
}

function* release(written: string, config: Settings): Operation<void> {
  const number = fullNumber(written)
  const rest = client(config)
  const response = yield rest.request('DELETE', address(config, `numbers/${encodeURIComponent(number)}`))
  if (response.status === 404)
    throw new OffhookError('number.unassigned', `${number} is not a number of this Vobiz account`)
  rest.accepted('release the number', response)
}

/** One number, or none when the resource is not one. */
function numberOf(resource: Fields): readonly CarrierNumber[] {
  const number = text(resource, 'e164') ?? text(resource, 'number')
  if (number === undefined) return []
  const [country, locality] = [text(resource, 'country'), text(resource, 'region')]
  const application = resource['application_id']
  const pointsAt = typeof application === 'string' || typeof application === 'number' ? String(application) : ''
  return [
    {
      number: withPlus(number),
      ...(country ? { country } : {}),
      ...(locality ? { locality } : {}),
      ...(pointsAt ? { pointsAt } : {}),
    },
  ]
}
