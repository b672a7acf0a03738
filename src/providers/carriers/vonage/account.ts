/** What Vonage knows afterwards: a call's price, a call in doubt, a recording, and whether the credentials work. */
import { dialTarget } from '../../../protocols/e164/target.ts'
import { inner, text } from '../../../protocols/json-media/fields.ts'
import { list } from '../../../protocols/rest/client.ts'
import type { CallSeen, Cost, LookedUp, Recordings } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Now, Operation } from '../../../spec/http.ts'
import { ongoing, statusOf } from './reports.ts'
import { account, base, callAddress, digits, isOwn, voice } from './rest.ts'
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

/**
 * Caller and colleague are legs of one conversation, whose legs are listed: one to the wanted number that is not over is the
 * transfer's. The end of one that is over is told by its own webhook, and it may be an earlier one's.
 */
export function* lookupTransfer(
  call: CallSeen,
  to: string,
  config: Settings,
  now: Now,
): Operation<'taken' | 'absent' | 'unsure'> {
  if (call.ref === undefined) return 'unsure'
  const rest = voice(config, now)
  const seen = yield* rest.ask('look the call up', 'GET', callAddress(base(config), call.ref))
  const conversation = text(seen, 'conversation_uuid')
  if (conversation === undefined) return 'unsure'
  const query = { conversation_uuid: conversation, page_size: 100, order: 'desc' }
  const page = yield* rest.ask('list the conversation', 'GET', `${base(config)}/v1/calls`, { query })
  const wanted = dialTarget(to)
  const taken = list(inner(page, '_embedded'), 'calls').some((leg) => {
    const target = inner(leg, 'to')
    const same =
      wanted.type === 'sip' ? text(target, 'uri') === wanted.value : text(target, 'number') === digits(wanted.value)
    return same && text(leg, 'uuid') !== call.ref && ongoing.has(statusOf(text(leg, 'status')) ?? 'failed')
  })
  return taken ? 'taken' : 'absent'
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
