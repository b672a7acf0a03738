/** Carriers' webhooks over HTTP: the raw request as a value, the engine's reply as the response. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { receiveWebhook } from '../calls/webhooks.ts'
import type { InboundRequest } from '../spec/http.ts'
import type { ApiParts } from './parts.ts'

/** No carrier sends more than a few kB, bytes. */
const largestWebhook = 262_144

export async function carrierRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: largestWebhook }, (_, body, done) => done(null, body))
  app.route<{ Params: { carrier: string; '*': string } }>({
    method: ['GET', 'POST'],
    url: '/carriers/:carrier/*',
    schema: { hide: true },
    handler: (request, reply) => answer(parts, request, reply),
  })
}

/** Connection ids carry their prefix, so that `/carriers/twilio/voice` (shared) and `/carriers/twilio/con_…/voice` differ. */
const connectionId = /^con_[0-9a-z]+$/

async function answer(
  parts: ApiParts,
  request: FastifyRequest<{ Params: { carrier: string; '*': string } }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const path = request.params['*'].split('/').filter(Boolean)
  const connection = path[0] !== undefined && connectionId.test(path[0]) ? path[0] : undefined
  const segments = connection === undefined ? path : path.slice(1)
  const inbound = inboundRequest(request, segments, parts.engine.publicUrl())
  const outcome = await receiveWebhook(parts.engine, request.params.carrier, connection, inbound)
  return reply
    .status(outcome.status)
    .headers({ ...outcome.headers })
    .send(outcome.body)
}

function inboundRequest(request: FastifyRequest, segments: readonly string[], publicUrl: URL): InboundRequest {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const url = new URL(request.raw.url ?? '/', 'http://host')
  const headers = flatten(request.headers)
  const text = body.toString('utf8')
  const type = headers['content-type'] ?? ''
  const form = new URLSearchParams(request.method === 'GET' ? url.search : type.includes('urlencoded') ? text : '')
  return {
    method: request.method,
    purpose: segments.join('/'),
    segments,
    urls: publicUrls(request, publicUrl),
    query: url.searchParams,
    headers,
    body,
    form,
    json: type.includes('json') ? parse(text) : undefined,
    address: request.ip,
  }
}

/**
 * What the carrier may have asked for, most likely first: the configured public URL, then what trusted proxies say.
 * (fastify's host and protocol are those of X-Forwarded-* only when the peer is trusted.)
 */
function publicUrls(request: FastifyRequest, publicUrl: URL): readonly string[] {
  const path = request.raw.url ?? '/'
  const configured = publicUrl.origin + publicUrl.pathname.replace(/\/$/, '') + path
  const seen = `${request.protocol}://${request.host}${path}`
  return [...new Set([configured, seen])]
}

function flatten(headers: FastifyRequest['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
