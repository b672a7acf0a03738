/** Calls: placed and listed; their details and their control are added beside. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { dial } from '../../calls/outbound.ts'
import type { CallFilter } from '../../store/contract.ts'
import { address } from '../address.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { presentCall, presentPage } from '../present.ts'
import { call, failure, identified, newCall, page, paging, status } from '../schemas.ts'
import { controlRoutes } from './call-control.ts'
import { detailRoutes } from './call-details.ts'
import { findCall } from './call.ts'
import type { Routes } from './routes.ts'

const filters = paging.extend({
  status: status.optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  agent: z.string().optional(),
  connection: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  since: z.coerce.number().int().optional().describe('ms since 1970'),
  until: z.coerce.number().int().optional().describe('ms since 1970'),
})

const tags = ['Calls']

export async function callRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>()
  placingRoute(routes, parts)
  readingRoutes(routes, parts)
  detailRoutes(routes, parts)
  controlRoutes(routes, parts)
}

function placingRoute(routes: Routes, { engine }: ApiParts): void {
  routes.post('/calls', {
    config: { scope: 'calls:write' },
    schema: {
      summary: 'Place a call; answered at once, dialled right after',
      tags,
      body: newCall,
      response: { 202: call, default: failure },
    },
    handler: async (request, reply) => {
      const to = address(request.body.to, 'to')
      const from = request.body.from === undefined ? {} : { from: address(request.body.from, 'from') }
      const record = await dial(engine, organizationOf(request), { ...request.body, to, ...from })
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
    handler: async (request) =>
      presentPage(await store.calls.list(organizationOf(request), request.query satisfies CallFilter), presentCall),
  })
  routes.get('/calls/:id', {
    config: { scope: 'calls:read' },
    schema: { summary: 'One call', tags, params: identified, response: { 200: call, default: failure } },
    handler: async (request) => presentCall(await findCall(parts, request)),
  })
}
