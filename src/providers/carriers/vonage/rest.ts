/** Vonage's REST API: voice with tokens of the application, everything else with key and secret. Numbers have no plus. */
import { list, codeOf, idOf, restClient, type RestClient } from '../../../protocols/rest/client.ts'
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Now } from '../../../spec/http.ts'
import type { Settings } from './settings.ts'
import { bearer } from './token.ts'

/** For calls and recordings. */
export function voice(config: Settings, now: Now): RestClient {
  return restClient({ headers: { authorization: bearer(config, now) }, explain })
}

/** For applications and numbers. */
export function account({ apiKey, apiSecret }: Settings): RestClient {
  const pair = Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')
  return restClient({ headers: { authorization: `Basic ${pair}` }, explain })
}

export function base({ apiBase }: Settings): string {
  return (apiBase ?? 'https://api.nexmo.com').replace(/\/+$/, '')
}

/** Vonage's own hosts, and the one of the settings: nobody else is shown a token. */
export function isOwn(url: string, config: Settings): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host, hostname } = new URL(url)
  return host === new URL(base(config)).host || (protocol === 'https:' && /(^|\.)(nexmo|vonage)\.com$/.test(hostname))
}

export function callAddress(region: string, ref: string, ...parts: readonly string[]): string {
  return [`${region}/v1/calls`, idOf(/^[\w-]{1,80}$/, ref, 'Vonage'), ...parts].join('/')
}

export function digits(number: string): string {
  return number.replace(/^\+/, '')
}

const hints: Readonly<Record<number, string>> = {
  401: ' Check the application id and its private key, or the API key and the API secret, and this machine’s clock.',
  429: ' Vonage takes three calls a second: it will be tried again.',
}

export function explain(what: string, status: number, body: Fields): OffhookError {
  const parameters = list(body, 'invalid_parameters').map((one) =>
    [text(one, 'name'), text(one, 'reason')].filter(Boolean).join(' '),
  )
  const said = text(body, 'detail') ?? text(body, 'error-code-label') ?? text(body, 'title') ?? `HTTP ${status}`
  const all = [said.replace(/\.$/, ''), ...parameters].join('; ')
  const code = status === 420 ? 'command.refused' : codeOf(status)
  return new OffhookError(code, `Vonage refused to ${what}: ${all}.${hints[status] ?? ''}`, { details: { status } })
}
