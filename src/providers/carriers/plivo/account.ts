/** What Plivo knows afterwards: a call's price, a call in doubt, a recording's address, and whether the credentials work. */
import { text } from '../../../protocols/json-media/fields.ts'
import { endStatus, statusOf } from '../../../protocols/plivo/callbacks.ts'
import type { CallSeen, Cost, Location, LookedUp, Recordings } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { address, authorization, client, id } from './rest.ts'
import type { Settings } from './settings.ts'

/** Plivo charges in US dollars, at the end of a call. */
export function* cost(call: CallSeen, config: Settings): Operation<Cost | undefined> {
  if (call.ref === undefined) return undefined
  const seen = yield* client(config).ask('price the call', 'GET', address(config, 'Call', id(call.ref)))
  const amount = Number(text(seen, 'total_amount') ?? Number.NaN)
  return amount >= 0 ? { amount, currency: 'USD' } : undefined
}

/** Running calls are asked for as live ones, ended ones by their record. Nothing of ours is on a call whose id we never learnt. */
export function* lookup(call: CallSeen, config: Settings): Operation<LookedUp> {
  const { ref } = call
  if (ref === undefined) return 'unsure'
  const rest = client(config)
  const url = address(config, 'Call', id(ref))
  const live = yield rest.request('GET', url, { query: { status: 'live' } })
  if (live.status !== 404) {
    const status = statusOf(text(rest.accepted('look the call up', live), 'call_status'))
    return { ref, status: status ?? 'in-progress' }
  }
  const ended = yield rest.request('GET', url)
  if (ended.status === 404) return 'unknown'
  const seen = rest.accepted('look the call up', ended)
  const code = seen['hangup_cause_code']
  return { ref, status: endStatus(null, code === undefined ? null : String(code), 'completed') }
}

export const recordings: Recordings<Settings> = { fetch: (recording, _call, config) => locate(recording, config) }

/** Files are public unless the account protects them; its credentials are shown to Plivo's own hosts only. */
function* locate(recording: string, config: Settings): Operation<Location> {
  const found = yield* client(config).ask('find the recording', 'GET', address(config, 'Recording', id(recording)))
  const url = text(found, 'recording_url')
  if (url === undefined || !URL.canParse(url))
    throw new OffhookError('not-found', 'Plivo has no file of this recording yet')
  const own = /(^|\.)plivo\.com$/.test(new URL(url).hostname)
  return { url, headers: own ? { authorization: authorization(config) } : {} }
}

export function* check(config: Settings): Operation<string> {
  const account = yield* client(config).ask('sign in', 'GET', address(config))
  const credits = text(account, 'cash_credits')
  return `Signed in to the Plivo account "${text(account, 'name') ?? config.authId}"${credits ? ` (${credits} credits)` : ''}.`
}
