/** How lines that listen stand (registrations, extensions, who was turned away), and what passed on the wire of their calls. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Engine } from '../../calls/engine.ts'
import type { Timer } from '../../lib/clock.ts'
import { OffhookError } from '../../spec/errors.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { requireShown } from '../privacy.ts'
import { failure, identified } from '../schemas.ts'
import { lineStanding } from '../schemas/lines.ts'
import { openStream } from '../stream.ts'
import { findCall } from './call.ts'
import type { Routes } from './routes.ts'

const standing = z.object({ items: z.array(lineStanding) })
/** Changes of a moment are told together, ms. */
const pace = 1_000

export async function lineRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>()
  standingRoute(routes, parts)
  liveRoute(routes, parts)
  captureRoute(routes, parts)
}

function standingRoute(routes: Routes, { engine }: ApiParts): void {
  routes.get('/lines', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'How lines stand that listen by themselves: registrations, extensions, who was turned away and why',
      description: 'Of the process that answers: each has registrations and refusals of its own.',
      tags: ['Configuration'],
      response: { 200: standing, default: failure },
    },
    handler: async (request) => ({ items: await standingOf(engine, organizationOf(request)) }),
  })
}

function liveRoute(routes: Routes, { engine }: ApiParts): void {
  routes.get('/lines/live', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'The same as it changes (text/event-stream: `lines`), at once and then at most once a second',
      tags: ['Configuration'],
      response: { 200: standing.describe('What `lines` says'), default: failure },
    },
    handler: async (request, reply) => {
      const organization = organizationOf(request)
      const stream = openStream(engine, request, reply)
      let waiting: Timer | undefined
      const tell = async (): Promise<void> => {
        waiting = undefined
        try {
          stream.send({ event: 'lines', data: { items: await standingOf(engine, organization) } })
        } catch (error) {
          engine.logger.warn('how lines stand could not be told', { error })
        }
      }
      const changed = (): void => {
        waiting ??= engine.clock.timer(pace, () => void tell())
      }
      const watches = [...engine.listeners.values()].map((listener) => listener.onStanding?.(changed))
      stream.signal.addEventListener('abort', () => {
        waiting?.cancel()
        for (const watch of watches) watch?.[Symbol.dispose]()
      })
      await tell()
    },
  })
}

async function standingOf({ listeners }: Engine, organization: string): Promise<z.input<typeof lineStanding>[]> {
  const standing = [...listeners.values()].map(async (listener) => listener.standing?.(organization) ?? [])
  return (await Promise.all(standing)).flat().map(({ registration, peer, ...rest }) => ({
    ...rest,
    extensions: rest.extensions.map((one) => ({ ...one, contacts: [...one.contacts] })),
    refused: [...rest.refused],
    registration: registration ?? null,
    peer: peer ?? null,
  }))
}

function captureRoute(routes: Routes, parts: ApiParts): void {
  const { engine } = parts
  routes.get('/calls/:id/capture', {
    config: { scope: 'calls:read' },
    schema: {
      summary:
        'What passed on the wire of a call, as a pcap file, where its line keeps that; until a while after its end',
      description:
        'Credentials and keys are removed. Sound is in it where the settings of its connection say so (`capture`).',
      tags: ['Calls'],
      params: identified,
      response: { 200: z.unknown().describe('application/vnd.tcpdump.pcap'), default: failure },
    },
    handler: async (request, reply) => {
      const record = await findCall(parts, request)
      for (const what of ['numbers', 'recordings'] as const) await requireShown(parts, request, what)
      if (record.redactedAt !== undefined) throw new OffhookError('not-found', `Call ${record.id} was redacted`)
      const file = await engine.listeners.get(record.carrier)?.capture?.(record.id)
      if (!file)
        throw new OffhookError(
          'not-found',
          `No packets of call ${record.id} are kept in this process: only some lines do, and not for long`,
        )
      return reply
        .type('application/vnd.tcpdump.pcap')
        .header('content-disposition', `attachment; filename="${record.id}.pcap"`)
        .send(Buffer.from(file))
    },
  })
}
