/** What an organization has chosen for all its calls, and a first look at it. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { pricesInForce } from '../../calls/costs.ts'
import { dialingDefaults } from '../../calls/targets.ts'
import type { HouseSettings } from '../../store/contract/retention.ts'
import { organizationOf } from '../auth.ts'
import type { ApiParts } from '../parts.ts'
import { houseOf } from '../privacy.ts'
import { failure } from '../schemas.ts'
import { houseSettings, overview, priceInForce } from '../schemas/house.ts'
import { sessionsOver, viewersOf } from '../stream.ts'
import type { Routes } from './routes.ts'

const day = 86_400_000

export async function houseRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const routes = app.withTypeProvider<ZodTypeProvider>()
  settingsRoutes(routes, parts)
  pricesRoute(routes, parts)
  overviewRoute(routes, parts)
}

function settingsRoutes(routes: Routes, { engine }: ApiParts): void {
  const tags = ['Settings']
  routes.get('/settings', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'Retention, redaction, whom calls may reach, and prices',
      tags,
      response: { 200: houseSettings, default: failure },
    },
    handler: async (request) => present(await houseOf(engine, organizationOf(request))),
  })
  routes.put('/settings', {
    config: { scope: 'admin' },
    schema: {
      summary: 'Change retention, redaction, whom calls may reach, and prices; what is too old goes within the hour',
      tags,
      body: houseSettings,
      response: { 200: houseSettings, default: failure },
    },
    handler: async (request) => {
      const organization = organizationOf(request)
      const before = await houseOf(engine, organization)
      const { dialing = before.dialing, prices = before.prices, ...rest } = request.body
      const wanted = { ...rest, ...(dialing ? { dialing } : {}), ...(prices ? { prices } : {}) }
      await engine.store.settings.put(organization, wanted, engine.clock.now())
      await engine.coordination.publish(sessionsOver, viewersOf(organization))
      return present(await houseOf(engine, organization))
    },
  })
}

function present(settings: HouseSettings): z.input<typeof houseSettings> {
  const { retention, redaction, dialing = dialingDefaults, prices = [] } = settings
  const { allow, block } = dialing
  return { retention, redaction, dialing: { ...dialing, allow: [...allow], block: [...block] }, prices: [...prices] }
}

function pricesRoute(routes: Routes, { engine }: ApiParts): void {
  routes.get('/prices', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'Prices in force: your own (of the settings), then what vendors published; check yours',
      tags: ['Settings'],
      response: { 200: z.object({ items: z.array(priceInForce) }), default: failure },
    },
    handler: async (request) => {
      const { prices = [] } = await houseOf(engine, organizationOf(request))
      const items = pricesInForce(prices, engine.prices).map((price) => {
        const asOf = 'asOf' in price ? price.asOf : null
        return { ...price, asOf, source: asOf === null ? ('yours' as const) : ('published' as const) }
      })
      return { items }
    },
  })
}

function overviewRoute(routes: Routes, parts: ApiParts): void {
  const { store, clock, publicUrl } = parts.engine
  routes.get('/overview', {
    config: { scope: 'config:read' },
    schema: {
      summary: 'How far this organization is, and what runs',
      tags: ['Settings'],
      querystring: z.object({
        since: z.coerce.number().int().optional().describe('When today began, ms since 1970; default: a day ago'),
      }),
      response: { 200: overview, default: failure },
    },
    handler: async (request) => {
      const organization = organizationOf(request)
      const [connections, numbers, agents, users, calls] = await Promise.all([
        store.connections.list(organization, { limit: 200 }),
        store.numbers.list(organization, { limit: 200 }),
        store.agents.list(organization, { limit: 200 }),
        store.users.list(organization),
        store.calls.count(organization, request.query.since ?? clock.now() - day),
      ])
      const own = connections.items.filter(({ kind, source }) => kind === 'carrier' && source !== 'simulator')
      const ids = new Set(own.map(({ id }) => id))
      return {
        connections: own.length,
        numbers: numbers.items.filter(({ connection }) => ids.has(connection)).length,
        agents: agents.items.length,
        users: users.length,
        ...{ calls: calls.all, callsToday: calls.since, live: calls.open },
        ...{ simulators: parts.simulations !== undefined, publicUrl: publicUrl().href, version: parts.version },
      }
    },
  })
}
