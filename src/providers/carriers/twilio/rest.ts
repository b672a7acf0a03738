/** Twilio's REST API: addresses, credentials, form bodies and answers. Nothing enters a path unchecked. */
import { OffhookError } from '../../../spec/errors.ts'
import type { HttpRequest, HttpResponse, Operation } from '../../../spec/http.ts'
import { explain } from './errors.ts'
import { apiBase, type Settings } from './settings.ts'

/** A form: arrays repeat their key, `undefined` is left out. */
export type Form = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** A JSON object as Twilio sends it; fields are read one by one with `text`. */
export type Resource = Readonly<Record<string, unknown>>

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

function encodeForm(form: Form): string {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(form)) {
    if (value === undefined) continue
    if (typeof value === 'object') for (const one of value) body.append(name, one)
    else body.append(name, String(value))
  }
  return body.toString()
}

/** A GET; `what` completes "Twilio refused to …". */
export function* get(config: Settings, what: string, url: string, query: Form = {}): Operation<Resource> {
  const search = encodeForm(query)
  return accepted(what, yield request(config, 'GET', search ? `${url}?${search}` : url))
}

/** A POST. `repeatable`: it sets a state, so saying it twice does no harm. */
export function* post(
  config: Settings,
  what: string,
  url: string,
  form: Form,
  options: { readonly repeatable?: boolean } = {},
): Operation<Resource> {
  return accepted(what, yield posting(config, url, form, options))
}

/** A POST as a value, for whoever reads the answer itself. */
export function posting(
  config: Settings,
  url: string,
  form: Form,
  options: { readonly repeatable?: boolean } = {},
): HttpRequest {
  const { headers, ...rest } = request(config, 'POST', url)
  return {
    ...rest,
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: encodeForm(form),
    ...(options.repeatable ? { repeatable: true } : {}),
  }
}

export function request(config: Settings, method: HttpRequest['method'], url: string): HttpRequest {
  return { method, url, headers: { authorization: authorization(config), accept: 'application/json' } }
}

/** The resource in a good answer. Throws the explained refusal of a bad one. */
export function accepted(what: string, response: HttpResponse): Resource {
  const body = parse(response.body)
  if (response.status < 200 || response.status > 299) throw explain(what, response.status, body)
  return body
}

/** `{}` when the body is no JSON object: missing fields are met where they are read. */
export function parse(body: Uint8Array): Resource {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return isResource(value) ? value : {}
  } catch {
    return {} // a proxy's HTML page, or nothing: the status says enough
  }
}

export function isResource(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text field; undefined when missing, empty or of another type. */
export function text(resource: Resource, name: string): string | undefined {
  const value = resource[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The objects of a list field. */
export function list(resource: Resource, name: string): readonly Resource[] {
  const value = resource[name]
  return Array.isArray(value) ? value.filter(isResource) : []
}
