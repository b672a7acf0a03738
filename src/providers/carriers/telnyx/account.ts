/** What Telnyx knows afterwards: a call in doubt, a recording's address, and whether the credentials work. */
import { inner, text, whole, type Fields } from '../../../protocols/json-media/fields.ts'
import { idOf, list, type Query } from '../../../protocols/rest/client.ts'
import type { CallSeen, Location, LookedUp, Recordings } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { address, callId, client, dataOf } from './rest.ts'
import type { Settings } from './settings.ts'
import { readState } from './state.ts'

/**
 * Running calls are listed with the state that we gave them, so a dial in doubt is found by our own id. One that is not listed
 * may have come and gone: that is no answer, and nothing is dialled again for it.
 */
export function* lookup(call: CallSeen, config: Settings): Operation<LookedUp> {
  const rest = client(config)
  if (call.ref !== undefined) {
    const response = yield rest.request('GET', address(config, 'calls', callId(call.ref)))
    if (response.status === 404) return 'unknown'
    const alive = dataOf(rest.accepted('look the call up', response))['is_alive'] === true
    return { ref: call.ref, status: alive ? 'in-progress' : 'completed' }
  }
  const { calls } = yield* activeCalls(config)
  const found = calls.find((one) => {
    const state = readState(one['client_state'])
    return state?.call === call.id && state.about !== 'transfer'
  })
  const ref = found && text(found, 'call_control_id')
  return ref === undefined ? 'unsure' : { ref, status: 'initiated' }
}

/** The leg that a transfer dials bears our mark, and is listed while it lives; its end is told by its own webhook. */
export function* lookupTransfer(
  call: CallSeen,
  _to: string,
  config: Settings,
): Operation<'taken' | 'absent' | 'unsure'> {
  const { calls, complete } = yield* activeCalls(config)
  const marked = calls.some((one) => {
    const state = readState(one['client_state'])
    return state?.call === call.id && state.about === 'transfer'
  })
  return marked ? 'taken' : complete ? 'absent' : 'unsure'
}

/** Pages of 250, by number as Telnyx's own client has them, or by cursor as its documents say; ten thousand calls are enough. */
function* activeCalls(config: Settings): Operation<{ readonly calls: readonly Fields[]; readonly complete: boolean }> {
  const url = address(config, 'connections', config.connectionId, 'active_calls')
  const calls: Fields[] = []
  let more: Query | undefined = {}
  for (let page = 1; more && page <= 40; page++) {
    const query: Query = { 'page[size]': 250, 'page[limit]': 250, ...more }
    const body: Fields = yield* client(config).ask('list the calls', 'GET', url, { query })
    calls.push(...list(body, 'data'))
    more = nextPage(inner(body, 'meta'))
  }
  return { calls, complete: more === undefined }
}

function nextPage(meta: Fields): Query | undefined {
  const after = text(inner(meta, 'cursors'), 'after')
  if (after) return { 'page[after]': after }
  const [number, total] = [whole(meta['page_number']) ?? 1, whole(meta['total_pages']) ?? 1]
  return number < total ? { 'page[number]': number + 1 } : undefined
}

export const recordings: Recordings<Settings> = { fetch: (recording, _call, config) => locate(recording, config) }

/** The address is signed anew at each asking, and takes no credentials. */
function* locate(leg: string, config: Settings): Operation<Location> {
  const wanted = idOf(/^[\w-]{1,80}$/, leg, 'Telnyx')
  const url = address(config, 'recordings')
  const found = yield* client(config).ask('find the recording', 'GET', url, {
    query: { 'filter[call_leg_id]': decodeURIComponent(wanted) },
  })
  const urls = inner(list(found, 'data')[0] ?? {}, 'download_urls')
  const place = text(urls, 'wav') ?? text(urls, 'mp3')
  if (place === undefined) throw new OffhookError('not-found', 'Telnyx has no recording of this call yet, or no more')
  return { url: place, headers: {} }
}

export function* check(config: Settings): Operation<string> {
  const url = address(config, 'call_control_applications', config.connectionId)
  const application = dataOf(yield* client(config).ask('sign in', 'GET', url))
  const name = text(application, 'application_name') ?? config.connectionId
  const where = text(application, 'webhook_event_url')
  return `Signed in to Telnyx; the application is "${name}", its webhooks go to ${where ?? 'nowhere'}.`
}
