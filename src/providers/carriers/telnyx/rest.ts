/** Telnyx's REST API: addresses, credentials, and its refusals explained. */
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { codeOf, idOf, list, restClient, type RestClient } from '../../../protocols/rest/client.ts'
import { OffhookError, type ErrorCode } from '../../../spec/errors.ts'
import type { Settings } from './settings.ts'

export function client({ apiKey }: Settings): RestClient {
  return restClient({ headers: { authorization: `Bearer ${apiKey}` }, explain })
}

export function address({ apiBase }: Settings, ...parts: readonly string[]): string {
  return `${(apiBase ?? 'https://api.telnyx.com/v2').replace(/\/+$/, '')}/${parts.join('/')}`
}

/** A call's id, fit for a path: `v3:` and base64url, percent-encoded. */
export function callId(ref: string): string {
  return idOf(/^[\w.~:=+-]{1,300}$/, ref, 'Telnyx')
}

/** The number of the first error in a refusal; a text at Telnyx. */
export function errorOf(body: Fields): string {
  return text(list(body, 'errors')[0] ?? {}, 'code') ?? ''
}

/** `{data: …}` opened. */
export function dataOf(body: Fields): Fields {
  return inner(body, 'data')
}

const explanations: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  '10005': ['not-found', 'Telnyx knows no such thing in this account.'],
  '10009': ['carrier.credentials', 'Check the API key.'],
  '10010': ['carrier.credentials', 'The API key may not do this.'],
  '10011': ['carrier.rate-limited', 'Too many requests: it will be tried again.'],
  '10015': ['command.refused', 'A parameter of the request was refused.'],
  '10016': ['number.invalid', 'Write the number with plus and country code.'],
  '10027': ['command.refused', 'A parameter of the request was refused.'],
  '90015': ['call.unknown', 'Telnyx knows no such call.'],
  '90018': ['call.ended', 'The call is over.'],
  '90034': ['call.state', 'The call is not answered yet.'],
  '90041': ['carrier.rate-limited', 'Too many calls at once for this account.'],
  '90042': ['carrier.rate-limited', 'Too many calls at once for this account.'],
  '90043': ['carrier.rate-limited', 'Too many calls at once for this account.'],
  '90045': ['command.refused', 'Telnyx could not open the media stream: is the public URL reachable?'],
  '90046': ['command.refused', 'Telnyx could not open the media stream: is the public URL reachable?'],
  '90048': ['command.refused', 'A media stream is already open on this call.'],
  D1: ['carrier.rate-limited', 'Too many calls at once for this account: raise its verification level.'],
  D35: ['number.invalid', 'Call from a number that this account owns or has verified.'],
}

function explain(what: string, status: number, body: Fields): OffhookError {
  const first = list(body, 'errors')[0] ?? {}
  const number = errorOf(body)
  const known = Object.hasOwn(explanations, number) ? explanations[number] : undefined
  const said = (text(first, 'detail') ?? text(first, 'title') ?? `HTTP ${status}`).replace(/\.$/, '')
  return new OffhookError(
    known?.[0] ?? codeOf(status),
    `Telnyx refused to ${what}: ${said}${number ? ` (Telnyx error ${number})` : ''}.${known ? ` ${known[1]}` : ''}`,
    { details: { status, telnyxCode: number || undefined } },
  )
}
