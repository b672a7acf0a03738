/** The signalling of lines that listen (browsers): their routes beside the API, with CORS, a body limit and whoever asks. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { OffhookError } from '../spec/errors.ts'
import type { Listener, ListenerHttp, Principal } from '../spec/listen.ts'
import { authenticate, principalIn } from './auth.ts'
import { grantOf } from './grants.ts'
import type { ApiParts } from './parts.ts'

/** How long browsers may remember a preflight's answer, seconds. */
const preflightLife = 600

export async function listenerRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  for (const listener of parts.engine.listeners.values())
    await app.register(async (scoped) => serveListener(scoped, parts, listener))
}

async function serveListener(app: FastifyInstance, parts: ApiParts, { http }: Listener): Promise<void> {
  if (!http) return
  await app.register(rateLimit, {
    max: parts.rateLimit,
    timeWindow: 60_000,
    hook: 'preHandler',
    errorResponseBuilder: (_, context) =>
      new OffhookError('request.rate-limited', `More than ${context.max} requests in a minute: wait ${context.after}`),
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: http.largestBody }, (_, body, done) => done(null, body))
  app.addHook('onRequest', (request, reply) => crossOrigin(parts, http, request, reply))
  for (const { method, path } of http.routes)
    app.route<{ Params: Record<string, string> }>({
      method,
      url: path,
      schema: { hide: true },
      config: { scope: 'calls:write' },
      handler: (request, reply) => answer(parts, http, request, reply),
    })
  for (const path of new Set(http.routes.map((route) => route.path)))
    app.options(path, { schema: { hide: true } }, (request, reply) => preflight(http, request, reply))
}

/** Pages of our own origin may, and those that the line allows; any other page is refused before anything runs. */
async function crossOrigin(
  { engine }: ApiParts,
  http: ListenerHttp,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { origin } = request.headers
  void reply.header('vary', 'origin')
  if (origin === undefined || sameOrigin(request, engine.publicUrl(), origin)) return
  if (!(await http.allows(origin)))
    throw new OffhookError(
      'auth.forbidden',
      `Pages of ${origin.slice(0, 100)} may not call here: list the origin in the connection's settings`,
    )
  void reply.header('access-control-allow-origin', origin)
}

/** Where we are reached, as configured, or as the request itself says. */
function sameOrigin(request: FastifyRequest, publicUrl: URL, origin: string): boolean {
  return origin === publicUrl.origin || origin === `${request.protocol}://${request.host}`
}

async function preflight(http: ListenerHttp, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const path = request.routeOptions.url
  const methods = http.routes.filter((route) => route.path === path).map(({ method }) => method)
  return reply
    .status(204)
    .header('access-control-allow-methods', [...methods, 'OPTIONS'].join(', '))
    .header('access-control-allow-headers', 'authorization, content-type')
    .header('access-control-max-age', String(preflightLife))
    .send()
}

async function answer(
  parts: ApiParts,
  http: ListenerHttp,
  request: FastifyRequest<{ Params: Record<string, string> }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { status, headers, body } = await http.handle({
    method: request.method,
    route: request.routeOptions.url ?? '',
    params: request.params,
    query: new URL(request.raw.url ?? '/', 'http://host').searchParams,
    origin: request.headers.origin,
    address: request.ip,
    json: jsonOf(request.body),
    principal: () => principalOf(parts, request),
  })
  return reply
    .status(status)
    .headers({ ...headers })
    .send(body)
}

function jsonOf(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** A one-shot grant, else a key or whatever else the API knows people by. */
async function principalOf(parts: ApiParts, request: FastifyRequest): Promise<Principal> {
  const grant = await grantOf(parts.engine, request.headers.authorization)
  if (grant) return grant
  await authenticate(parts.engine, request)
  const { kind, id, organization } = principalIn(request)
  return { organization, name: `${kind} ${id}` }
}
