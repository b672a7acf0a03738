/** Numbers: which agent answers where. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { OffhookError } from '../../spec/errors.ts'
import type { PhoneNumber } from '../../store/contract.ts'
import { address } from '../address.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { presentNumber, presentPage } from '../present.ts'
import { failure, identified, newPhoneNumber, page, paging, phoneNumber } from '../schemas.ts'
import { findAgent } from './agents.ts'
import { carrierConnection } from './connections.ts'
import { pointAtUs, release, stockRoutes } from './number-stock.ts'
import type { Routes } from './routes.ts'

const tags = ['Configuration']

const changes = z.strictObject({
  agent: z.string().nullable().optional(),
  label: z.string().max(200).nullable().optional(),
  point: z.boolean().default(false),
})

export async function numberRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>()
  addingRoute(routes, parts)
  readingRoutes(routes, parts)
  changingRoute(routes, parts)
  removingRoute(routes, parts)
  stockRoutes(routes, parts)
}

function addingRoute(routes: Routes, parts: ApiParts): void {
  const { store, clock, ids } = parts.engine
  routes.post('/numbers', {
    config: { scope: 'config:write' },
    schema: { summary: 'Add a number', tags, body: newPhoneNumber, response: { 201: phoneNumber, default: failure } },
    handler: async (request, reply) => {
      const organization = organizationOf(request)
      const { connection, number: display, agent, label, point } = request.body
      await carrierConnection(parts, organization, connection)
      if (agent) await findAgent(parts, organization, agent)
      const now = clock.now()
      const record: PhoneNumber = {
        ...{ id: ids.id('num'), organization, connection, number: address(display, 'number'), display },
        ...(agent === undefined ? {} : { agent }),
        ...(label === undefined ? {} : { label }),
        ...(point ? { pointed: true } : {}),
        ...{ createdAt: now, updatedAt: now },
      }
      if (point) await pointAtUs(parts, record, request.signal)
      await store.numbers.create(record)
      return reply.status(201).send(presentNumber(record))
    },
  })
}

function readingRoutes(routes: Routes, parts: ApiParts): void {
  const { store } = parts.engine
  routes.get('/numbers', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'List numbers',
      tags,
      querystring: paging,
      response: { 200: page(phoneNumber), default: failure },
    },
    handler: async (request) =>
      presentPage(await store.numbers.list(organizationOf(request), request.query), presentNumber),
  })
  routes.get('/numbers/:id', {
    config: { scope: 'config:read' },
    schema: { summary: 'One number', tags, params: identified, response: { 200: phoneNumber, default: failure } },
    handler: async (request) => presentNumber(await findNumber(parts, organizationOf(request), request.params.id)),
  })
}

function changingRoute(routes: Routes, parts: ApiParts): void {
  const { store, clock } = parts.engine
  routes.patch('/numbers/:id', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Change who answers a number',
      tags,
      params: identified,
      body: changes,
      response: { 200: phoneNumber, default: failure },
    },
    handler: async (request) => {
      const organization = organizationOf(request)
      const before = await findNumber(parts, organization, request.params.id)
      const { agent, label, point } = request.body
      if (agent) await findAgent(parts, organization, agent)
      const after: PhoneNumber = {
        ...before,
        ...(agent === undefined ? {} : { agent: agent ?? undefined }),
        ...(label === undefined ? {} : { label: label ?? undefined }),
        ...(point ? { pointed: true } : {}),
        updatedAt: clock.now(),
      }
      if (point) await pointAtUs(parts, after, request.signal)
      await store.numbers.update(after)
      return presentNumber(after)
    },
  })
}

function removingRoute(routes: Routes, parts: ApiParts): void {
  routes.delete('/numbers/:id', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Remove a number here; with release=true also at the carrier',
      tags,
      params: identified,
      querystring: z.object({ release: z.stringbool().default(false) }),
      response: { 204: z.null(), default: failure },
    },
    handler: async (request, reply) => {
      const record = await findNumber(parts, organizationOf(request), request.params.id)
      if (request.query.release) await release(parts, record, request.signal)
      await parts.engine.store.numbers.remove(record.organization, record.id)
      return reply.status(204).send(null)
    },
  })
}

export async function findNumber(parts: ApiParts, organization: string, id: string): Promise<PhoneNumber> {
  const record = await parts.engine.store.numbers.get(organization, id)
  if (record) return record
  throw new OffhookError('not-found', `There is no number "${id}"`)
}
