/** Numbers: which agent answers where; and the carrier's own stock: searched, bought, pointed at us, released. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { runOperation } from '../../calls/operation.ts'
import type { CarrierNumber, Numbers } from '../../spec/carrier.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { PhoneNumber } from '../../store/contract.ts'
import { address } from '../address.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { presentNumber, presentPage } from '../present.ts'
import { failure, identified, newPhoneNumber, page, paging, phoneNumber } from '../schemas.ts'
import { carrierConnection, webhooksOf } from './connections.ts'

const carrierNumber = z
  .object({
    number: z.string(),
    ref: z.string().nullable(),
    label: z.string().nullable(),
    country: z.string().nullable(),
    locality: z.string().nullable(),
    capabilities: z.array(z.string()),
    pointsAt: z.string().nullable(),
  })
  .meta({ id: 'CarrierNumber' })

const changes = z.strictObject({
  agent: z.string().nullable().optional(),
  label: z.string().max(200).nullable().optional(),
  point: z.boolean().default(false),
})

export async function numberRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const { store, clock, ids } = parts.engine
  const routes = app.withTypeProvider<ZodTypeProvider>()
  const tags = ['Configuration']
  const found = async (organization: string, id: string): Promise<PhoneNumber> => {
    const record = await store.numbers.get(organization, id)
    if (record) return record
    throw new OffhookError('not-found', `There is no number "${id}"`)
  }
  const requireAgent = async (organization: string, id: string | null | undefined) => {
    if (id && !(await store.agents.get(organization, id)))
      throw new OffhookError('not-found', `There is no agent "${id}"`)
  }

  routes.post('/numbers', {
    config: { scope: 'config:write' },
    schema: { summary: 'Add a number', tags, body: newPhoneNumber, response: { 201: phoneNumber, default: failure } },
    handler: async (request, reply) => {
      const organization = organizationOf(request)
      const { connection, number: display, agent, label, point } = request.body
      await carrierConnection(parts, organization, connection)
      await requireAgent(organization, agent)
      const now = clock.now()
      const record: PhoneNumber = {
        ...{ id: ids.id('num'), organization, connection, number: address(display, 'number'), display },
        ...(agent === undefined ? {} : { agent }),
        ...(label === undefined ? {} : { label }),
        ...{ createdAt: now, updatedAt: now },
      }
      if (point) await pointAtUs(parts, record, request.signal)
      await store.numbers.create(record)
      return reply.status(201).send(presentNumber(record))
    },
  })
  routes.get('/numbers', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'List numbers',
      tags,
      querystring: paging,
      response: { 200: page(phoneNumber), default: failure },
    },
    handler: async (request) =>
      presentPage(await store.numbers.list(organizationOf(request), request.query), presentNumber),
  })
  routes.get('/numbers/:id', {
    config: { scope: 'config:read' },
    schema: { summary: 'One number', tags, params: identified, response: { 200: phoneNumber, default: failure } },
    handler: async (request) => presentNumber(await found(organizationOf(request), request.params.id)),
  })
  routes.patch('/numbers/:id', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Change who answers a number',
      tags,
      params: identified,
      body: changes,
      response: { 200: phoneNumber, default: failure },
    },
    handler: async (request) => {
      const organization = organizationOf(request)
      const before = await found(organization, request.params.id)
      const { agent, label, point } = request.body
      await requireAgent(organization, agent)
      const after: PhoneNumber = {
        ...before,
        ...(agent === undefined ? {} : { agent: agent ?? undefined }),
        ...(label === undefined ? {} : { label: label ?? undefined }),
        updatedAt: clock.now(),
      }
      if (point) await pointAtUs(parts, after, request.signal)
      await store.numbers.update(after)
      return presentNumber(after)
    },
  })
  routes.delete('/numbers/:id', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Remove a number here; with release=true also at the carrier',
      tags,
      params: identified,
      querystring: z.object({ release: z.stringbool().default(false) }),
      response: { 204: z.null(), default: failure },
    },
    handler: async (request, reply) => {
      const record = await found(organizationOf(request), request.params.id)
      if (request.query.release) {
        const { numbers, config } = await stock(parts, record.organization, record.connection)
        if (!numbers.release)
          throw new OffhookError('command.unsupported', 'This carrier releases no numbers over its API')
        await runOperation(numbers.release(record.number, config), parts.request, request.signal)
      }
      await store.numbers.remove(record.organization, record.id)
      return reply.status(204).send(null)
    },
  })
  routes.get('/connections/:id/numbers', {
    config: { scope: 'config:read' },
    schema: {
      summary: "The carrier's list of numbers in this account",
      tags,
      params: identified,
      response: { 200: z.object({ items: z.array(carrierNumber) }), default: failure },
    },
    handler: async (request) => {
      const { numbers, config } = await stock(parts, organizationOf(request), request.params.id)
      if (!numbers.list) throw new OffhookError('command.unsupported', 'This carrier lists no numbers over its API')
      return { items: (await runOperation(numbers.list(config), parts.request, request.signal)).map(present) }
    },
  })
  routes.get('/connections/:id/numbers/available', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'Numbers that can be bought',
      tags,
      params: identified,
      querystring: z.object({
        country: z.string().length(2).default('US'),
        areaCode: z.string().max(10).optional(),
        contains: z.string().max(20).optional(),
        kind: z.enum(['local', 'toll-free', 'mobile']).default('local'),
        limit: z.coerce.number().int().min(1).max(50).default(20),
      }),
      response: { 200: z.object({ items: z.array(carrierNumber) }), default: failure },
    },
    handler: async (request) => {
      const { numbers, config } = await stock(parts, organizationOf(request), request.params.id)
      if (!numbers.search) throw new OffhookError('command.unsupported', 'This carrier has no number search')
      return {
        items: (await runOperation(numbers.search(request.query, config), parts.request, request.signal)).map(present),
      }
    },
  })
  routes.post('/connections/:id/numbers/buy', {
    config: { scope: 'config:write' },
    schema: {
      summary: 'Buy a number, pointed at us, and add it here',
      tags,
      params: identified,
      body: z.strictObject({ number: z.string(), agent: z.string().optional() }),
      response: { 201: phoneNumber, default: failure },
    },
    handler: async (request, reply) => {
      const organization = organizationOf(request)
      const { numbers, config, urls } = await stock(parts, organization, request.params.id)
      if (!numbers.buy) throw new OffhookError('command.unsupported', 'This carrier sells no numbers over its API')
      await requireAgent(organization, request.body.agent)
      const bought = await runOperation(
        numbers.buy(address(request.body.number, 'number'), config, urls),
        parts.request,
        request.signal,
      )
      const now = clock.now()
      const { agent } = request.body
      const record: PhoneNumber = {
        ...{
          id: ids.id('num'),
          organization,
          connection: request.params.id,
          number: bought.number,
          display: bought.number,
        },
        ...(agent === undefined ? {} : { agent }),
        ...{ createdAt: now, updatedAt: now },
      }
      await store.numbers.create(record)
      return reply.status(201).send(presentNumber(record))
    },
  })
}

async function stock(parts: ApiParts, organization: string, id: string) {
  const { spec, record } = await carrierConnection(parts, organization, id)
  const numbers: Numbers<Record<string, unknown>> | undefined = spec.numbers
  if (!numbers) throw new OffhookError('command.unsupported', `${spec.label} manages no numbers over its API`)
  const { voice = '', status = '' } = webhooksOf(parts, record, spec)
  return { numbers, config: spec.settings.parse(record.settings), urls: { voice, status } }
}

async function pointAtUs(parts: ApiParts, number: PhoneNumber, signal: AbortSignal): Promise<void> {
  const { numbers, config, urls } = await stock(parts, number.organization, number.connection)
  if (!numbers.point)
    throw new OffhookError(
      'command.unsupported',
      'This carrier points no numbers over its API: set the webhook addresses by hand',
    )
  await runOperation(numbers.point(number.number, urls, config), parts.request, signal)
}

function present(one: CarrierNumber): z.input<typeof carrierNumber> {
  const { number, ref, label, country, locality, capabilities, pointsAt } = one
  return {
    number,
    ref: ref ?? null,
    label: label ?? null,
    country: country ?? null,
    locality: locality ?? null,
    capabilities: [...(capabilities ?? [])],
    pointsAt: pointsAt ?? null,
  }
}
