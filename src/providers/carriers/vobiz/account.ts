/** What Vobiz knows afterwards: a call's price, a call in doubt, a recording's address, and whether the credentials work. */
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { endStatus, statusOf } from '../../../protocols/plivo/callbacks.ts'
import type { CallSeen, Cost, Location, LookedUp, Recordings } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { address, base, client, credentials, id } from './rest.ts'
import type { Settings } from './settings.ts'

export function* cost(call: CallSeen, config: Settings): Operation<Cost | undefined> {
  if (call.ref === undefined) return undefined
  const record = yield* recordOf(call.ref, config)
  const amount = Number(record?.['total_cost'] ?? record?.['cost'] ?? Number.NaN)
  const currency = record && text(record, 'currency')?.toUpperCase()
  return amount >= 0 && currency ? { amount, currency } : undefined
}

/** Running calls are asked for as live ones, ended ones by their record. Nothing of ours is on a call whose id we never learnt. */
export function* lookup(call: CallSeen, config: Settings): Operation<LookedUp> {
  const { ref } = call
  if (ref === undefined) return 'unsure'
  const rest = client(config)
  const live = yield rest.request('GET', address(config, `Call/${id(ref)}`), { query: { status: 'live' } })
  if (live.status !== 404) {
    const status = statusOf(text(rest.accepted('look the call up', live), 'call_status'))
    return { ref, status: status ?? 'in-progress' }
  }
  const record = yield* recordOf(ref, config)
  if (!record) return 'unknown'
  const code = record['hangup_cause_code']
  const cause = text(record, 'hangup_cause') ?? null
  return { ref, status: endStatus(cause, code === undefined ? null : String(code), 'completed') }
}

/** The record of an ended call; undefined until it is written. */
function* recordOf(ref: string, config: Settings): Operation<Fields | undefined> {
  const rest = client(config)
  const response = yield rest.request('GET', address(config, `cdr/${id(ref)}`))
  return response.status === 404 ? undefined : inner(rest.accepted('read the record of the call', response), 'data')
}

/** A recording is its address; the account's credentials are shown to Vobiz's own hosts only. */
export const recordings: Recordings<Settings> = {
  fetch(recording, _call, config): Location {
    if (!URL.canParse(recording) || !/^https?:\/\//.test(recording))
      throw new OffhookError('not-found', 'Vobiz has not yet said where this recording is')
    const { host, hostname } = new URL(recording)
    const own = host === new URL(base(config)).host || /(^|\.)vobiz\.ai$/.test(hostname)
    return { url: recording, headers: own ? credentials(config) : {} }
  },
}

export function* check(config: Settings): Operation<string> {
  const page = yield* client(config).ask('sign in', 'GET', address(config, 'numbers'), {
    query: { page: 1, per_page: 1 },
  })
  const total = page['total']
  return `Signed in to the Vobiz account ${config.authId}${typeof total === 'number' ? ` with ${total} numbers` : ''}.`
}
