/** Serves what is mounted under a prefix (the simulated carriers) with raw bodies. */
import type { FastifyInstance } from 'fastify'
import type { Mount } from './parts.ts'

export async function mountRoutes(app: FastifyInstance, { mount }: { readonly mount: Mount }): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: `${mount.prefix}*`,
    schema: { hide: true },
    handler: async (request, reply) => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(', ') : (value ?? ''),
        ]),
      )
      const path = `/${(request.raw.url ?? '').slice(mount.prefix.length)}`
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const answer = await mount.handle({ method: request.method, path, headers, body })
      const sent = typeof answer.body === 'string' ? answer.body : Buffer.from(answer.body)
      return reply
        .status(answer.status)
        .headers({ ...answer.headers })
        .send(sent)
    },
  })
}
