/** Grants for people without a key: an application asks for one and hands it to a browser. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { OffhookError } from '../../spec/errors.ts'
import type { Invitation, Listener } from '../../spec/listen.ts'
import { organizationOf } from '../auth.ts'
import { issueGrant } from '../grants.ts'
import type { ApiParts } from '../parts.ts'
import { failure } from '../schemas.ts'

const newGrant = z
  .strictObject({
    agent: z.string().min(1).describe('Who answers'),
    connection: z
      .string()
      .min(1)
      .optional()
      .describe('The line that takes the call; default: the first that takes grants'),
    variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
    metadata: z.record(z.string(), z.unknown()).default({}),
    ttlSeconds: z.number().int().min(5).max(86_400).default(300).describe('How long until it must be used'),
  })
  .meta({ id: 'NewGrant' })

const grant = z
  .object({
    grant: z.string().describe('A secret, good for one call'),
    expiresAt: z.iso.datetime(),
    endpoint: z.string().describe('Where to send the offer, with the grant as a bearer token'),
    iceServers: z.array(
      z.object({ urls: z.array(z.string()), username: z.string().optional(), credential: z.string().optional() }),
    ),
  })
  .meta({ id: 'Grant' })

export async function grantRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const { engine } = parts
  app.withTypeProvider<ZodTypeProvider>().post('/grants', {
    config: { scope: 'calls:write' },
    schema: {
      summary: 'Let somebody place one call to an agent, without a key',
      description:
        'Hand `grant` to a browser: it offers to `endpoint` with it as a bearer token, once. Renegotiation and candidates of that call go on with it.',
      tags: ['Calls'],
      body: newGrant,
      response: { 201: grant, default: failure },
    },
    handler: async (request, reply) => {
      const organization = organizationOf(request)
      const { agent, connection, variables, metadata, ttlSeconds } = request.body
      if (!(await engine.store.agents.get(organization, agent)))
        throw new OffhookError('not-found', `There is no agent "${agent}"`)
      const invitation = await invitationOf(engine.listeners.values(), connection, organization)
      const to = { organization, agent, variables, metadata, connection: invitation.connection }
      const ttl = ttlSeconds * 1000
      const secret = await issueGrant(engine, to, ttl)
      return reply.status(201).send({
        grant: secret,
        expiresAt: new Date(engine.clock.now() + ttl).toISOString(),
        endpoint: new URL(invitation.path, engine.publicUrl()).href,
        iceServers: invitation.iceServers.map(({ urls, ...rest }) => ({ ...rest, urls: [...urls] })),
      })
    },
  })
}

/** The line that takes such calls: the one asked for, else the organization's. */
async function invitationOf(
  listeners: Iterable<Listener>,
  connection: string | undefined,
  organization: string,
): Promise<Invitation> {
  for (const listener of listeners) {
    const invitation = await listener.invite?.(connection, organization)
    if (invitation) return invitation
  }
  throw connection === undefined
    ? new OffhookError(
        'connection.none',
        'There is no line that takes grants: add a browser line under /v1/connections',
      )
    : new OffhookError('not-found', `There is no connection "${connection}" that takes grants`)
}
