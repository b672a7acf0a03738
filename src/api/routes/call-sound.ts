/** The sound of a call: its recording, the picture of it, and the call itself while it runs. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { listenIn } from '../../calls/listen-in.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { CallRecord } from '../../store/contract.ts'
import type { ApiParts } from '../parts.ts'
import { peaksOf } from '../peaks.ts'
import { requireShown } from '../privacy.ts'
import { spanOf } from '../range.ts'
import { failure, identified } from '../schemas.ts'
import { peaks } from '../schemas/live.ts'
import { watchReader } from '../stream.ts'
import { findCall } from './call.ts'
import type { Routes } from './routes.ts'

const tags = ['Calls']
/** What a listener may leave unread, ms of sound; then it is cut off. */
const mostUnread = 5_000

export function soundRoutes(routes: Routes, parts: ApiParts): void {
  recordingRoute(routes, parts)
  peaksRoute(routes, parts)
  listenRoute(routes, parts)
}

function recordingRoute(routes: Routes, parts: ApiParts): void {
  routes.get('/calls/:id/recording', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'Our recording: WAV, the caller left, what they heard right; parts of it by Range',
      tags,
      params: identified,
      response: { 200: z.unknown().describe('audio/wav'), default: failure },
    },
    handler: async (request, reply) => {
      const record = await findCall(parts, request)
      const file = await recordingOf(parts, request, record)
      const part = spanOf(request.headers.range, file.size)
      void reply.header('accept-ranges', 'bytes')
      if (part === 'beyond') return reply.status(416).header('content-range', `bytes */${file.size}`).send()
      if (part) void reply.status(206).header('content-range', `bytes ${part.start}-${part.end}/${file.size}`)
      return reply
        .type('audio/wav')
        .header('content-length', part ? part.end - part.start + 1 : file.size)
        .header('content-disposition', `attachment; filename="${record.id}.wav"`)
        .send(file.open(part))
    },
  })
}

function peaksRoute(routes: Routes, parts: ApiParts): void {
  routes.get('/calls/:id/recording/peaks', {
    config: { scope: 'calls:read' },
    schema: {
      summary: 'The picture of our recording',
      tags,
      params: identified,
      querystring: z.object({ points: z.coerce.number().int().min(1).max(10_000).default(800) }),
      response: { 200: peaks, default: failure },
    },
    handler: async (request) => {
      const record = await findCall(parts, request)
      const file = await recordingOf(parts, request, record)
      const { durationMs, left, right } = await peaksOf({ size: file.size, stream: file.open() }, request.query.points)
      return {
        durationMs,
        channels: [
          { name: 'caller' as const, peaks: [...left] },
          { name: 'agent' as const, peaks: [...right] },
        ],
      }
    },
  })
}

async function recordingOf(parts: ApiParts, request: FastifyRequest, record: CallRecord) {
  await requireShown(parts, request, 'recordings')
  const file = record.recording === undefined ? undefined : await parts.readRecording(record.recording)
  if (file) return file
  throw new OffhookError('not-found', `Call ${record.id} has no recording: place it with "record": true`)
}

function listenRoute(routes: Routes, parts: ApiParts): void {
  routes.get('/calls/:id/listen', {
    config: { scope: 'calls:read' },
    schema: {
      summary:
        'Both sides of a running call as they speak: s16le stereo, the caller left; the rate is in x-sample-rate',
      tags,
      params: identified,
      response: { 200: z.unknown().describe('audio/x-s16le'), default: failure },
    },
    handler: async (request, reply) => {
      const record = await findCall(parts, request)
      await requireShown(parts, request, 'recordings')
      await listen(parts, request, reply, record)
    },
  })
}

async function listen(
  { engine }: ApiParts,
  request: FastifyRequest,
  reply: FastifyReply,
  record: CallRecord,
): Promise<void> {
  const live = engine.live.get(record.id)
  if (!live || live.running.ended)
    throw new OffhookError('call.state', `Call ${record.id} does not run here: there is nothing to hear`)
  const gone = new AbortController()
  const { raw } = reply
  raw.on('close', () => gone.abort())
  let most = 0
  const heard = await listenIn(
    engine,
    live,
    (piece) => {
      raw.write(piece)
      if (raw.writableLength <= most) return
      engine.logger.warn('a listener was too slow and is cut off', { call: record.id })
      raw.destroy()
    },
    gone.signal,
  )
  if (!heard) throw new OffhookError('call.state', `Call ${record.id} ended before there was anything to hear`)
  most = (heard.rate * 4 * mostUnread) / 1_000
  reply.hijack()
  raw.writeHead(200, {
    'content-type': `audio/x-s16le; rate=${heard.rate}; channels=2`,
    'x-sample-rate': heard.rate,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  raw.flushHeaders()
  watchReader(engine, request, { signal: gone.signal, beat: () => undefined, end: () => raw.end() })
  const scope = engine.scope.child('listener')
  scope.defer(() => raw.end())
  gone.signal.addEventListener('abort', () => void scope.close())
  heard.over.then(
    () => raw.end(),
    (error: unknown) => raw.destroy(error instanceof Error ? error : new Error(String(error))),
  )
}
