/** The carrier's own stock of numbers: listed, searched, bought, pointed at us, released. */
import { z } from 'zod'
import { runOperation } from '../../calls/operation.ts'
import type { CarrierNumber, CarrierSpec, Numbers } from '../../spec/carrier.ts'
import { OffhookError } from '../../spec/errors.ts'
import type { Connection, PhoneNumber } from '../../store/contract.ts'
import { address } from '../address.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { presentNumber } from '../present.ts'
import { webhooksOf } from '../reach.ts'
import { failure, identified, phoneNumber } from '../schemas.ts'
import { readyForNumbers } from '../set-up.ts'
import { findAgent } from './agents.ts'
import { carrierConnection } from './connections.ts'
import type { Routes } from './routes.ts'

const tags = ['Configuration']

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

export function stockRoutes(routes: Routes, parts: ApiParts): void {
  ownedRoute(routes, parts)
  searchingRoute(routes, parts)
  buyingRoute(routes, parts)
}

function ownedRoute(routes: Routes, parts: ApiParts): void {
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
}

function searchingRoute(routes: Routes, parts: ApiParts): void {
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
}

function buyingRoute(routes: Routes, parts: ApiParts): void {
  const { store, clock, ids } = parts.engine
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
      const { numbers, config, urls } = await readyStock(parts, organization, request)
      if (!numbers.buy) throw new OffhookError('command.unsupported', 'This carrier sells no numbers over its API')
      const { agent } = request.body
      if (agent) await findAgent(parts, organization, agent)
      const bought = await runOperation(
        numbers.buy(address(request.body.number, 'number'), config, urls),
        parts.request,
        request.signal,
      )
      const now = clock.now()
      const record: PhoneNumber = {
        ...{ id: ids.id('num'), organization, connection: request.params.id },
        ...{ number: bought.number, display: bought.number, pointed: true },
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
  return shelf(parts, spec, record)
}

function shelf(parts: ApiParts, spec: CarrierSpec, record: Connection) {
  const numbers: Numbers<Record<string, unknown>> | undefined = spec.numbers
  if (!numbers) throw new OffhookError('command.unsupported', `${spec.label} manages no numbers over its API`)
  const { voice = '', status = '' } = webhooksOf(parts, record, spec)
  return { numbers, config: spec.settings.parse(record.settings), urls: { voice, status } }
}

/** With what numbers are pointed at: it is made first where it is not there yet. */
async function readyStock(parts: ApiParts, organization: string, { params, signal }: Asked) {
  const { spec, record } = await carrierConnection(parts, organization, params.id)
  return shelf(parts, spec, await readyForNumbers(parts, record, signal))
}

interface Asked {
  readonly params: { readonly id: string }
  readonly signal: AbortSignal
}

/** Sets the carrier so that this number's calls reach us. Rejects with `command.unsupported` where that is done by hand. */
export async function pointAtUs(parts: ApiParts, number: PhoneNumber, signal: AbortSignal): Promise<void> {
  const asked = { params: { id: number.connection }, signal }
  const { numbers, config, urls } = await readyStock(parts, number.organization, asked)
  if (!numbers.point)
    throw new OffhookError(
      'command.unsupported',
      'This carrier points no numbers over its API: set the webhook addresses by hand',
    )
  await runOperation(numbers.point(number.number, urls, config), parts.request, signal)
}

/** Gives the number back to the carrier. Rejects with `command.unsupported` where that is done by hand. */
export async function release(parts: ApiParts, number: PhoneNumber, signal: AbortSignal): Promise<void> {
  const { numbers, config } = await stock(parts, number.organization, number.connection)
  if (!numbers.release) throw new OffhookError('command.unsupported', 'This carrier releases no numbers over its API')
  await runOperation(numbers.release(number.number, config), parts.request, signal)
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
