/** Everything that happens, as server-sent events: resumable at any position by `Last-Event-ID` or `after`. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { eventFeed } from '../feed.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { presentEvent } from '../present.ts'
import { hiddenFrom } from '../privacy.ts'
import { failure } from '../schemas.ts'
import { openStream } from '../stream.ts'

export async function eventRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const { engine } = parts
  app.withTypeProvider<ZodTypeProvider>().route({
    method: 'GET',
    url: '/events',
    config: { scope: 'calls:read' },
    schema: {
      summary: 'Live events (text/event-stream); resume with Last-Event-ID or ?after=',
      tags: ['Events'],
      querystring: z.object({
        after: z.coerce.number().int().min(0).optional().describe('Position to resume after; default: from now on'),
        call: z.string().optional().describe('Only this call'),
      }),
      response: { default: failure },
    },
    handler: async (request, reply) => {
      const organization = organizationOf(request)
      const hidden = await hiddenFrom(parts, request)
      // "Now" is known before the reader hears that the stream is open: other processes' events may arrive before older ones.
      const after = lastRead(request) ?? request.query.after ?? (await engine.store.journal.newest())
      const stream = openStream(engine, request, reply)
      const feed = eventFeed(
        engine,
        {
          organization,
          after,
          ...(request.query.call ? { call: request.query.call } : {}),
        },
        (entry) => stream.send({ id: entry.position, event: entry.event.type, data: presentEvent(entry, hidden) }),
      )
      stream.signal.addEventListener('abort', () => feed[Symbol.dispose]())
    },
  })
}

/** Where a reader that comes back was; what it says then counts more than the address it came by first. */
export function lastRead(request: FastifyRequest): number | undefined {
  const header = Number(request.headers['last-event-id'])
  return Number.isSafeInteger(header) && header > 0 ? header : undefined
}
