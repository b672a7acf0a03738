/** Exotel's REST API: form bodies, Basic credentials, `.json` behind every address or XML comes. */
import { inner, text, type Fields } from '../../../protocols/json-media/fields.ts'
import { codeOf, idOf, restClient, type RestClient } from '../../../protocols/rest/client.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Settings } from './settings.ts'

export function authorization({ apiKey, apiToken }: Settings): string {
  return `Basic ${Buffer.from(`${apiKey}:${apiToken}`).toString('base64')}`
}

export function client(config: Settings): RestClient {
  return restClient({ headers: { authorization: authorization(config) }, explain })
}

const hosts = { mumbai: 'https://api.in.exotel.com', singapore: 'https://api.exotel.com' } as const

export function base({ apiBase, region }: Settings): string {
  return (apiBase ?? hosts[region]).replace(/\/+$/, '')
}

export function callsAddress(config: Settings, path: string): string {
  return `${base(config)}/v1/Accounts/${config.accountSid}/Calls/${path}.json`
}

export function numbersAddress(config: Settings, path: string): string {
  return `${base(config)}/v2_beta/Accounts/${config.accountSid}/${path}`
}

export function id(value: string): string {
  return idOf(/^[\w-]{1,80}$/, value, 'Exotel')
}

const hints: Readonly<Record<number, string>> = {
  401: ' Check account SID, API key and API token, and the region.',
  403: ' Have AgentStream switched on for the account by Exotel.',
  429: ' Exotel takes 200 requests a minute: it will be tried again.',
}

function explain(what: string, status: number, body: Fields): OffhookError {
  const refusal = inner(body, 'RestException')
  const later = inner(inner(body, 'response'), 'error_data')
  const said = text(refusal, 'Message') ?? text(later, 'description') ?? text(later, 'message') ?? `HTTP ${status}`
  const number = refusal['Code'] ?? later['code']
  const numbered = typeof number === 'number' ? ` (Exotel error ${number})` : ''
  return new OffhookError(
    codeOf(status),
    `Exotel refused to ${what}: ${said.replace(/\.$/, '')}${numbered}.${hints[status] ?? ''}`,
    { details: { status } },
  )
}
