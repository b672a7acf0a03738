/** What Vonage knows afterwards: a call's price, a call in doubt, a recording, and whether the credentials work. */
import { text } from '../../../protocols/json-media/fields.ts'
import type { CallSeen, Cost, LookedUp, Recordings } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Now, Operation } from '../../../spec/http.ts'
import { statusOf } from './reports.ts'
import { account, base, callAddress, isOwn, voice } from './rest.ts'
import type { Settings } from './settings.ts'
import { bearer } from './token.ts'

/** The phone's leg, in euros. The leg to our socket has a price of its own, which nobody tells us. */
export function* cost(call: CallSeen, config: Settings, now: Now): Operation<Cost | undefined> {
  if (call.ref === undefined) return undefined
  const seen = yield* voice(config, now).ask('price the call', 'GET', callAddress(base(config), call.ref))
  const amount = Number(text(seen, 'price') ?? Number.NaN)
  return amount >= 0 ? { amount, currency: 'EUR' } : undefined
}

/** Nothing of ours is on a call whose id we never learnt: that is no answer, and nothing is dialled again for it. */
export function* lookup(call: CallSeen, config: Settings, now: Now): Operation<LookedUp> {
  const { ref } = call
  if (ref === undefined) return 'unsure'
  const rest = voice(config, now)
  const response = yield rest.request('GET', callAddress(base(config), ref))
  if (response.status === 404) return 'unknown'
  const status = statusOf(text(rest.accepted('look the call up', response), 'status'))
  return { ref, status: status ?? 'in-progress' }
}

export const recordings: Recordings<Settings> = {
  fetch(recording, _call, config, now) {
    if (!isOwn(recording, config)) throw new OffhookError('not-found', 'The recording has no address at Vonage')
    return { url: recording, headers: { authorization: bearer(config, now) } }
  },
}

/** Both kinds of credentials: key and secret read the application, its private key reads calls. */
export function* check(config: Settings, now: Now): Operation<string> {
  const url = `${base(config)}/v2/applications/${config.applicationId}`
  const application = yield* account(config).ask('read the application', 'GET', url)
  const query = { page_size: 1 }
  yield* voice(config, now).ask('accept the private key', 'GET', `${base(config)}/v1/calls`, { query })
  return `Signed in to Vonage; the application is "${text(application, 'name') ?? config.applicationId}".`
}
