/** Who is asking: a bearer key, its organization and its scopes. */
import type { FastifyRequest } from 'fastify'
import { OffhookError } from '../spec/errors.ts'
import type { ApiKey, KeyScope, Store } from '../store/contract.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route that names a scope. */
    apiKey: ApiKey | undefined
  }
  interface FastifyContextConfig {
    /** What the key must be allowed to do. A route without one is public. */
    scope?: KeyScope
  }
}

/** Finds the key behind the request and holds it against the route's scope. Throws auth.*. */
export async function authenticate(store: Store, request: FastifyRequest, now: number): Promise<void> {
  const { scope } = request.routeOptions.config
  if (!scope) return
  const header = request.headers.authorization
  if (!header)
    throw new OffhookError(
      'auth.missing',
      'Send your API key as "Authorization: Bearer ohk_…" (the first key is in the data folder)',
    )
  const [scheme, secret] = header.split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || !secret)
    throw new OffhookError('auth.invalid', 'The Authorization header must be "Bearer" and an API key')
  const key = await store.keys.authenticate(secret, now)
  if (!key) throw new OffhookError('auth.invalid', 'This API key is unknown or was revoked')
  if (!key.scopes.includes('admin') && !key.scopes.includes(scope))
    throw new OffhookError(
      'auth.forbidden',
      `This API key lacks the scope "${scope}" (it has: ${key.scopes.join(', ')})`,
    )
  request.apiKey = key
}

/** The organization of an authenticated request. */
export function organizationOf(request: FastifyRequest): string {
  if (!request.apiKey) throw new OffhookError('internal', 'This route needs a scope')
  return request.apiKey.organization
}
