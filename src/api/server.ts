/** The HTTP server: the API, carriers' webhooks, media sockets, and what is mounted beside them, on one port. */
import type { AddressInfo } from 'node:net'
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import swagger, { type SwaggerOptions } from '@fastify/swagger'
import fastify, { type FastifyInstance } from 'fastify'
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod'
import type { Logger } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import { OffhookError } from '../spec/errors.ts'
import { authenticate } from './auth.ts'
import { carrierRoutes } from './carriers.ts'
import { consoleRoutes } from './console.ts'
import { answerFailure } from './failures.ts'
import { listenerRoutes } from './listeners.ts'
import { acceptMedia } from './media.ts'
import { mountRoutes } from './mounts.ts'
import type { ApiParts } from './parts.ts'
import { agentRoutes } from './routes/agents.ts'
import { callRoutes } from './routes/calls.ts'
import { connectionRoutes } from './routes/connections.ts'
import { lineRoutes } from './routes/lines.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { grantRoutes } from './routes/grants.ts'
import { houseRoutes } from './routes/house.ts'
import { keyRoutes } from './routes/keys.ts'
import { liveRoutes } from './routes/live.ts'
import { numberRoutes } from './routes/numbers.ts'
import { providerRoutes } from './routes/providers.ts'
import { readablePage } from './routes/reference.ts'
import { sessionRoutes } from './routes/session.ts'
import { simulatorRoutes } from './routes/simulators.ts'
import { streamRoutes } from './routes/streams.ts'
import { userRoutes } from './routes/users.ts'
import { webhookRoutes } from './routes/webhooks.ts'

/** Largest JSON body of the API, bytes. */
const largestBody = 1_048_576

export interface Listening {
  readonly host: string
  readonly port: number
}

export async function createServer(parts: ApiParts): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: undefined,
    logger: false,
    bodyLimit: largestBody,
    trustProxy: parts.trustedProxies.length > 0 ? [...parts.trustedProxies] : false,
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
    forceCloseConnections: true,
    requestTimeout: 30_000,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  answerFailures(app, parts.engine.logger)
  app.decorateRequest('principal', undefined)
  await app.register(cookie)
  await app.register(swagger, description)
  await app.register(carrierRoutes, parts)
  for (const mount of parts.mounts) await app.register(mountRoutes, { mount })
  await app.register(listenerRoutes, parts)
  await app.register(readablePage)
  await app.register(healthRoutes, parts)
  await app.register(async (api) => versionOne(api, parts))
  if (parts.consoleDir !== undefined) await app.register(consoleRoutes, { folder: parts.consoleDir })
  app.server.on('upgrade', acceptMedia(parts))
  return app
}

const description: SwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: { title: 'Offhook', version: '1', description: 'Phone lines for voice AI agents.' },
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    security: [{ key: [] }],
  },
  transform: jsonSchemaTransform,
  transformObject: jsonSchemaTransformObject,
}

function answerFailures(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => answerFailure(logger, error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const nothing = new OffhookError('not-found', `There is nothing at ${request.method} ${path}; see /docs`)
    return answerFailure(logger, nothing, request, reply)
  })
}

/** Everything under `/v1`: keyed and rate-limited. */
async function versionOne(api: FastifyInstance, parts: ApiParts): Promise<void> {
  await api.register(rateLimit, {
    max: parts.rateLimit,
    timeWindow: 60_000,
    hook: 'preHandler',
    keyGenerator: (request) => request.principal?.id ?? request.ip,
    errorResponseBuilder: (_, context) =>
      new OffhookError('request.rate-limited', `More than ${context.max} requests in a minute: wait ${context.after}`),
  })
  // Strangers are counted by address and only when they fail: nobody is locked out by a neighbour's wrong keys.
  const failures = api.createRateLimit({
    max: parts.rateLimit,
    timeWindow: 60_000,
    keyGenerator: (request) => `stranger ${request.ip}`,
  })
  api.addHook('onRequest', async (request) => {
    try {
      await authenticate(parts.engine, request)
    } catch (error) {
      const count = await failures(request)
      if (count.isAllowed || !count.isExceeded) throw error
      const message = `More than ${count.max} requests without a valid key in a minute: wait ${count.ttlInSeconds} s`
      throw new OffhookError('request.rate-limited', message, { cause: error })
    }
  })
  for (const routes of [
    providerRoutes,
    connectionRoutes,
    lineRoutes,
    numberRoutes,
    streamRoutes,
    agentRoutes,
    callRoutes,
    eventRoutes,
    webhookRoutes,
    keyRoutes,
    userRoutes,
    sessionRoutes,
    houseRoutes,
    liveRoutes,
    simulatorRoutes,
    grantRoutes,
  ])
    await api.register(routes, { ...parts, prefix: '/v1' })
}

/** Listens until the scope closes. Rejects with `environment.invalid` when the port is taken. */
export async function listen(app: FastifyInstance, at: Listening, scope: Scope): Promise<Listening> {
  try {
    await app.listen({ host: at.host, port: at.port })
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
        ? 'is in use: stop what uses it, or set PORT'
        : String(error)
    throw new OffhookError('environment.invalid', `Port ${at.port} on ${at.host} ${why}`, { cause: error })
  }
  scope.defer(() => app.close())
  const { port } = app.server.address() as AddressInfo // a TCP server has one while it listens
  return { host: at.host, port }
}
