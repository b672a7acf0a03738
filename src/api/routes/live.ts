/** What runs at this moment, as server-sent events: levels of both sides five times a second, and new messages on a call's wire. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { watchEveryLevel } from '../../calls/levels-shared.ts'
import { wireChannel } from '../../calls/wire.ts'
import { OffhookError } from '../../spec/errors.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { presentWire } from '../present.ts'
import { hiddenFrom } from '../privacy.ts'
import { failure } from '../schemas.ts'
import { levels } from '../schemas/live.ts'
import { openStream, type EventStream } from '../stream.ts'
import { lastRead } from './events.ts'

export async function liveRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const { engine } = parts
  app.withTypeProvider<ZodTypeProvider>().route({
    method: 'GET',
    url: '/live',
    config: { scope: 'calls:read' },
    schema: {
      summary: 'Levels of running calls (text/event-stream: `levels`), and with ?call= its wire (`wire`)',
      tags: ['Events'],
      querystring: z.object({
        call: z.string().optional().describe('Only this call, and its wire'),
        after: z.coerce.number().int().min(0).optional().describe('Wire message to resume after; default: from now on'),
      }),
      response: { 200: levels.describe('What `levels` says; `wire` says a WireMessage'), default: failure },
    },
    handler: async (request, reply) => {
      const organization = organizationOf(request)
      const { call } = request.query
      if (call !== undefined && !(await engine.store.calls.get(organization, call)))
        throw new OffhookError('call.unknown', `There is no call "${call}"`)
      const hidden = await hiddenFrom(parts, request)
      const stream = openStream(engine, request, reply)
      const only = call === undefined ? {} : { call }
      const watch = watchEveryLevel(engine, { organization, ...only }, (calls) =>
        stream.send({ event: 'levels', data: { calls } }),
      )
      stream.signal.addEventListener('abort', () => watch[Symbol.dispose]())
      if (call !== undefined) {
        const after = lastRead(request) ?? request.query.after
        await sendWire(parts, stream, { organization, call, after }, (message) => presentWire(message, hidden))
      }
    },
  })
}

interface Wanted {
  readonly organization: string
  readonly call: string
  readonly after: number | undefined
}

/** From `after` on (else from now on), as the store gets them. */
async function sendWire(
  { engine }: ApiParts,
  stream: EventStream,
  { organization, call, after }: Wanted,
  present: (message: Parameters<typeof presentWire>[0]) => unknown,
): Promise<void> {
  const { store, coordination, logger } = engine
  let position = after ?? (await store.wire.list(organization, call)).at(-1)?.id ?? 0
  let reading: Promise<void> = Promise.resolve()
  const read = async (): Promise<void> => {
    for (const message of await store.wire.list(organization, call, position)) {
      position = message.id
      stream.send({ event: 'wire', id: message.id, data: present(message) })
    }
  }
  const readNext = (): void => {
    reading = reading.then(read).catch((error: unknown) => logger.warn('the wire could not be read', { call, error }))
  }
  const subscription = await coordination.subscribe(wireChannel(call), readNext)
  readNext()
  const stop = (): void => void subscription[Symbol.asyncDispose]()
  if (stream.signal.aborted) stop()
  else stream.signal.addEventListener('abort', stop)
}
