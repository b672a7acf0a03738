/** The gateway's API, typed by its own OpenAPI document. Failures are thrown as `ApiFailure`. */
import { QueryClient } from '@tanstack/react-query'
import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from '../../../src/client/schema.ts'
import { ApiFailure, failureOf } from './failure.ts'

export type Schemas = components['schemas']

type SignedOutListener = () => void
let signedOut: SignedOutListener = () => undefined

/** Told when the gateway no longer knows who is asking. */
export function onSignedOut(listener: SignedOutListener): void {
  signedOut = listener
}

/** For answers that do not pass through `api`. */
export function noteRefusal(error: unknown): void {
  if (error instanceof ApiFailure && error.status === 401) signedOut()
}

const refusals: Middleware = {
  async onResponse({ response, schemaPath }) {
    if (response.ok) return
    // Refused credentials that were typed just now say nothing about the session.
    if (response.status === 401 && !schemaPath.startsWith('/v1/session')) signedOut()
    throw failureOf(response.status, await response.json().catch(() => undefined))
  },
}

export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' })
api.use(refusals)

/** The body of an answer: `read(api.GET('/v1/calls'))`. Rejects with an `ApiFailure` or, when nothing answered, a `TypeError`. */
export async function read<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer
  return data as T // failures have been thrown by the middleware; an empty body is `undefined` in both
}

/** One cache for the whole console. Nothing is polled: events say when something is stale. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && !(error instanceof ApiFailure && error.status < 500),
    },
  },
})
