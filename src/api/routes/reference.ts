/** The API described: OpenAPI 3.1 for machines, a page to read and try for people. */
import reference from '@scalar/fastify-api-reference'
import type { FastifyInstance } from 'fastify'

export async function readablePage(app: FastifyInstance): Promise<void> {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  // The page and its script come from this server; nothing is loaded from elsewhere.
  await app.register(reference, {
    routePrefix: '/docs',
    configuration: { url: '/openapi.json', withDefaultFonts: false, hideClientButton: true, telemetry: false },
  })
}
