/** What is known of one call: events, transcript, measurements. */
import { z } from 'zod'
import type { ApiParts } from '../parts.ts'
import { presentEvent, presentMessage, presentMetric } from '../present.ts'
import { hiddenFrom } from '../privacy.ts'
import { event, failure, identified, message, metric, newMetric } from '../schemas.ts'
import { findCall } from './call.ts'
import { carrierRecordingRoute } from './carrier-recording.ts'
import type { Routes } from './routes.ts'

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) })
const tags = ['Calls']

export function detailRoutes(routes: Routes, parts: ApiParts): void {
  historyRoutes(routes, parts)
  measurementRoutes(routes, parts)
  carrierRecordingRoute(routes, parts)
}

function historyRoutes(routes: Routes, parts: ApiParts): void {
  const { store } = parts.engine
  routes.get('/calls/:id/events', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'What happened, in order',
      tags,
      params: identified,
      response: { 200: listOf(event), default: failure },
    },
    handler: async (request) => {
      const { organization, id } = await findCall(parts, request)
      const hidden = await hiddenFrom(parts, request)
      return { items: (await store.journal.read(organization, id)).map((entry) => presentEvent(entry, hidden)) }
    },
  })
  routes.get('/calls/:id/messages', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'The transcript',
      tags,
      params: identified,
      response: { 200: listOf(message), default: failure },
    },
    handler: async (request) => {
      const { organization, id } = await findCall(parts, request)
      const hidden = await hiddenFrom(parts, request)
      return { items: (await store.messages.list(organization, id)).map((one) => presentMessage(one, hidden)) }
    },
  })
}

function measurementRoutes(routes: Routes, parts: ApiParts): void {
  const { clock, store } = parts.engine
  routes.get('/calls/:id/metrics', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'Measurements: ours and your own',
      tags,
      params: identified,
      response: { 200: listOf(metric), default: failure },
    },
    handler: async (request) => {
      const { organization, id } = await findCall(parts, request)
      return { items: (await store.metrics.list(organization, id)).map(presentMetric) }
    },
  })
  routes.post('/calls/:id/metrics', {
    config: { scope: 'calls:write' },
    schema: {
      summary: 'Add your own measurements',
      tags,
      params: identified,
      body: z.strictObject({ items: z.array(newMetric).min(1).max(100) }),
      response: { 204: z.null(), default: failure },
    },
    handler: async (request, reply) => {
      const { organization, id } = await findCall(parts, request)
      const at = clock.now()
      await store.metrics.add(
        organization,
        request.body.items.map((item) => ({ ...item, call: id, source: 'user', at })),
      )
      return reply.status(204).send(null)
    },
  })
}
