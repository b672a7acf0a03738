/** Cloudonix's REST API: everything hangs on the domain; calls are named by their session token. */
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { codeOf, idOf, restClient, type RestClient } from '../../../protocols/rest/client.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Settings } from './settings.ts'

export function client({ apiKey }: Settings): RestClient {
  return restClient({ headers: { authorization: `Bearer ${apiKey}` }, explain })
}

export function base({ apiBase }: Settings): string {
  return (apiBase ?? 'https://api.cloudonix.io').replace(/\/+$/, '')
}

/** Something of the domain. */
export function address(config: Settings, ...parts: readonly string[]): string {
  return [base(config), 'customers/self/domains', config.domain, ...parts].join('/')
}

/** Where calls are made and switched. */
export function callsAddress(config: Settings, ...parts: readonly string[]): string {
  return [base(config), 'calls', config.domain, ...parts].join('/')
}

/** A session token or the name of something, fit for a path. */
export function id(value: string): string {
  return idOf(/^[\w.~:+-]{1,200}$/, value, 'Cloudonix')
}

const hints: Readonly<Record<number, string>> = {
  401: ' Check the domain and the domain API key.',
  403: ' The domain API key is not one of this domain.',
  429: ' Cloudonix takes ten requests in ten seconds: it will be tried again.',
}

function explain(what: string, status: number, body: Fields): OffhookError {
  const said = (text(body, 'message') ?? text(body, 'error') ?? `HTTP ${status}`).replace(/\.$/, '')
  return new OffhookError(codeOf(status), `Cloudonix refused to ${what}: ${said}.${hints[status] ?? ''}`, {
    details: { status },
  })
}
