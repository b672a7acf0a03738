/** Twilio's phone numbers: searched, bought, listed, pointed at us, given back. */
import { normaliseNumber } from '../../../protocols/e164/normalise.ts'
import { isFields, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { list as listOf, type Query } from '../../../protocols/rest/client.ts'
import type { CarrierNumber, Numbers, Urls } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { accepted, address, get, isSid, post, request, sid } from './rest.ts'
import { apiBase, type Settings } from './settings.ts'

export const numbers: Required<Numbers<Settings>> = { search, buy, list, point, release }

const kinds = { local: 'Local', 'toll-free': 'TollFree', mobile: 'Mobile' } as const

type Wanted = Parameters<Required<Numbers<Settings>>['search']>[0]

function* search(wanted: Wanted, config: Settings): Operation<readonly CarrierNumber[]> {
  const country = wanted.country.toUpperCase()
  if (!/^[A-Z]{2}$/.test(country))
    throw new OffhookError(
      'request.invalid',
      `"${wanted.country.slice(0, 20)}" is not a two-letter country code such as US`,
    )
  const url = address(config, 'AvailablePhoneNumbers', country, `${kinds[wanted.kind ?? 'local']}.json`)
  const query = {
    AreaCode: wanted.areaCode,
    Contains: wanted.contains,
    VoiceEnabled: true,
    PageSize: Math.min(50, Math.max(1, wanted.limit ?? 20)),
  }
  const found = yield* get(config, 'search numbers', url, query)
  return listOf(found, 'available_phone_numbers').flatMap(numberOf)
}

function* buy(number: string, config: Settings, urls: Urls): Operation<CarrierNumber> {
  const form = { PhoneNumber: e164(number), ...webhooks(urls) }
  return only(yield* post(config, 'buy the number', address(config, 'IncomingPhoneNumbers.json'), form), number)
}

/** At most this many pages of a thousand: a bound, not an expectation. */
const mostPages = 20

function* list(config: Settings): Operation<readonly CarrierNumber[]> {
  const found: CarrierNumber[] = []
  let url: string | undefined = `${address(config, 'IncomingPhoneNumbers.json')}?PageSize=1000`
  for (let page = 0; url !== undefined && page < mostPages; page++) {
    const resource: Fields = accepted('list the numbers', yield request(config, 'GET', url))
    found.push(...listOf(resource, 'incoming_phone_numbers').flatMap(numberOf))
    url = nextPage(config, resource)
  }
  return found
}

/** Only paths of our own account are followed: the answer does not choose the host. */
function nextPage(config: Settings, resource: Fields): string | undefined {
  const next = text(resource, 'next_page_uri')
  return next?.startsWith(`/2010-04-01/Accounts/${config.accountSid}/`) ? `${apiBase(config)}${next}` : undefined
}

/** A trunk or an application set on the number would take precedence over the URL, so both are cleared. */
function* point(number: string, urls: Urls, config: Settings): Operation<CarrierNumber> {
  const url = yield* addressOf(number, config)
  const form = { ...webhooks(urls), VoiceApplicationSid: '', TrunkSid: '' }
  return only(yield* post(config, 'point the number here', url, form, { repeatable: true }), number)
}

function* release(number: string, config: Settings): Operation<void> {
  const url = yield* addressOf(number, config)
  accepted('release the number', yield request(config, 'DELETE', url))
}

function* addressOf(number: string, config: Settings): Operation<string> {
  const wanted = e164(number)
  const url = address(config, 'IncomingPhoneNumbers.json')
  const found = yield* get(config, 'look the number up', url, { PhoneNumber: wanted, PageSize: 20 })
  // The filter also matches parts of numbers.
  const own = listOf(found, 'incoming_phone_numbers').find((one) => text(one, 'phone_number') === wanted)
  const ref = own && text(own, 'sid')
  if (!isSid('PN', ref))
    throw new OffhookError('number.unassigned', `${wanted} is not a number of this Twilio account and region`)
  return address(config, 'IncomingPhoneNumbers', `${sid('PN', ref)}.json`)
}

function webhooks(urls: Urls): Query {
  return { VoiceUrl: urls.voice, VoiceMethod: 'POST', StatusCallback: urls.status, StatusCallbackMethod: 'POST' }
}

function e164(written: string): string {
  const number = normaliseNumber(written)
  if (number.type === 'number') return number.value
  const why = number.type === 'invalid' ? number.message : `"${written}" is not a phone number.`
  throw new OffhookError('number.invalid', why)
}

function only(resource: Fields, number: string): CarrierNumber {
  const [read] = numberOf(resource)
  if (read) return read
  throw new OffhookError('carrier.failed', `Twilio answered without the number ${number}`)
}

/** One number, or none when the resource is not one. */
function numberOf(resource: Fields): readonly CarrierNumber[] {
  const number = text(resource, 'phone_number')
  if (number === undefined) return []
  const able = resource['capabilities']
  const pointsAt = text(resource, 'trunk_sid') ?? text(resource, 'voice_application_sid') ?? text(resource, 'voice_url')
  const optional = {
    ref: text(resource, 'sid'),
    label: text(resource, 'friendly_name'),
    country: text(resource, 'iso_country'),
    locality: text(resource, 'locality'),
    pointsAt,
  }
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined))
  const capabilities = isFields(able) ? Object.keys(able).filter((name) => able[name] === true) : []
  return [{ number, ...given, capabilities: capabilities.map((name) => name.toLowerCase()) }]
}
