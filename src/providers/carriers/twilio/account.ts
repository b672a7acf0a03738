/** What Twilio knows afterwards: a call's price, a call in doubt, a recording's address, and whether the credentials work. */
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { list } from '../../../protocols/rest/client.ts'
import type { CallStatus } from '../../../spec/call.ts'
import type { CallSeen, Cost, Recordings } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { accepted, address, authorization, get, isSid, request, sid } from './rest.ts'
import type { Settings } from './settings.ts'
import { statusOf } from './words.ts'

/** Twilio rates a call some seconds to minutes after its end; until then `price` is null. It is written as a debit: "-0.0085". */
export function* cost(call: CallSeen, config: Settings): Operation<Cost | undefined> {
  if (call.ref === undefined) return undefined
  const seen = yield* get(config, 'price the call', address(config, 'Calls', `${sid('CA', call.ref)}.json`))
  const price = Number(text(seen, 'price') ?? Number.NaN)
  const currency = text(seen, 'price_unit')?.toUpperCase()
  return Number.isFinite(price) && currency ? { amount: Math.abs(price), currency } : undefined
}

type Found = { readonly ref: string; readonly status: CallStatus }

/**
 * Did Twilio take the dial? With a call id that is asked directly. Without, the newest calls between the two numbers are
 * read, and the first one made since ours was planned is it: Twilio keeps nothing of ours on a call to compare.
 */
export function* lookup(call: CallSeen, config: Settings): Operation<Found | 'unknown'> {
  if (call.ref !== undefined) return yield* lookupByRef(call.ref, config)
  const query = { To: call.to, From: call.from || config.defaultFrom, PageSize: 50 }
  const page = yield* get(config, 'list the calls', address(config, 'Calls.json'), query)
  // Twilio's dates have whole seconds.
  const since = Math.floor(call.createdAt / 1_000) * 1_000
  const made = list(page, 'calls')
    .map((one) => ({ found: foundIn(one), at: Date.parse(text(one, 'date_created') ?? ''), one }))
    .filter(({ at, one }) => at >= since && text(one, 'direction') === 'outbound-api')
    .toSorted((a, b) => a.at - b.at)
  return made.find(({ found }) => found)?.found ?? 'unknown'
}

function* lookupByRef(ref: string, config: Settings): Operation<Found | 'unknown'> {
  const response = yield request(config, 'GET', address(config, 'Calls', `${sid('CA', ref)}.json`))
  return response.status === 404 ? 'unknown' : (foundIn(accepted('look the call up', response)) ?? 'unknown')
}

function foundIn(resource: Fields): Found | undefined {
  const ref = text(resource, 'sid')
  const status = statusOf(text(resource, 'status'))
  return isSid('CA', ref) && status ? { ref, status } : undefined
}

export const recordings: Recordings<Settings> = {
  fetch: (recording, _call, config) => ({
    url: `${address(config, 'Recordings', sid('RE', recording))}.wav`,
    headers: { authorization: authorization(config) },
  }),
}

/** The auth token is tried by itself even beside an API key: webhooks are checked with it. */
export function* check(config: Settings): Operation<string> {
  const { apiKeySid: _sid, apiKeySecret: _secret, ...token } = config
  const account = yield* get(token, 'sign in', `${address(token)}.json`)
  const status = text(account, 'status') ?? 'unknown'
  if (status !== 'active')
    throw new OffhookError('carrier.credentials', `The Twilio account is ${status}: see the Twilio console`)
  if (config.apiKeySid !== undefined) {
    const response = yield request(config, 'GET', `${address(config, 'Calls.json')}?PageSize=1`)
    accepted(`accept the API key ${config.apiKeySid}`, response)
  }
  const kind = text(account, 'type')
  return `Signed in to the Twilio account "${text(account, 'friendly_name') ?? config.accountSid}"${kind ? ` (${kind})` : ''}${config.apiKeySid === undefined ? '' : ' with token and API key'}.`
}
