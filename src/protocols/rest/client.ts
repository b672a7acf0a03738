/** Requests to a vendor's HTTP API: addresses, bodies and answers. Nothing enters a path unchecked. */
import { OffhookError, type ErrorCode } from '../../spec/errors.ts'
import type { HttpRequest, HttpResponse, Operation } from '../../spec/http.ts'
import { isFields, type Fields } from '../json-media/fields.ts'

type Value = string | number | boolean | undefined
export type Query = Readonly<Record<string, Value | readonly string[]>>

export interface Sending {
  /** `undefined` values are left out, arrays repeat their key. */
  readonly query?: Query
  readonly json?: object
  readonly form?: Query
  /** True: it sets a state, saying it twice does no harm. False: never said twice, whatever its method promises. */
  readonly repeatable?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

export interface RestClient {
  request(method: HttpRequest['method'], url: string, sending?: Sending): HttpRequest
  /** `what` completes "… refused to …". */
  ask(what: string, method: HttpRequest['method'], url: string, sending?: Sending): Operation<Fields>
  /** The JSON of a good answer. Throws the explained refusal of a bad one. */
  accepted(what: string, response: HttpResponse): Fields
}

export function restClient(options: {
  readonly headers: Readonly<Record<string, string>>
  readonly explain: (what: string, status: number, body: Fields) => OffhookError
}): RestClient {
  const request: RestClient['request'] = (method, url, { query, json, form, repeatable, headers } = {}) => {
    const search = query ? encodeForm(query) : ''
    const type = json ? 'application/json' : form ? 'application/x-www-form-urlencoded' : undefined
    return {
      method,
      url: search ? `${url}?${search}` : url,
      headers: {
        accept: 'application/json',
        ...options.headers,
        ...headers,
        ...(type ? { 'content-type': type } : {}),
      },
      ...(json ? { body: JSON.stringify(json) } : form ? { body: encodeForm(form) } : {}),
      ...(repeatable === undefined ? {} : { repeatable }),
    }
  }
  const accepted: RestClient['accepted'] = (what, response) => {
    const body = bodyOf(response)
    if (response.status < 200 || response.status > 299) throw options.explain(what, response.status, body)
    return body
  }
  return {
    request,
    accepted,
    *ask(what, method, url, sending) {
      return accepted(what, yield request(method, url, sending))
    },
  }
}

/** `{}` when the body is no JSON object: missing fields are met where they are read. */
export function bodyOf(response: HttpResponse): Fields {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(response.body))
    return isFields(value) ? value : {}
  } catch {
    return {} // a proxy's HTML page, or nothing: the status says enough
  }
}

/** The objects of a list field. */
export function list(fields: Fields, name: string): readonly Fields[] {
  const value = fields[name]
  return Array.isArray(value) ? value.filter(isFields) : []
}

/** Our code for a status that says no more. */
export function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'carrier.credentials'
  if (status === 404) return 'not-found'
  if (status === 429) return 'carrier.rate-limited'
  return status >= 500 ? 'carrier.failed' : 'command.refused'
}

/** A vendor's id, fit for a path. Throws `not-found`: what is no id of theirs names nothing there. */
export function idOf(pattern: RegExp, value: string, vendor: string): string {
  if (pattern.test(value)) return encodeURIComponent(value)
  throw new OffhookError('not-found', `"${value.slice(0, 40)}" is no id of ${vendor}`)
}

function encodeForm(form: Query): string {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(form)) {
    if (value === undefined) continue
    if (typeof value === 'object') for (const one of value) body.append(name, one)
    else body.append(name, String(value))
  }
  return body.toString()
}

/** Whose address it is, without what it may hold of credentials: for people. */
export function siteOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an address that is none'
}

/** Whole seconds of `ms`, within bounds. */
export function seconds(ms: number, shortest: number, longest: number): number {
  return Math.min(longest, Math.max(shortest, Math.ceil(ms / 1_000)))
}
