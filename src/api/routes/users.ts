/** The console's people. The organization never loses its last owner. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { OffhookError } from '../../spec/errors.ts'
import type { User } from '../../store/contract/people.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { failure, identified } from '../schemas.ts'
import { changedUser, newPassword, newUser, user } from '../schemas/people.ts'
import { hashPassword } from '../session/passwords.ts'
import { tellOver } from './session.ts'
import type { Routes } from './routes.ts'

const tags = ['Users']

export async function userRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>()
  creatingRoute(routes, parts)
  readingRoutes(routes, parts)
  changingRoute(routes, parts)
  passwordRoute(routes, parts)
  removingRoute(routes, parts)
}

function creatingRoute(routes: Routes, { engine }: ApiParts): void {
  const { store, ids, clock } = engine
  routes.post('/users', {
    config: { scope: 'admin' },
    schema: { summary: 'Add a user', tags, body: newUser, response: { 201: user, default: failure } },
    handler: async (request, reply) => {
      const { email, name, role, password } = request.body
      const record: User = {
        ...{ id: ids.id('usr'), organization: organizationOf(request), email: spelled(email), name, role },
        createdAt: clock.now(),
      }
      await store.users.create(record, password === undefined ? undefined : await hashPassword(password))
      return reply.status(201).send(present(record))
    },
  })
}

function readingRoutes(routes: Routes, parts: ApiParts): void {
  const { store } = parts.engine
  routes.get('/users', {
    config: { scope: 'admin' },
    schema: { summary: 'List users', tags, response: { 200: z.object({ items: z.array(user) }), default: failure } },
    handler: async (request) => ({ items: (await store.users.list(organizationOf(request))).map(present) }),
  })
  routes.get('/users/:id', {
    config: { scope: 'admin' },
    schema: { summary: 'One user', tags, params: identified, response: { 200: user, default: failure } },
    handler: async (request) => present(await findUser(parts, organizationOf(request), request.params.id)),
  })
}

function changingRoute(routes: Routes, parts: ApiParts): void {
  const { store } = parts.engine
  routes.patch('/users/:id', {
    config: { scope: 'admin' },
    schema: {
      summary: 'Change a user; a new role signs them out',
      tags,
      params: identified,
      body: changedUser,
      response: { 200: user, default: failure },
    },
    handler: async (request) => {
      const before = await findUser(parts, organizationOf(request), request.params.id)
      const { email = before.email, name = before.name, role = before.role } = request.body
      const after: User = { ...before, email: spelled(email), name, role }
      if (!(await store.users.update(after))) throw lastOwner(before)
      if (role !== before.role) await signOut(parts, before)
      return present(after)
    },
  })
}

function passwordRoute(routes: Routes, parts: ApiParts): void {
  routes.put('/users/:id/password', {
    config: { scope: 'admin' },
    schema: {
      summary: 'Set a password; the user is signed out',
      tags,
      params: identified,
      body: newPassword,
      response: { 204: z.null(), default: failure },
    },
    handler: async (request, reply) => {
      const found = await findUser(parts, organizationOf(request), request.params.id)
      const hash = await hashPassword(request.body.password)
      await parts.engine.store.users.setPassword(found.organization, found.id, hash)
      await signOut(parts, found)
      return reply.status(204).send(null)
    },
  })
}

function removingRoute(routes: Routes, parts: ApiParts): void {
  routes.delete('/users/:id', {
    config: { scope: 'admin' },
    schema: {
      summary: 'Remove a user; the last owner stays',
      tags,
      params: identified,
      response: { 204: z.null(), default: failure },
    },
    handler: async (request, reply) => {
      const found = await findUser(parts, organizationOf(request), request.params.id)
      await signOut(parts, found)
      if ((await parts.engine.store.users.remove(found.organization, found.id)) === 'last-owner') throw lastOwner(found)
      return reply.status(204).send(null)
    },
  })
}

async function findUser(parts: ApiParts, organization: string, id: string): Promise<User> {
  const found = await parts.engine.store.users.get(organization, id)
  if (found) return found
  throw new OffhookError('not-found', `There is no user "${id}"`)
}

async function signOut(parts: ApiParts, { organization, id }: User): Promise<void> {
  await tellOver(parts, await parts.engine.store.sessions.removeOf(organization, id))
}

function lastOwner({ name }: User): OffhookError {
  return new OffhookError('conflict', `${name} is the last owner: make somebody else an owner first`)
}

/** One spelling, so that nobody is there twice. */
function spelled(email: string): string {
  return email.trim().toLowerCase()
}

function present({ id, email, name, role, createdAt, lastSeenAt }: User): z.input<typeof user> {
  return { id, email, name, role, createdAt, lastSeenAt: lastSeenAt ?? null }
}
