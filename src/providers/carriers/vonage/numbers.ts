/** Vonage's phone numbers: linked to the application, which knows our addresses. */
import { callingCodeOf, countriesOf, countryOf } from '../../../protocols/e164/countries.ts'
import { fullNumber, withPlus } from '../../../protocols/e164/target.ts'
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { list as listOf, type Query } from '../../../protocols/rest/client.ts'
import type { CarrierNumber, Numbers, Urls } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { pointApplication } from './application.ts'
import { account, digits, explain } from './rest.ts'
import type { Settings } from './settings.ts'

export const numbers: Required<Numbers<Settings>> = { search, buy, list, point, release }

const kinds = { local: 'landline', 'toll-free': 'landline-toll-free', mobile: 'mobile-lvn' } as const

type Wanted = Parameters<Required<Numbers<Settings>>['search']>[0]

function address({ numbersBase, apiBase }: Settings, path: string): string {
  return `${(numbersBase ?? apiBase ?? 'https://rest.nexmo.com').replace(/\/+$/, '')}/${path}`
}

function* search(wanted: Wanted, config: Settings): Operation<readonly CarrierNumber[]> {
  const code = wanted.areaCode === undefined ? undefined : `${countryOf(wanted.country)?.code ?? ''}${wanted.areaCode}`
  const query = {
    country: wanted.country.toUpperCase(),
    features: 'VOICE',
    type: kinds[wanted.kind ?? 'local'],
    pattern: code ?? wanted.contains,
    // 0: begins with it, 1: contains it
    search_pattern: code ? 0 : wanted.contains ? 1 : undefined,
    size: Math.min(100, Math.max(1, wanted.limit ?? 20)),
  }
  const found = yield* account(config).ask('search numbers', 'GET', address(config, 'number/search'), { query })
  return listOf(found, 'numbers').flatMap(numberOf)
}

/** Selling needs the country, which a code may share: it is looked for where the number is on offer. */
function* buy(written: string, config: Settings, urls: Urls): Operation<CarrierNumber> {
  const number = fullNumber(written)
  const msisdn = digits(number)
  for (const country of countriesOf(callingCodeOf(msisdn) ?? '').slice(0, 4)) {
    const query = { country, pattern: msisdn, search_pattern: 0, features: 'VOICE' }
    const found = yield* account(config).ask('search numbers', 'GET', address(config, 'number/search'), { query })
    if (!listOf(found, 'numbers').some((one) => text(one, 'msisdn') === msisdn)) continue
    yield* order(config, 'buy the number', 'number/buy', { country, msisdn })
    yield* link({ number, country }, urls, config)
    return { number, country, pointsAt: config.applicationId }
  }
  throw new OffhookError('number.invalid', `${number} is not on offer at Vonage: search again`)
}

/** At most this many pages of a hundred: a bound, not an expectation. */
const mostPages = 100

function* list(config: Settings): Operation<readonly CarrierNumber[]> {
  const found: CarrierNumber[] = []
  for (let index = 1; index <= mostPages; index++) {
    const query = { size: 100, index }
    const page = yield* account(config).ask('list the numbers', 'GET', address(config, 'account/numbers'), { query })
    const own = listOf(page, 'numbers')
    found.push(...own.flatMap(numberOf))
    if (own.length < 100) break
  }
  return found
}

function* point(written: string, urls: Urls, config: Settings): Operation<CarrierNumber> {
  const own = yield* ownNumber(written, config)
  yield* link(own, urls, config)
  return { ...own, pointsAt: config.applicationId }
}

function* link(own: CarrierNumber, urls: Urls, config: Settings): Operation<void> {
  yield* pointApplication(urls, config)
  const form = { country: own.country, msisdn: digits(own.number), app_id: config.applicationId }
  yield* order(config, 'point the number here', 'number/update', form, true)
}

function* release(written: string, config: Settings): Operation<void> {
  const own = yield* ownNumber(written, config)
  yield* order(config, 'release the number', 'number/cancel', { country: own.country, msisdn: digits(own.number) })
}

function* ownNumber(written: string, config: Settings): Operation<CarrierNumber> {
  const number = fullNumber(written)
  const query = { pattern: digits(number), search_pattern: 0 }
  const found = yield* account(config).ask('look the number up', 'GET', address(config, 'account/numbers'), { query })
  const own = listOf(found, 'numbers')
    .flatMap(numberOf)
    .find((one) => one.number === number)
  if (own) return own
  throw new OffhookError('number.unassigned', `${number} is not a number of this Vonage account`)
}

/** A refusal may come with 200 and its code in the body. */
function* order(config: Settings, what: string, path: string, form: Query, repeatable = false): Operation<void> {
  const done = yield* account(config).ask(what, 'POST', address(config, path), { form, repeatable })
  const code = text(done, 'error-code')
  if (code !== undefined && code !== '200') throw explain(what, Number(code) || 420, done)
}

/** One number, or none when the resource is not one. */
function numberOf(resource: Fields): readonly CarrierNumber[] {
  const number = text(resource, 'msisdn')
  if (number === undefined) return []
  const [country, kind] = [text(resource, 'country'), text(resource, 'type')]
  // A number's own callback goes before its application.
  const pointsAt = text(resource, 'voiceCallbackValue') ?? text(resource, 'app_id')
  const features = resource['features']
  return [
    {
      number: withPlus(number),
      ...(kind ? { label: kind } : {}),
      ...(country ? { country } : {}),
      ...(pointsAt ? { pointsAt } : {}),
      ...(Array.isArray(features) ? { capabilities: features.map((one) => String(one).toLowerCase()) } : {}),
    },
  ]
}
