/** For machines that watch: alive, ready, and Prometheus figures. */
import type { FastifyInstance } from 'fastify'
import type { ApiParts } from '../parts.ts'

export async function healthRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  app.get('/health', { schema: { hide: true } }, async () => ({ ok: true }))
  app.get('/ready', { schema: { hide: true } }, async (_, reply) => {
    try {
      await parts.ready()
      return { ok: true }
    } catch (error) {
      return reply.status(503).send({ ok: false, why: error instanceof Error ? error.message : String(error) })
    }
  })
  app.get('/metrics', { schema: { hide: true } }, async (_, reply) =>
    reply.type(parts.registry.contentType).send(await parts.registry.metrics()),
  )
}
