/** API keys: made once, shown once, kept as a hash. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { OffhookError } from '../../spec/errors.ts'
import type { ApiKey } from '../../store/contract.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { presentKey } from '../present.ts'
import { failure, identified, key, newKey } from '../schemas.ts'

export async function keyRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const { store, clock, ids } = parts.engine
  const routes = app.withTypeProvider<ZodTypeProvider>()
  const tags = ['Keys']

  routes.post('/keys', {
    config: { scope: 'admin' },
    schema: {
      summary: 'Create a key; its secret is in this answer and never again',
      tags,
      body: newKey,
      response: { 201: key.extend({ secret: z.string() }), default: failure },
    },
    handler: async (request, reply) => {
      const secret = `ohk_${ids.token()}`
      const record: ApiKey = {
        id: ids.id('key'),
        organization: organizationOf(request),
        name: request.body.name,
        prefix: secret.slice(0, 8),
        scopes: request.body.scopes,
        createdAt: clock.now(),
      }
      await store.keys.create(record, secret)
      return reply.status(201).send({ ...presentKey(record), secret })
    },
  })
  routes.get('/keys', {
    config: { scope: 'admin' },
    schema: { summary: 'List keys', tags, response: { 200: z.object({ items: z.array(key) }), default: failure } },
    handler: async (request) => ({ items: (await store.keys.list(organizationOf(request))).map(presentKey) }),
  })
  routes.delete('/keys/:id', {
    config: { scope: 'admin' },
    schema: { summary: 'Revoke a key', tags, params: identified, response: { 204: z.null(), default: failure } },
    handler: async (request, reply) => {
      const { id } = request.params
      if (!(await store.keys.revoke(organizationOf(request), id, clock.now())))
        throw new OffhookError('not-found', `There is no key "${id}" that could be revoked`)
      return reply.status(204).send(null)
    },
  })
}
