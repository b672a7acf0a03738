/** Vobiz's REST API: paths are case- and slash-sensitive (a wrong case answers 401). */
import { text, type Fields } from '../../../protocols/json-media/fields.ts'
import { codeOf, idOf, restClient, type RestClient } from '../../../protocols/rest/client.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Settings } from './settings.ts'

export function credentials({ authId, authToken }: Settings): Readonly<Record<string, string>> {
  return { 'x-auth-id': authId, 'x-auth-token': authToken }
}

export function client(config: Settings): RestClient {
  return restClient({ headers: credentials(config), explain })
}

export function base({ apiBase }: Settings): string {
  return (apiBase ?? 'https://api.vobiz.ai/api/v1').replace(/\/+$/, '')
}

/** Calls, applications and their likes end with a slash; numbers and records of calls do not. */
export function address(config: Settings, path: string): string {
  return `${base(config)}/Account/${config.authId}/${path}`
}

export function id(value: string): string {
  return idOf(/^[\w-]{1,80}$/, value, 'Vobiz')
}

/** As this account writes numbers. */
export function written({ stripPlus }: Settings, number: string): string {
  return stripPlus ? number.replace(/^\+/, '') : number
}

const hints: Readonly<Record<number, string>> = {
  401: ' Check auth id and auth token.',
  402: ' The balance is used up.',
  429: ' Too many calls at once or per second: wait, or have the limit raised.',
}

function explain(what: string, status: number, body: Fields): OffhookError {
  const said = (text(body, 'error') ?? text(body, 'message') ?? text(body, 'detail') ?? `HTTP ${status}`).replace(
    /\.$/,
    '',
  )
  return new OffhookError(codeOf(status), `Vobiz refused to ${what}: ${said}.${hints[status] ?? ''}`, {
    details: { status },
  })
}
