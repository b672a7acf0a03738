/** `offhook/client`: the typed client of the API. Types come from the OpenAPI document; nothing of the gateway is loaded. */
import createOpenapiClient, { type Client } from 'openapi-fetch'
import type { components, paths } from './schema.ts'

export type { components, paths } from './schema.ts'
export type Call = components['schemas']['Call']
export type Agent = components['schemas']['Agent']
export type Connection = components['schemas']['Connection']

export interface ClientOptions {
  /** Where the gateway is, e.g. `http://localhost:8080`. */
  readonly url: string
  /** An API key: `ohk_…`. */
  readonly key: string
  /** Default: the platform's. */
  readonly fetch?: typeof fetch
}

/** `client.POST('/v1/calls', { body })` resolves to `{ data, error, response }`; it rejects only when no answer came. */
export function createClient({ url, key, fetch: own }: ClientOptions): Client<paths> {
  return createOpenapiClient<paths>({
    baseUrl: url.replace(/\/$/, ''),
    headers: { authorization: `Bearer ${key}` },
    ...(own ? { fetch: own } : {}),
  })
}
