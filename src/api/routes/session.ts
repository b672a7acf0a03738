/** Signing in on the console, by a key, as a user, or with the code from the terminal; and out again. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { OffhookError } from '../../spec/errors.ts'
import type { Session } from '../../store/contract/people.ts'
import { bySession, identify, principalIn, principalOf, type Principal } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { failure } from '../schemas.ts'
import { ownPassword, session, signIn } from '../schemas/people.ts'
import { attempt } from '../session/attempts.ts'
import { giveCookie, requireOwnPage, takeCookie } from '../session/cookie.ts'
import { hashPassword, isPassword } from '../session/passwords.ts'
import { sessionsOver } from '../stream.ts'
import type { Routes } from './routes.ts'

const tags = ['Console']

export async function sessionRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>()
  signInRoute(routes, parts)
  routes.get('/session', {
    schema: { summary: 'Who is signed in', tags, response: { 200: session, default: failure } },
    handler: async (request) => present(await identify(parts.engine, request)),
  })
  signOutRoute(routes, parts)
  passwordRoute(routes, parts)
}

function signInRoute(routes: Routes, parts: ApiParts): void {
  routes.post('/session', {
    schema: {
      summary: 'Sign in: the answer sets a cookie',
      tags,
      body: signIn,
      response: { 200: session, default: failure },
    },
    handler: async (request, reply) => {
      if (request.headers['sec-fetch-site'] !== undefined) requireOwnPage(request, parts.engine.publicUrl())
      const found = await find(parts, request.body, request.ip)
      const before = await bySession(parts.engine, request)
      if (before?.session !== undefined) await end(parts, before.session)
      return present(await begin(parts, found, request, reply))
    },
  })
}

type SignIn = z.output<typeof signIn>
/** Whose session it will be. */
type Owner = Pick<Session, 'organization' | 'user' | 'key'>

/** Rejects with one answer for all that can be wrong: nobody learns which half it was. */
async function find(parts: ApiParts, given: SignIn, address: string): Promise<Owner> {
  const name = 'email' in given ? given.email.trim().toLowerCase() : 'code' in given ? 'code' : undefined
  const trying = await attempt(parts.engine, address, name)
  const owner = await ownerOf(parts, given)
  if (!owner) throw new OffhookError('auth.invalid', refusal(given))
  await trying.succeeded()
  return owner
}

function refusal(given: SignIn): string {
  if ('key' in given) return 'This API key is unknown or was revoked'
  if ('code' in given)
    return 'This code is not valid, or not any more: look at the terminal of the gateway for a new one'
  return 'The address or the password is wrong'
}

async function ownerOf(parts: ApiParts, given: SignIn): Promise<Owner | undefined> {
  const { store, clock } = parts.engine
  if ('key' in given) {
    const key = await store.keys.authenticate(given.key.trim(), clock.now())
    return key && { organization: key.organization, key: key.id }
  }
  if ('code' in given) {
    if (await parts.codes?.use(given.code)) return { organization: (await store.organizations.list())[0]!.id }
    await parts.codes?.renew()
    return undefined
  }
  const known = await store.users.credentials(given.email.trim().toLowerCase())
  const right = await isPassword(given.password, known?.password)
  return known && right ? { organization: known.user.organization, user: known.user.id } : undefined
}

async function begin(
  { engine }: ApiParts,
  owner: Owner,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Principal> {
  const { store, ids, clock, publicUrl } = engine
  const secret = ids.token()
  const now = clock.now()
  // Seen an hour ago, so that this first look marks it, and the user, as seen.
  const made: Session = { ...owner, id: ids.id('ses'), createdAt: now, seenAt: now - 3_600_000 }
  await store.sessions.create(made, secret)
  const signedIn = await store.sessions.authenticate(secret, now, 0)
  if (!signedIn) throw new OffhookError('auth.invalid', 'The account was removed at this moment')
  giveCookie(request, reply, publicUrl(), secret)
  return principalOf(signedIn)
}

function signOutRoute(routes: Routes, parts: ApiParts): void {
  routes.delete('/session', {
    schema: { summary: 'Sign out', tags, response: { 204: z.null(), default: failure } },
    handler: async (request, reply) => {
      const { session } = await identify(parts.engine, request)
      if (session !== undefined) await end(parts, session)
      takeCookie(request, reply, parts.engine.publicUrl())
      return reply.status(204).send(null)
    },
  })
}

function passwordRoute(routes: Routes, parts: ApiParts): void {
  const { store } = parts.engine
  routes.put('/session/password', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'Change your own password; your other sessions end',
      tags,
      body: ownPassword,
      response: { 204: z.null(), default: failure },
    },
    handler: async (request, reply) => {
      const { kind, id, organization, session } = principalIn(request)
      const user = kind === 'user' ? await store.users.get(organization, id) : undefined
      if (!user) throw new OffhookError('conflict', 'Only users have a password: you are signed in otherwise')
      const trying = await attempt(parts.engine, request.ip, user.email)
      const known = await store.users.credentials(user.email)
      if (!(await isPassword(request.body.current, known?.password)))
        throw new OffhookError('auth.invalid', 'The current password is wrong')
      await trying.succeeded()
      await store.users.setPassword(organization, id, await hashPassword(request.body.password))
      await tellOver(parts, await store.sessions.removeOf(organization, id, session))
      return reply.status(204).send(null)
    },
  })
}

async function end(parts: ApiParts, id: string): Promise<void> {
  await parts.engine.store.sessions.remove(id)
  await tellOver(parts, [id])
}

/** Streams of these sessions end, in whatever process they are read. */
export async function tellOver({ engine }: ApiParts, sessions: readonly string[]): Promise<void> {
  for (const id of sessions) await engine.coordination.publish(sessionsOver, id)
}

function present({ kind, id, name, role, scopes }: Principal): z.input<typeof session> {
  return { kind, id, name, role, scopes: [...scopes] }
}
