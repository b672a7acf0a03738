/** The simulated phone: somebody calls through a simulated carrier, and does what they are told. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { OffhookError } from '../../spec/errors.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts, Simulations } from '../parts.ts'
import { failure } from '../schemas.ts'
import { act, newSimulation, simulation, simulator } from '../schemas/live.ts'
import type { Routes } from './routes.ts'

const tags = ['Simulators']
/** Sound travels as base64, bytes. */
const largestScript = 16_777_216

export async function simulatorRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>()
  routes.get('/simulators', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'Simulated carriers: their numbers, and what can be made to go wrong',
      tags,
      response: { 200: z.object({ items: z.array(simulator) }), default: failure },
    },
    handler: async (request) => ({ items: [...(await simulationsOf(parts).list(organizationOf(request)))] }),
  })
  callingRoute(routes, parts)
  actingRoute(routes, parts)
}

function callingRoute(routes: Routes, parts: ApiParts): void {
  routes.post('/simulators/:carrier/calls', {
    config: { scope: 'calls:write' },
    bodyLimit: largestScript,
    schema: {
      summary: 'Somebody calls through a simulated carrier',
      tags,
      params: z.object({ carrier: z.string() }),
      body: newSimulation,
      response: { 202: simulation, default: failure },
    },
    handler: async (request, reply) => {
      const order = { ...request.body, carrier: request.params.carrier, organization: organizationOf(request) }
      return reply.status(202).send(await simulationsOf(parts).call(order))
    },
  })
}

function actingRoute(routes: Routes, parts: ApiParts): void {
  routes.post('/simulators/calls/:simulation/acts', {
    config: { scope: 'calls:write' },
    bodyLimit: largestScript,
    schema: {
      summary: 'More of what a simulated caller does, after what was asked before',
      tags,
      params: z.object({ simulation: z.string() }),
      body: z.strictObject({ script: z.array(act).min(1).max(100) }),
      response: {
        202: z.object({ waiting: z.number().int().describe('Acts that are still to come') }),
        default: failure,
      },
    },
    handler: async (request, reply) => {
      const { simulation } = request.params
      const waiting = await simulationsOf(parts).act(organizationOf(request), simulation, request.body.script)
      return reply.status(202).send({ waiting })
    },
  })
}

function simulationsOf({ simulations }: ApiParts): Simulations {
  if (simulations) return simulations
  throw new OffhookError(
    'not-found',
    'Simulated carriers are switched off here: set OFFHOOK_SIMULATORS=on (they are off where OFFHOOK_PUBLIC_URL is set)',
  )
}
