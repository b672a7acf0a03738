/** Connections: configured accounts at carriers and AI vendors. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { nowOf, runOperation } from '../../calls/operation.ts'
import type { CarrierSpec } from '../../spec/carrier.ts'
import { OffhookError } from '../../spec/errors.ts'
import { connectionSettings } from '../../spec/connection.ts'
import { lineFields } from '../../spec/lines.ts'
import type { Connection } from '../../store/contract.ts'
import { organizationOf } from '../auth.ts'
import { specOf, type AnySpec, type ApiParts } from '../parts.ts'
import { presentConnection, presentPage } from '../present.ts'
import { connection, failure, identified, newConnection, page, paging } from '../schemas.ts'
import { warningsOf, webhooksOf } from '../reach.ts'
import { setUpConnection, turnOf } from '../set-up.ts'
import { accountOf, givenSettings, managedSettings, parseSettings, restoreSecrets } from '../settings.ts'
import type { Routes } from './routes.ts'

const tags = ['Configuration']

type Settings = Connection['settings']

export async function connectionRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>()
  creatingRoute(routes, parts)
  readingRoutes(routes, parts)
  changingRoute(routes, parts)
  removingRoute(routes, parts)
  defaultRoute(routes, parts)
  testingRoute(routes, parts)
}

function creatingRoute(routes: Routes, parts: ApiParts): void {
  const { store, clock, ids } = parts.engine
  routes.post('/connections', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Connect an account',
      tags,
      body: newConnection,
      response: { 201: connection, default: failure },
    },
    handler: async (request, reply) => {
      const { kind, provider, name, settings: submitted } = request.body
      const spec = requireSpec(parts, kind, provider)
      const settings = given(spec, submitted, undefined)
      const now = clock.now()
      const account = accountOf(spec.settings, settings)
      const record: Connection = {
        ...{ id: ids.id('con'), organization: organizationOf(request), kind, provider, name, settings },
        ...{ isDefault: false, source: 'api', createdAt: now, updatedAt: now },
        ...(account === undefined ? {} : { account }),
      }
      await using _turn = await turnOf(parts, record.id)
      await store.connections.create(record)
      await setUpConnection(parts, record)
      return reply.status(201).send(present(parts, await findConnection(parts, record.organization, record.id)))
    },
  })
}

function readingRoutes(routes: Routes, parts: ApiParts): void {
  const { store } = parts.engine
  routes.get('/connections', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'List connections',
      tags,
      querystring: paging,
      response: { 200: page(connection), default: failure },
    },
    handler: async (request) =>
      presentPage(await store.connections.list(organizationOf(request), request.query), (record) =>
        present(parts, record),
      ),
  })
  routes.get('/connections/:id', {
    config: { scope: 'config:read' },
    schema: { summary: 'One connection', tags, params: identified, response: { 200: connection, default: failure } },
    handler: async (request) => present(parts, await findConnection(parts, organizationOf(request), request.params.id)),
  })
}

function changingRoute(routes: Routes, parts: ApiParts): void {
  const { store, clock } = parts.engine
  routes.put('/connections/:id', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Change name and settings; the provider stays',
      tags,
      params: identified,
      body: z.strictObject({ name: z.string().min(1).max(200), settings: z.record(z.string(), z.unknown()) }),
      response: { 200: connection, default: failure },
    },
    handler: async (request) => {
      await using _turn = await turnOf(parts, request.params.id)
      const before = await writable(parts, organizationOf(request), request.params.id)
      const spec = requireSpec(parts, before.kind, before.provider)
      const settings = given(spec, request.body.settings, before.settings)
      const account = accountOf(spec.settings, settings)
      const { account: formerly, setUp: _, ...rest } = before
      // What we made at the carrier is in the account it was made in.
      const kept = account === formerly ? managedSettings(spec.settings, before.settings) : {}
      const after = {
        ...rest,
        name: request.body.name,
        settings: { ...settings, ...kept, ...managedSettings(z.object(lineFields), before.settings) },
        updatedAt: clock.now(),
        ...(account === undefined ? {} : { account }),
      }
      await store.connections.update(after)
      await setUpConnection(parts, after)
      return present(parts, await findConnection(parts, before.organization, before.id))
    },
  })
}

function removingRoute(routes: Routes, parts: ApiParts): void {
  routes.delete('/connections/:id', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Remove a connection and its numbers',
      tags,
      params: identified,
      response: { 204: z.null(), default: failure },
    },
    handler: async (request, reply) => {
      const { id, organization } = await writable(parts, organizationOf(request), request.params.id)
      await parts.engine.store.connections.remove(organization, id)
      return reply.status(204).send(null)
    },
  })
}

function defaultRoute(routes: Routes, parts: ApiParts): void {
  routes.post('/connections/:id/default', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Make it the default of its provider',
      tags,
      params: identified,
      response: { 200: connection, default: failure },
    },
    handler: async (request) => {
      const organization = organizationOf(request)
      await findConnection(parts, organization, request.params.id)
      await parts.engine.store.connections.makeDefault(organization, request.params.id)
      return present(parts, await findConnection(parts, organization, request.params.id))
    },
  })
}

function testingRoute(routes: Routes, parts: ApiParts): void {
  routes.post('/connections/:id/test', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Ask the carrier whether the settings work; a "no" is an answer too',
      tags,
      params: identified,
      response: {
        200: z.object({ ok: z.boolean(), message: z.string().describe('What the carrier says, and what to do') }),
        default: failure,
      },
    },
    handler: async (request) => {
      const { spec, record } = await carrierConnection(parts, organizationOf(request), request.params.id)
      if (!spec.check) throw new OffhookError('command.unsupported', `${spec.label} has no way to test its settings`)
      try {
        const check = spec.check(spec.settings.parse(record.settings), nowOf(parts.engine))
        return { ok: true, message: await runOperation(check, parts.request, request.signal) }
      } catch (error) {
        if (error instanceof OffhookError) return { ok: false, message: error.message }
        throw error
      }
    },
  })
}

async function findConnection(parts: ApiParts, organization: string, id: string): Promise<Connection> {
  const record = await parts.engine.store.connections.get(organization, id)
  if (record) return record
  throw new OffhookError('not-found', `There is no connection "${id}"`)
}

export async function carrierConnection(
  parts: ApiParts,
  organization: string,
  id: string,
): Promise<{ readonly spec: CarrierSpec; readonly record: Connection }> {
  const record = await findConnection(parts, organization, id)
  const spec = requireSpec(parts, record.kind, record.provider)
  if (spec.kind === 'carrier') return { spec, record }
  throw new OffhookError('request.invalid', `Connection "${id}" is no carrier but ${spec.label}`)
}

/** Settings as somebody sent them, with the secrets that were stored before. */
function given(spec: AnySpec, submitted: Settings, stored: Settings | undefined): Settings {
  const schema = connectionSettings(spec)
  return parseSettings(givenSettings(schema), restoreSecrets(schema, submitted, stored), schema)
}

function present(parts: ApiParts, record: Connection): z.input<typeof connection> {
  const spec = specOf(parts, record.kind, record.provider)
  const schema = spec ? connectionSettings(spec) : z.object({})
  // Without a provider nobody knows which settings are secret.
  const known = spec ? record : { ...record, settings: {} }
  const shown = presentConnection(known, schema, webhooksOf(parts, record, spec))
  return { ...shown, warnings: [...warningsOf(parts, record, spec)] }
}

async function writable(parts: ApiParts, organization: string, id: string): Promise<Connection> {
  const record = await findConnection(parts, organization, id)
  if (record.source === 'api') return record
  const how = record.source === 'environment' ? 'the environment: change its variables' : 'the simulators'
  throw new OffhookError('conflict', `Connection "${record.name}" comes from ${how}, and cannot be changed here`)
}

function requireSpec(parts: ApiParts, kind: Connection['kind'], provider: string): AnySpec {
  const spec = specOf(parts, kind, provider)
  if (spec) return spec
  const known = parts.providers.flatMap((one) => (one.kind === kind ? [one.name] : [])).join(', ')
  throw new OffhookError('provider.unknown', `There is no ${kind} provider "${provider}" (known: ${known})`)
}
