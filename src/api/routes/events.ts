/** Everything that happens, as server-sent events: resumable at any position by `Last-Event-ID` or `after`. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { eventFeed } from '../feed.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { presentEvent } from '../present.ts'
import { failure } from '../schemas.ts'

/** A comment line this often keeps proxies from closing a quiet stream, ms. */
const heartbeat = 15_000
/** What a slow reader may leave unread, bytes; then it is cut off and resumes where it was. */
const mostUnread = 4_194_304

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
      const header = Number(request.headers['last-event-id'])
      const resume = request.query.after ?? (Number.isSafeInteger(header) && header > 0 ? header : undefined)
      reply.hijack()
      const { raw } = reply
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      raw.write(': open\n\n')
      const feed = eventFeed(
        engine,
        {
          organization,
          ...(request.query.call ? { call: request.query.call } : {}),
          ...(resume === undefined ? {} : { after: resume }),
        },
        (entry) => {
          raw.write(
            `id: ${entry.position}\nevent: ${entry.event.type}\ndata: ${JSON.stringify(presentEvent(entry))}\n\n`,
          )
          if (raw.writableLength > mostUnread) raw.destroy()
        },
      )
      const beat = (): void => {
        raw.write(': still here\n\n')
        timer = engine.clock.timer(heartbeat, beat)
      }
      let timer = engine.clock.timer(heartbeat, beat)
      const stop = (): void => {
        timer.cancel()
        feed[Symbol.dispose]()
      }
      raw.on('close', stop)
      engine.scope.defer(() => raw.end())
    },
  })
}
