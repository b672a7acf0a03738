/** Stream addresses: where somebody's own markup or flow sends a call's media, so that the call begins with it. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { streamToken } from '../../calls/stream-token.ts'
import { OffhookError } from '../../spec/errors.ts'
import { linesOf } from '../../spec/lines.ts'
import type { Connection } from '../../store/contract.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { failure, identified } from '../schemas.ts'
import { turnOf } from '../set-up.ts'
import { findAgent } from './agents.ts'
import { carrierConnection } from './connections.ts'
import { findNumber } from './numbers.ts'
import type { Routes } from './routes.ts'

const tags = ['Configuration']

const newStreamAddress = z
  .strictObject({
    agent: z.string().min(1).optional().describe('Who answers'),
    number: z.string().min(1).optional().describe('A number of the connection, by its id: whoever answers it answers'),
    ttlSeconds: z.number().int().min(60).optional().describe('How long it is good. Default: until it is revoked'),
  })
  .refine(({ agent, number }) => (agent === undefined) !== (number === undefined), {
    message: 'Give either "agent" or "number": who answers?',
  })
  .meta({ id: 'NewStreamAddress' })

const streamAddress = z
  .object({
    address: z.string().describe('With the token in it, for carriers that hand back nothing else'),
    url: z.string().describe('Without it: give the token as a parameter, header or credential then'),
    token: z.string().describe('A secret, good for any number of calls of this connection'),
    expiresAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'StreamAddress' })

export async function streamRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>()
  makingRoute(routes, parts)
  revokingRoute(routes, parts)
}

function makingRoute(routes: Routes, parts: ApiParts): void {
  const { clock } = parts.engine
  routes.post('/connections/:id/stream-addresses', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Make an address to which your own markup or flow sends media streams',
      description:
        'For calls that somebody else answers: point `<Stream>`, an applet or a WebSocket action at `address`, or at `url` with `token` as the parameter "token". The stream begins the call; nothing is answered at the carrier.',
      tags,
      params: identified,
      body: newStreamAddress,
      response: { 201: streamAddress, default: failure },
    },
    handler: async (request, reply) => {
      const organization = organizationOf(request)
      const { spec, record } = await carrierConnection(parts, organization, request.params.id)
      if (!spec.stream || spec.listen)
        throw new OffhookError('command.unsupported', `${spec.label} sends no media streams to an address`)
      const { agent, number, ttlSeconds } = request.body
      if (agent !== undefined) await findAgent(parts, organization, agent)
      if (number !== undefined) await numberOf(parts, record, number)
      const until = ttlSeconds === undefined ? undefined : clock.now() + ttlSeconds * 1000
      const token = streamToken(await secretOf(parts, record), {
        connection: record.id,
        answers: agent ?? number ?? '',
        ...(until === undefined ? {} : { until }),
      })
      return reply.status(201).send({
        ...{ address: mediaUrl(parts, `media/${token}`), url: mediaUrl(parts, 'media'), token },
        ...(until === undefined ? {} : { expiresAt: new Date(until).toISOString() }),
      })
    },
  })
}

function revokingRoute(routes: Routes, parts: ApiParts): void {
  routes.delete('/connections/:id/stream-addresses', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Make all stream addresses of a connection void; calls that run go on',
      tags,
      params: identified,
      response: { 204: z.null(), default: failure },
    },
    handler: async (request, reply) => {
      const organization = organizationOf(request)
      await using _turn = await turnOf(parts, request.params.id)
      const { record } = await carrierConnection(parts, organization, request.params.id)
      const { streamSecret: _, ...settings } = record.settings
      await parts.engine.store.connections.update({ ...record, settings })
      return reply.status(204).send(null)
    },
  })
}

async function numberOf(parts: ApiParts, { id, organization, name }: Connection, number: string): Promise<void> {
  const { connection } = await findNumber(parts, organization, number)
  if (connection === id) return
  throw new OffhookError('request.invalid', `Number "${number}" is none of connection "${name}"`)
}

/** Drawn when it is needed first. */
async function secretOf(parts: ApiParts, { organization, id }: Connection): Promise<string> {
  await using _turn = await turnOf(parts, id)
  const { record } = await carrierConnection(parts, organization, id)
  const { streamSecret = parts.engine.ids.token() } = linesOf(record.settings)
  if (record.settings['streamSecret'] === undefined)
    await parts.engine.store.connections.update({ ...record, settings: { ...record.settings, streamSecret } })
  return streamSecret
}

function mediaUrl(parts: ApiParts, path: string): string {
  return new URL(path, parts.engine.publicUrl()).href.replace(/^http/, 'ws')
}
