/** Agents: who answers. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { agentSettings } from '../../conversation/settings.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Agent } from '../../store/contract.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { presentAgent, presentPage } from '../present.ts'
import { agent, failure, identified, newAgent, page, paging } from '../schemas.ts'
import { parseSettings, restoreSecrets } from '../settings.ts'

export async function agentRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const { store, clock, ids } = parts.engine
  const routes = app.withTypeProvider<ZodTypeProvider>()
  const tags = ['Configuration']
  const schemaOf = (provider: string): z.ZodObject => {
    const spec = parts.engine.agents.get(provider)
    if (spec) return agentSettings(spec)
    const known = [...parts.engine.agents.keys()].join(', ')
    throw new OffhookError('provider.unknown', `There is no agent provider "${provider}" (known: ${known})`)
  }
  // A provider that left the house must not break the listing of the others: its settings are shown as nothing.
  const present = (record: Agent) =>
    presentAgent(record, parts.engine.agents.has(record.provider) ? schemaOf(record.provider) : hidden)
  const found = async (organization: string, id: string): Promise<Agent> => {
    const record = await store.agents.get(organization, id)
    if (record) return record
    throw new OffhookError('not-found', `There is no agent "${id}"`)
  }

  routes.post('/agents', {
    config: { scope: 'config:write' },
    schema: { summary: 'Create an agent', tags, body: newAgent, response: { 201: agent, default: failure } },
    handler: async (request, reply) => {
      const { name, provider, settings } = request.body
      const schema = schemaOf(provider)
      const now = clock.now()
      const parsed = parseSettings(schema, restoreSecrets(schema, settings, undefined))
      const record: Agent = {
        id: ids.id('agt'),
        organization: organizationOf(request),
        name,
        provider,
        settings: parsed,
        createdAt: now,
        updatedAt: now,
      }
      await store.agents.create(record)
      return reply.status(201).send(present(record))
    },
  })
  routes.get('/agents', {
    config: { scope: 'config:read' },
    schema: { summary: 'List agents', tags, querystring: paging, response: { 200: page(agent), default: failure } },
    handler: async (request) => presentPage(await store.agents.list(organizationOf(request), request.query), present),
  })
  routes.get('/agents/:id', {
    config: { scope: 'config:read' },
    schema: { summary: 'One agent', tags, params: identified, response: { 200: agent, default: failure } },
    handler: async (request) => present(await found(organizationOf(request), request.params.id)),
  })
  routes.put('/agents/:id', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Replace an agent',
      tags,
      params: identified,
      body: newAgent,
      response: { 200: agent, default: failure },
    },
    handler: async (request) => {
      const before = await found(organizationOf(request), request.params.id)
      const { name, provider, settings } = request.body
      const schema = schemaOf(provider)
      const stored = provider === before.provider ? before.settings : undefined
      const after: Agent = {
        ...before,
        name,
        provider,
        settings: parseSettings(schema, restoreSecrets(schema, settings, stored)),
        updatedAt: clock.now(),
      }
      await store.agents.update(after)
      return present(after)
    },
  })
  routes.delete('/agents/:id', {
    config: { scope: 'config:write' },
    schema: { summary: 'Remove an agent', tags, params: identified, response: { 204: z.null(), default: failure } },
    handler: async (request, reply) => {
      await found(organizationOf(request), request.params.id)
      await store.agents.remove(organizationOf(request), request.params.id)
      return reply.status(204).send(null)
    },
  })
}

const hidden = z.object({})
