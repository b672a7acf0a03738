/** Who is asking: a bearer key, or somebody signed in on the console; their organization, and what they may do. */
import type { FastifyRequest } from 'fastify'
import type { Engine } from '../calls/engine.ts'
import type { Actor } from '../spec/call.ts'
import { OffhookError } from '../spec/errors.ts'
import type { ApiKey, KeyScope } from '../store/contract.ts'
import type { Role, SignedIn } from '../store/contract/people.ts'
import { cookieOf, idleLimit, requireOwnPage } from './session/cookie.ts'
import { roleOf, scopesOf } from './session/roles.ts'

/** Whoever stands behind a request. */
export interface Principal {
  readonly kind: 'key' | 'user' | 'code'
  /** Of the key, the user, or the session where there is neither: stands in events that they cause. */
  readonly id: string
  readonly name: string
  readonly organization: string
  readonly role: Role
  readonly scopes: readonly KeyScope[]
  /** Of the console. */
  readonly session?: string
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route that names a scope. */
    principal: Principal | undefined
  }
  interface FastifyContextConfig {
    /** What the key must be allowed to do. A route without one is public. */
    scope?: KeyScope
  }
}

type Needs = Pick<Engine, 'store' | 'clock' | 'publicUrl'>

/** Finds who is behind the request and holds them against the route's scope. Throws auth.*. */
export async function authenticate(engine: Needs, request: FastifyRequest): Promise<void> {
  const { scope } = request.routeOptions.config
  if (!scope) return
  const principal = await identify(engine, request)
  if (!principal.scopes.includes('admin') && !principal.scopes.includes(scope))
    throw new OffhookError(
      'auth.forbidden',
      principal.kind === 'key'
        ? `This API key lacks the scope "${scope}" (it has: ${principal.scopes.join(', ')})`
        : `Your role (${principal.role}) does not allow this: it takes the scope "${scope}"`,
    )
  request.principal = principal
}

/** By key, else by cookie. Throws `auth.missing`, `auth.invalid`, `auth.cross-site`. */
export async function identify(engine: Needs, request: FastifyRequest): Promise<Principal> {
  const header = request.headers.authorization
  if (header !== undefined) return byKey(engine, header)
  const signedIn = await bySession(engine, request)
  if (!signedIn)
    throw new OffhookError(
      'auth.missing',
      'Sign in, or send your API key as "Authorization: Bearer ohk_…" (the first key is in the data folder)',
    )
  requireOwnPage(request, engine.publicUrl())
  return signedIn
}

async function byKey({ store, clock }: Needs, header: string): Promise<Principal> {
  const [scheme, secret] = header.split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || !secret)
    throw new OffhookError('auth.invalid', 'The Authorization header must be "Bearer" and an API key')
  const key = await store.keys.authenticate(secret, clock.now())
  if (!key) throw new OffhookError('auth.invalid', 'This API key is unknown or was revoked')
  return principalOfKey(key)
}

/** Undefined when nobody is signed in (any more). */
export async function bySession({ store, clock }: Needs, request: FastifyRequest): Promise<Principal | undefined> {
  const secret = cookieOf(request)
  if (!secret) return undefined
  const now = clock.now()
  const found = await store.sessions.authenticate(secret, now, now - idleLimit)
  return found && principalOf(found)
}

function principalOfKey({ id, name, organization, scopes }: ApiKey): Principal {
  return { kind: 'key', id, name, organization, scopes, role: roleOf(scopes) }
}

export function principalOf(signedIn: SignedIn): Principal {
  const session = signedIn.session.id
  switch (signedIn.kind) {
    case 'key':
      return { ...principalOfKey(signedIn.key), session }
    case 'user': {
      const { id, name, organization, role } = signedIn.user
      return { kind: 'user', id, name, organization, role, scopes: scopesOf(role), session }
    }
    case 'code': {
      const { organization } = signedIn.session
      const scopes = scopesOf('owner')
      return { kind: 'code', id: session, name: 'Terminal', organization, role: 'owner', scopes, session }
    }
    default:
      return signedIn satisfies never
  }
}

/** Whoever is behind an authenticated request. */
export function principalIn(request: FastifyRequest): Principal {
  if (!request.principal) throw new OffhookError('internal', 'This route needs a scope')
  return request.principal
}

/** Whoever is behind it, as events name them. */
export function actorOf(request: FastifyRequest): Actor {
  const { kind, id, name } = principalIn(request)
  return { kind, id, name }
}

/** The organization of an authenticated request. */
export function organizationOf(request: FastifyRequest): string {
  return principalIn(request).organization
}
