/** Two gateways that share their database and their Redis behind one address, and a carrier that knows only the address. */
import { randomIds } from '../../src/lib/ids.ts'
import type { Scope } from '../../src/lib/scope.ts'
import type { Line } from '../conformance/live/fixture.ts'
import { openHouse, type House } from '../e2e/gateway.ts'
import { twilioLive } from '../e2e/twilio-line.ts'
import { startPostgres, type PostgresServer } from '../services/postgres.ts'
import { startRedis, type RedisServer } from '../services/redis.ts'
import { openFront, type Front } from './front.ts'

export interface Services {
  readonly postgres: PostgresServer
  readonly redis: RedisServer
}

/** Undefined where they are not installed and may be missed. */
export async function startServices(scope: Scope): Promise<Services | undefined> {
  const postgres = await startPostgres(scope)
  const redis = await startRedis(scope)
  return postgres && redis && { postgres, redis }
}

export interface Pair {
  readonly front: Front
  readonly a: House
  readonly b: House
  /** Settings that another gateway needs to be their peer. */
  readonly values: Readonly<Record<string, string>>
}

export async function openPair(scope: Scope, services: Services): Promise<Pair> {
  const front = await openFront(scope)
  const values = await sharedValues(services, front)
  const open = async () => scope.use(await openHouse({ inMemory: false, values }))
  const a = await open()
  const b = await open()
  front.route = () => a.url
  return { front, a, b, values }
}

export async function sharedValues({ postgres, redis }: Services, front: Front): Promise<Record<string, string>> {
  return {
    DATABASE_URL: await postgres.database(),
    REDIS_URL: redis.url,
    OFFHOOK_SECRET_KEY: randomIds.token(),
    OFFHOOK_ADMIN_KEY: `ohk_${randomIds.token()}`,
    OFFHOOK_PUBLIC_URL: front.url,
    OFFHOOK_ALLOW_HOSTS: '127.0.0.1',
  }
}

export interface Desk {
  readonly line: Line
  readonly agent: { readonly id: string; readonly key: string }
}

/** An agent and a line to it; the carrier's simulator closes with `house`. */
export async function openDesk(house: House): Promise<Desk> {
  const agent = await house.agent()
  return { agent, line: await twilioLive.line(house, agent.id) }
}
