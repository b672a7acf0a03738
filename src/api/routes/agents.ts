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
import type { Routes } from './routes.ts'

const tags = ['Configuration']
/** Of a provider that left the house: it must not break the listing of the others, so its settings are shown as nothing. */
const hidden = z.object({})

export async function agentRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>()
  creatingRoute(routes, parts)
  readingRoutes(routes, parts)
  replacingRoute(routes, parts)
  removingRoute(routes, parts)
}

function creatingRoute(routes: Routes, parts: ApiParts): void {
  const { store, clock, ids } = parts.engine
  routes.post('/agents', {
    config: { scope: 'config:write' },
    schema: { summary: 'Create an agent', tags, body: newAgent, response: { 201: agent, default: failure } },
    handler: async (request, reply) => {
      const { name, provider, settings } = request.body
      const schema = schemaOf(parts, provider)
      const now = clock.now()
      const parsed = parseSettings(schema, restoreSecrets(schema, settings, undefined), rulesOf(parts, provider))
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
      return reply.status(201).send(present(parts, record))
    },
  })
}

function readingRoutes(routes: Routes, parts: ApiParts): void {
  const { store } = parts.engine
  routes.get('/agents', {
    config: { scope: 'config:read' },
    schema: { summary: 'List agents', tags, querystring: paging, response: { 200: page(agent), default: failure } },
    handler: async (request) =>
      presentPage(await store.agents.list(organizationOf(request), request.query), (record) => present(parts, record)),
  })
  routes.get('/agents/:id', {
    config: { scope: 'config:read' },
    schema: { summary: 'One agent', tags, params: identified, response: { 200: agent, default: failure } },
    handler: async (request) => present(parts, await findAgent(parts, organizationOf(request), request.params.id)),
  })
}

function replacingRoute(routes: Routes, parts: ApiParts): void {
  const { store, clock } = parts.engine
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
      const before = await findAgent(parts, organizationOf(request), request.params.id)
      const { name, provider, settings } = request.body
      const schema = schemaOf(parts, provider)
      const stored = provider === before.provider ? before.settings : undefined
      const after: Agent = {
        ...before,
        name,
        provider,
        settings: parseSettings(schema, restoreSecrets(schema, settings, stored), rulesOf(parts, provider)),
        updatedAt: clock.now(),
      }
      await store.agents.update(after)
      return present(parts, after)
    },
  })
}

function removingRoute(routes: Routes, parts: ApiParts): void {
  routes.delete('/agents/:id', {
    config: { scope: 'config:write' },
    schema: { summary: 'Remove an agent', tags, params: identified, response: { 204: z.null(), default: failure } },
    handler: async (request, reply) => {
      const { organization, id } = await findAgent(parts, organizationOf(request), request.params.id)
      await parts.engine.store.agents.remove(organization, id)
      return reply.status(204).send(null)
    },
  })
}

export async function findAgent(parts: ApiParts, organization: string, id: string): Promise<Agent> {
  const record = await parts.engine.store.agents.get(organization, id)
  if (record) return record
  throw new OffhookError('not-found', `There is no agent "${id}"`)
}

function schemaOf(parts: ApiParts, provider: string): z.ZodObject {
  const spec = parts.engine.agents.get(provider)
  if (spec) return agentSettings(spec)
  const known = [...parts.engine.agents.keys()].join(', ')
  throw new OffhookError('provider.unknown', `There is no agent provider "${provider}" (known: ${known})`)
}

/** The form is made of the provider's fields and the talk's; rules across fields stand on the provider's own schema. */
function rulesOf(parts: ApiParts, provider: string): z.ZodObject | undefined {
  return parts.engine.agents.get(provider)?.settings
}

function present(parts: ApiParts, record: Agent): z.input<typeof agent> {
  return presentAgent(record, parts.engine.agents.has(record.provider) ? schemaOf(parts, record.provider) : hidden)
}
