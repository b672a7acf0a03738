/** The carrier's own recording, fetched with the connection's credentials and passed on as it comes. */
import { Readable } from 'node:stream'
import { z } from 'zod'
import { nowOf, runOperation } from '../../calls/operation.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { CallRecord } from '../../store/contract.ts'
import type { ApiParts } from '../parts.ts'
import { requireShown } from '../privacy.ts'
import { failure, identified } from '../schemas.ts'
import { findCall } from './call.ts'
import type { Routes } from './routes.ts'

export function carrierRecordingRoute(routes: Routes, parts: ApiParts): void {
  routes.get('/calls/:id/recording/carrier', {
    config: { scope: 'calls:read' },
    schema: {
      summary: "The carrier's own recording, the latest that is complete",
      tags: ['Calls'],
      params: identified,
      response: { 200: z.unknown().describe('audio/wav'), default: failure },
    },
    handler: async (request, reply) => {
      const record = await findCall(parts, request)
      await requireShown(parts, request, 'recordings')
      if (record.redactedAt !== undefined) throw new OffhookError('not-found', `Call ${record.id} was redacted`)
      const answer = await fetchRecording(parts, record, await latest(parts, record), request.signal)
      const length = answer.headers['content-length']
      if (length !== undefined) void reply.header('content-length', length)
      return reply.type(answer.headers['content-type'] ?? 'audio/wav').send(Readable.from(answer.body))
    },
  })
}

async function latest(parts: ApiParts, { organization, id }: CallRecord): Promise<string> {
  const entries = await parts.engine.store.journal.read(organization, id)
  const done = entries.findLast(
    ({ event }) => event.type === 'recording.changed' && event.source === 'carrier' && event.status === 'completed',
  )
  if (done?.event.type === 'recording.changed') return done.event.recording
  throw new OffhookError(
    'not-found',
    `The carrier has no finished recording of call ${id}: start one with POST /v1/calls/${id}/record`,
  )
}

async function fetchRecording(parts: ApiParts, record: CallRecord, recording: string, signal: AbortSignal) {
  const { engine } = parts
  const carrier = engine.carrier(record.carrier)
  if (!carrier.recordings) throw new OffhookError('command.unsupported', `${carrier.label} hands out no recordings`)
  const connection = await engine.connection(record.connection)
  const config = carrier.settings.parse(connection.settings)
  const place = carrier.recordings.fetch(recording, record, config, nowOf(engine))
  const from = 'url' in place ? place : await runOperation(place, parts.request, signal)
  const answer = await parts.stream({ method: 'GET', ...from, timeout: 30_000, signal })
  if (answer.status === 200) return answer
  throw new OffhookError('carrier.failed', `${carrier.label} answered ${answer.status} for recording ${recording}`)
}
