/** What Exotel knows afterwards: a call's price, a call in doubt, a recording, and whether the credentials work. */
import { inner, text } from '../../../protocols/json-media/fields.ts'
import { list } from '../../../protocols/rest/client.ts'
import type { CallSeen, Cost, Location, LookedUp, Recordings } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { statusOf } from './reports.ts'
import { authorization, base, callsAddress, client, id, numbersAddress } from './rest.ts'
import type { Settings } from './settings.ts'

/** In rupees, minutes after the end. */
export function* cost(call: CallSeen, config: Settings): Operation<Cost | undefined> {
  if (call.ref === undefined) return undefined
  const seen = inner(yield* client(config).ask('price the call', 'GET', callsAddress(config, id(call.ref))), 'Call')
  const price = seen['Price']
  const amount = price === null || price === undefined || price === '' ? Number.NaN : Number(price)
  return amount >= 0 ? { amount, currency: 'INR' } : undefined
}

/** `in-progress` may also be a phone that rings. */
export function* lookup(call: CallSeen, config: Settings): Operation<LookedUp> {
  const { ref } = call
  if (ref === undefined) return 'unsure'
  const rest = client(config)
  const response = yield rest.request('GET', callsAddress(config, id(ref)))
  if (response.status === 404) return 'unknown'
  const status = statusOf(text(inner(rest.accepted('look the call up', response), 'Call'), 'Status'))
  const running = status === undefined || status === 'in-progress'
  return { ref, status: running ? (call.status === 'in-progress' ? 'in-progress' : 'initiated') : status }
}

/** Credentials go to Exotel's own hosts only. */
export const recordings: Recordings<Settings> = {
  fetch(recording, _call, config): Location {
    if (!URL.canParse(recording) || !/^https?:\/\//.test(recording))
      throw new OffhookError('not-found', 'Exotel has not yet said where this recording is')
    const { host, protocol, hostname } = new URL(recording)
    const own = host === new URL(base(config)).host || (protocol === 'https:' && /(^|\.)exotel\.com$/.test(hostname))
    return { url: recording, headers: own ? { authorization: authorization(config) } : {} }
  },
}

export function* check(config: Settings): Operation<string> {
  const page = yield* client(config).ask('sign in', 'GET', numbersAddress(config, 'IncomingPhoneNumbers'))
  const count = list(page, 'incoming_phone_numbers').length
  return `Signed in to the Exotel account ${config.accountSid}${count > 0 ? ` with ${count} numbers` : ''}.`
}
