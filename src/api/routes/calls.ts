/** Calls: placed and listed; their details and their control are added beside. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { dial } from '../../calls/outbound.ts'
import type { CallFilter } from '../../store/contract.ts'
import { address } from '../address.ts'
import { actorOf, organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { costsIn } from '../costs.ts'
import { presentCall, presentCosts, presentPage } from '../present.ts'
import { hiddenFrom, requireShown } from '../privacy.ts'
import { call, callInFull, endReason, failure, identified, newCall, page, paging, status } from '../schemas.ts'
import { bulkRoute } from './calls-bulk.ts'
import { controlRoutes } from './call-control.ts'
import { detailRoutes } from './call-details.ts'
import { soundRoutes } from './call-sound.ts'
import { wireRoutes } from './call-wire.ts'
import { findCall } from './call.ts'
import type { Routes } from './routes.ts'

const filters = paging.extend({
  status: status.optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  agent: z.string().optional(),
  connection: z.string().optional(),
  carrier: z.string().optional(),
  from: z.string().max(255).optional().describe('Any part of the number'),
  to: z.string().max(255).optional().describe('Any part of the number'),
  since: z.coerce.number().int().optional().describe('ms since 1970'),
  until: z.coerce.number().int().optional().describe('ms since 1970'),
  recorded: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  endReason: endReason.optional(),
})

const tags = ['Calls']

export async function callRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>()
  placingRoute(routes, parts)
  bulkRoute(routes, parts)
  readingRoutes(routes, parts)
  detailRoutes(routes, parts)
  soundRoutes(routes, parts)
  wireRoutes(routes, parts)
  controlRoutes(routes, parts)
}

function placingRoute(routes: Routes, { engine }: ApiParts): void {
  routes.post('/calls', {
    config: { scope: 'calls:write' },
    schema: {
      summary: 'Place a call; answered at once, dialled right after or when a line is free',
      tags,
      body: newCall,
      response: { 202: call, default: failure },
    },
    handler: async (request, reply) => {
      const to = address(request.body.to, 'to')
      const from = request.body.from === undefined ? {} : { from: address(request.body.from, 'from') }
      const record = await dial(engine, organizationOf(request), {
        ...request.body,
        ...{ to, ...from, by: actorOf(request) },
      })
      return reply.status(202).send(presentCall(record))
    },
  })
}

function readingRoutes(routes: Routes, parts: ApiParts): void {
  const { store } = parts.engine
  routes.get('/calls', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'List calls, newest first',
      tags,
      querystring: filters,
      response: { 200: page(call), default: failure },
    },
    handler: async (request) => {
      const hidden = await hiddenFrom(parts, request)
      // A filter would tell, digit by digit, what is hidden.
      if (request.query.from !== undefined || request.query.to !== undefined)
        await requireShown(parts, request, 'numbers')
      const calls = await store.calls.list(organizationOf(request), request.query satisfies CallFilter)
      return presentPage(calls, (record) => presentCall(record, hidden))
    },
  })
  routes.get('/calls/:id', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'One call, with what it cost',
      tags,
      params: identified,
      response: { 200: callInFull, default: failure },
    },
    handler: async (request) => {
      const record = await findCall(parts, request)
      const costs = presentCosts(await costsIn(parts.engine, record))
      return { ...presentCall(record, await hiddenFrom(parts, request)), costs }
    },
  })
}
