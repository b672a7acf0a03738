/** Outgoing webhooks: who is told what, and how the deliveries went. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { OffhookError } from '../../spec/errors.ts'
import type { Delivery, Subscription } from '../../store/contract.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { presentDelivery, presentPage, presentSubscription } from '../present.ts'
import { delivery, failure, identified, newSubscription, page, paging, subscription } from '../schemas.ts'
import { openStream } from '../stream.ts'
import { deliveriesDue, deliveriesOf } from '../webhooks/spool.ts'
import type { Routes } from './routes.ts'

const tags = ['Events']

export async function webhookRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>()
  creatingRoute(routes, parts)
  listingRoute(routes, parts)
  changingRoutes(routes, parts)
  deliveryRoute(routes, parts)
  watchingRoute(routes, parts)
  resendRoute(routes, parts)
}

function creatingRoute(routes: Routes, parts: ApiParts): void {
  const { store, clock, ids } = parts.engine
  routes.post('/webhooks', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Be told of events; the signing secret is in this answer and never again',
      tags,
      body: newSubscription,
      response: { 201: subscription.extend({ secret: z.string() }), default: failure },
    },
    handler: async (request, reply) => {
      const secret = `whsec_${ids.token()}`
      const record: Subscription = {
        ...request.body,
        id: ids.id('sub'),
        organization: organizationOf(request),
        secret,
        createdAt: clock.now(),
      }
      await store.subscriptions.create(record)
      return reply.status(201).send({ ...presentSubscription(record), secret })
    },
  })
}

function listingRoute(routes: Routes, parts: ApiParts): void {
  const { store } = parts.engine
  routes.get('/webhooks', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'List webhooks',
      tags,
      querystring: paging,
      response: { 200: page(subscription), default: failure },
    },
    handler: async (request) =>
      presentPage(await store.subscriptions.list(organizationOf(request), request.query), presentSubscription),
  })
}

function changingRoutes(routes: Routes, parts: ApiParts): void {
  const { store } = parts.engine
  routes.put('/webhooks/:id', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Change a webhook',
      tags,
      params: identified,
      body: newSubscription,
      response: { 200: subscription, default: failure },
    },
    handler: async (request) => {
      const before = await findSubscription(parts, organizationOf(request), request.params.id)
      const after = { ...before, ...request.body }
      await store.subscriptions.update(after)
      return presentSubscription(after)
    },
  })
  routes.delete('/webhooks/:id', {
    config: { scope: 'config:write' },
    schema: { summary: 'Remove a webhook', tags, params: identified, response: { 204: z.null(), default: failure } },
    handler: async (request, reply) => {
      const { organization, id } = await findSubscription(parts, organizationOf(request), request.params.id)
      await store.subscriptions.remove(organization, id)
      return reply.status(204).send(null)
    },
  })
}

function deliveryRoute(routes: Routes, parts: ApiParts): void {
  routes.get('/webhooks/:id/deliveries', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'How deliveries went, newest first',
      tags,
      params: identified,
      querystring: paging,
      response: { 200: page(delivery), default: failure },
    },
    handler: async (request) => {
      const { organization, id } = await findSubscription(parts, organizationOf(request), request.params.id)
      return presentPage(await parts.engine.store.deliveries.list(organization, id, request.query), presentDelivery)
    },
  })
}

function watchingRoute(routes: Routes, parts: ApiParts): void {
  const { store, coordination, logger } = parts.engine
  routes.get('/webhooks/:id/deliveries/live', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'Deliveries as they are made and tried, from now on (text/event-stream: `delivery`)',
      tags,
      params: identified,
      response: { 200: delivery.describe('What `delivery` says'), default: failure },
    },
    handler: async (request, reply) => {
      const { organization, id } = await findSubscription(parts, organizationOf(request), request.params.id)
      const stream = openStream(parts.engine, request, reply)
      const show = async (changed: string): Promise<void> => {
        const found = await store.deliveries.get(organization, id, changed)
        if (found) stream.send({ event: 'delivery', data: presentDelivery(found) })
      }
      const watch = await coordination.subscribe(deliveriesOf(id), (changed) => {
        show(changed).catch((error: unknown) => logger.warn('a delivery could not be shown', { error }))
      })
      const stop = (): void => void watch[Symbol.asyncDispose]()
      if (stream.signal.aborted) stop()
      else stream.signal.addEventListener('abort', stop)
    },
  })
}

function resendRoute(routes: Routes, parts: ApiParts): void {
  const { store, clock, coordination } = parts.engine
  routes.post('/webhooks/:id/deliveries/:delivery/resend', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Send a delivery again, now, and as often as a new one',
      tags,
      params: z.object({ id: z.string(), delivery: z.string() }),
      response: { 202: delivery, default: failure },
    },
    handler: async (request, reply) => {
      const { organization, id, enabled, url } = await findSubscription(
        parts,
        organizationOf(request),
        request.params.id,
      )
      if (!enabled) throw new OffhookError('conflict', `The webhook to ${url} is switched off: switch it on first`)
      const found = await store.deliveries.get(organization, id, request.params.delivery)
      if (!found) throw new OffhookError('not-found', `There is no delivery "${request.params.delivery}"`)
      const again: Delivery = { ...found, attempts: 0, status: 'waiting', nextAt: clock.now() }
      await store.deliveries.settle(again)
      await coordination.publish(deliveriesOf(id), again.id)
      await coordination.publish(deliveriesDue, id)
      return reply.status(202).send(presentDelivery(again))
    },
  })
}

async function findSubscription(parts: ApiParts, organization: string, id: string): Promise<Subscription> {
  const record = await parts.engine.store.subscriptions.get(organization, id)
  if (record) return record
  throw new OffhookError('not-found', `There is no webhook "${id}"`)
}
