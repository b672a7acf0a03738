/** Twilio's REST API: addresses, credentials, form bodies and answers. Nothing enters a path unchecked. */
import type { Fields } from '../../../protocols/json-media/fields.ts'
import { restClient, type Query, type RestClient, type Sending } from '../../../protocols/rest/client.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { HttpRequest, HttpResponse, Operation } from '../../../spec/http.ts'
import { explain } from './errors.ts'
import { apiBase, type Settings } from './settings.ts'

/** Two letters for the kind of thing: CA call, RE recording, PN number. */
export type SidKind = 'AC' | 'CA' | 'RE' | 'PN' | 'MZ'

export function isSid(kind: SidKind, value: string | null | undefined): value is string {
  return typeof value === 'string' && fits(kind, value)
}

function fits(kind: SidKind, value: string): boolean {
  return value.length === 34 && value.startsWith(kind) && /^[0-9a-fA-F]{32}$/.test(value.slice(2))
}

/** The SID, fit for a path. Throws `not-found`: a foreign id names nothing at Twilio. */
export function sid(kind: SidKind, value: string): string {
  if (fits(kind, value)) return value
  throw new OffhookError('not-found', `"${value.slice(0, 40)}" is no Twilio id: ${kind} and 32 hex digits are expected`)
}

/** The address of something in the account. `parts` are literals of ours or have passed `sid`. */
export function address(config: Settings, ...parts: readonly string[]): string {
  return `${apiBase(config)}/2010-04-01/Accounts/${[sid('AC', config.accountSid), ...parts].join('/')}`
}

export function authorization({ accountSid, authToken, apiKeySid, apiKeySecret }: Settings): string {
  const pair = apiKeySid && apiKeySecret ? `${apiKeySid}:${apiKeySecret}` : `${accountSid}:${authToken}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

function client(config: Settings): RestClient {
  return restClient({ headers: { authorization: authorization(config) }, explain })
}

/** A GET; `what` completes "Twilio refused to …". */
export function get(config: Settings, what: string, url: string, query: Query = {}): Operation<Fields> {
  return client(config).ask(what, 'GET', url, { query })
}

type Options = Pick<Sending, 'repeatable'>

/** A POST. `repeatable`: it sets a state, so saying it twice does no harm. */
export function post(config: Settings, what: string, url: string, form: Query, more: Options = {}): Operation<Fields> {
  return client(config).ask(what, 'POST', url, { form, ...more })
}

/** A POST as a value, for whoever reads the answer itself. */
export function posting(config: Settings, url: string, form: Query, more: Options = {}): HttpRequest {
  return client(config).request('POST', url, { form, ...more })
}

export function request(config: Settings, method: HttpRequest['method'], url: string): HttpRequest {
  return client(config).request(method, url)
}

/** The resource in a good answer. Throws the explained refusal of a bad one. */
export function accepted(what: string, response: HttpResponse): Fields {
  return restClient({ headers: {}, explain }).accepted(what, response)
}
