/** What is known of one call: events, transcript, measurements, recording. */
import { z } from 'zod'
import { OffhookError } from '../../spec/errors.ts'
import type { ApiParts } from '../parts.ts'
import { presentEvent, presentMessage, presentMetric } from '../present.ts'
import { event, failure, identified, message, metric, newMetric } from '../schemas.ts'
import { findCall } from './call.ts'
import { carrierRecordingRoute } from './carrier-recording.ts'
import type { Routes } from './routes.ts'

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) })
const tags = ['Calls']

export function detailRoutes(routes: Routes, parts: ApiParts): void {
  historyRoutes(routes, parts)
  measurementRoutes(routes, parts)
  recordingRoute(routes, parts)
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
      return { items: (await store.journal.read(organization, id)).map(presentEvent) }
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
      return { items: (await store.messages.list(organization, id)).map(presentMessage) }
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

function recordingRoute(routes: Routes, parts: ApiParts): void {
  routes.get('/calls/:id/recording', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'Our recording: WAV, the caller left, what they heard right',
      tags,
      params: identified,
      response: { 200: z.unknown().describe('audio/wav'), default: failure },
    },
    handler: async (request, reply) => {
      const record = await findCall(parts, request)
      const file = record.recording === undefined ? undefined : await parts.readRecording(record.recording)
      if (!file) throw new OffhookError('not-found', `Call ${record.id} has no recording: place it with "record": true`)
      return reply
        .type('audio/wav')
        .header('content-length', file.size)
        .header('content-disposition', `attachment; filename="${record.id}.wav"`)
        .send(file.stream)
    },
  })
}
