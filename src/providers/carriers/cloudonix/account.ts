/** What Cloudonix knows afterwards: a call in doubt, a recording, and whether the credentials work. */
import { text } from '../../../protocols/json-media/fields.ts'
import type { CallSeen, Location, LookedUp, Recordings } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Operation } from '../../../spec/http.ts'
import { sessionStatus } from './reports.ts'
import { address, base, client, id } from './rest.ts'
import type { Settings } from './settings.ts'

/** Nothing of ours is on a session whose token we never learnt: that is no answer, and nothing is dialled again for it. */
export function* lookup(call: CallSeen, config: Settings): Operation<LookedUp> {
  const { ref } = call
  if (ref === undefined) return 'unsure'
  const rest = client(config)
  const response = yield rest.request('GET', address(config, 'sessions', id(ref)))
  if (response.status === 404) return 'unknown'
  return { ref, status: sessionStatus(rest.accepted('look the call up', response)) ?? 'in-progress' }
}

/** The key goes to Cloudonix's own hosts only. */
export const recordings: Recordings<Settings> = {
  fetch(recording, _call, config): Location {
    if (!URL.canParse(recording) || !/^https?:\/\//.test(recording))
      throw new OffhookError('not-found', 'Cloudonix has not yet said where this recording is')
    const { host, hostname } = new URL(recording)
    const own = host === new URL(base(config)).host || /(^|\.)cloudonix\.(io|net|com)$/.test(hostname)
    return { url: recording, headers: own ? { authorization: `Bearer ${config.apiKey}` } : {} }
  },
}

export function* check(config: Settings): Operation<string> {
  const domain = yield* client(config).ask('sign in', 'GET', address(config))
  return `Signed in to the Cloudonix domain "${text(domain, 'domain') ?? config.domain}".`
}
