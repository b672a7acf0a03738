/** Telnyx's phone numbers: they belong to the application, and the application knows our address. */
import { fullNumber } from '../../../protocols/e164/target.ts'
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { idOf, list as listOf } from '../../../protocols/rest/client.ts'
import type { CarrierNumber, Numbers } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { pointApplication } from './application.ts'
import { address, client, dataOf } from './rest.ts'
import type { Settings } from './settings.ts'

export const numbers: Required<Numbers<Settings>> = { search, buy, list, point, release }

const kinds = { local: 'local', 'toll-free': 'toll_free', mobile: 'mobile' } as const

type Wanted = Parameters<Required<Numbers<Settings>>['search']>[0]

function* search(wanted: Wanted, config: Settings): Operation<readonly CarrierNumber[]> {
  const query = {
    'filter[country_code]': wanted.country.toUpperCase(),
    'filter[national_destination_code]': wanted.areaCode,
    'filter[phone_number][contains]': wanted.contains,
    'filter[phone_number_type]': kinds[wanted.kind ?? 'local'],
    'filter[features][]': 'voice',
    'filter[limit]': Math.min(50, Math.max(1, wanted.limit ?? 20)),
  }
  const found = yield* client(config).ask('search numbers', 'GET', address(config, 'available_phone_numbers'), {
    query,
  })
  return listOf(found, 'data').flatMap(numberOf)
}

/** An order is filled later; the number is assigned to the application with it. */
function* buy(written: string, config: Settings, urls: { readonly voice: string }): Operation<CarrierNumber> {
  const number = fullNumber(written)
  yield* pointApplication(config, urls.voice)
  const json = { phone_numbers: [{ phone_number: number }], connection_id: config.connectionId }
  const order = dataOf(yield* client(config).ask('buy the number', 'POST', address(config, 'number_orders'), { json }))
  if (text(order, 'status') === 'failure')
    throw new OffhookError('number.invalid', `Telnyx could not sell ${number}: search again`)
  return { number, pointsAt: config.connectionId }
}

/** At most this many pages of 250: a bound, not an expectation. */
const mostPages = 40

function* list(config: Settings): Operation<readonly CarrierNumber[]> {
  const found: CarrierNumber[] = []
  for (let page = 1; page <= mostPages; page++) {
    const query = { 'page[size]': 250, 'page[number]': page }
    const answer = yield* client(config).ask('list the numbers', 'GET', address(config, 'phone_numbers'), { query })
    found.push(...listOf(answer, 'data').flatMap(numberOf))
    if (Number(inner(answer, 'meta')['total_pages'] ?? 1) <= page) break
  }
  return found
}

function* point(written: string, urls: { readonly voice: string }, config: Settings): Operation<CarrierNumber> {
  const own = yield* ownNumber(written, config)
  yield* pointApplication(config, urls.voice)
  const json = { connection_id: config.connectionId }
  const url = address(config, 'phone_numbers', idOf(/^[\w-]{1,60}$/, own.ref ?? '', 'Telnyx'))
  yield* client(config).ask('point the number here', 'PATCH', url, { json, repeatable: true })
  return { ...own, pointsAt: config.connectionId }
}

function* release(written: string, config: Settings): Operation<void> {
  const { ref = '' } = yield* ownNumber(written, config)
  const url = address(config, 'phone_numbers', idOf(/^[\w-]{1,60}$/, ref, 'Telnyx'))
  yield* client(config).ask('release the number', 'DELETE', url)
}

function* ownNumber(written: string, config: Settings): Operation<CarrierNumber> {
  const wanted = fullNumber(written)
  const query = { 'filter[phone_number]': wanted }
  const found = yield* client(config).ask('look the number up', 'GET', address(config, 'phone_numbers'), { query })
  const own = listOf(found, 'data')
    .flatMap(numberOf)
    .find((one) => one.number === wanted)
  if (own) return own
  throw new OffhookError('number.unassigned', `${wanted} is not a number of this Telnyx account`)
}

/** One number, or none when the resource is not one. */
function numberOf(resource: Fields): readonly CarrierNumber[] {
  const number = text(resource, 'phone_number')
  if (number === undefined) return []
  const region = listOf(resource, 'region_information')
  const regionOf = (type: string) => {
    const found = region.find((one) => one['region_type'] === type)
    return found && text(found, 'region_name')
  }
  const optional = {
    ref: text(resource, 'id'),
    label: text(resource, 'connection_name'),
    country: text(resource, 'country_iso_alpha2') ?? regionOf('country_code'),
    locality: regionOf('location') ?? regionOf('rate_center'),
    pointsAt: text(resource, 'connection_id'),
  }
  const features = listOf(resource, 'features').flatMap((one) => text(one, 'name') ?? [])
  return [{ number, ...given(optional), capabilities: features.map((name) => name.toLowerCase()) }]
}

function given(values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
