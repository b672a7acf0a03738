/** Plivo's REST API: every address ends with a slash, numbers have no plus. */
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { codeOf, idOf, restClient, type RestClient } from '../../../protocols/rest/client.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Settings } from './settings.ts'

export function authorization({ authId, authToken }: Settings): string {
  return `Basic ${Buffer.from(`${authId}:${authToken}`).toString('base64')}`
}

export function client(config: Settings): RestClient {
  return restClient({ headers: { authorization: authorization(config) }, explain })
}

/** `parts` are literals of ours or have passed `id`. Without the last slash Plivo redirects. */
export function address({ apiBase, authId }: Settings, ...parts: readonly string[]): string {
  const base = (apiBase ?? 'https://api.plivo.com/v1').replace(/\/+$/, '')
  return `${base}/Account/${[authId, ...parts].join('/')}/`
}

/** A UUID, an application's number, a phone number without plus: fit for a path. */
export function id(value: string): string {
  return idOf(/^[\w-]{1,80}$/, value, 'Plivo')
}

/** As Plivo writes numbers. */
export function digits(number: string): string {
  return number.replace(/^\+/, '')
}

const hints: Readonly<Record<number, string>> = {
  401: ' Check auth id and auth token.',
  403: ' Allow the country under Voice → Geo permissions.',
  429: ' Too many requests: it will be tried again.',
}

function explain(what: string, status: number, body: Fields): OffhookError {
  const said = (text(body, 'error') ?? text(body, 'message') ?? `HTTP ${status}`).replace(/\.$/, '')
  const code = status === 403 ? 'number.invalid' : codeOf(status)
  return new OffhookError(code, `Plivo refused to ${what}: ${said}.${hints[status] ?? ''}`, { details: { status } })
}
