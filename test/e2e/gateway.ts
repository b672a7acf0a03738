/** A real gateway for tests: everything composed as in production, in memory, on a free port, with the agents a test wants. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { presentCall, presentEvent } from '../../src/api/present.ts'
import { createClient } from '../../src/client/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { memoryLogger } from '../../src/lib/log.ts'
import { Scope } from '../../src/lib/scope.ts'
import { readEnvironment } from '../../src/main/environment.ts'
import { startGateway, type Gateway, type GatewayOptions } from '../../src/main/gateway.ts'
import type { ProviderSet } from '../../src/main/providers.ts'
import { organization } from '../../src/main/seed.ts'
import { echo } from '../../src/providers/agents/echo/echo.ts'
import { twilio } from '../../src/providers/carriers/twilio/twilio.ts'
import { createStudio, type Studio } from './studio.ts'
import { until } from './until.ts'

export interface House extends AsyncDisposable {
  readonly gateway: Gateway
  readonly url: string
  readonly key: string
  /** The typed client with the admin key. */
  readonly client: ReturnType<typeof createClient>
  readonly studio: Studio
  readonly logger: ReturnType<typeof memoryLogger>
  readonly scope: Scope
  /** A request with the admin key, for what the typed client would not let pass. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  /** An agent of the studio; its key is its id's and the test's handle. */
  agent(settings?: Readonly<Record<string, unknown>>): Promise<{ readonly id: string; readonly key: string }>
  /** The call once `check` is true of it. */
  callWhen(what: string, id: string, check: (call: CallShown) => boolean, limit?: number): Promise<CallShown>
  /** The call that the carrier knows by this id. */
  callByRef(ref: string): Promise<CallShown>
  events(id: string): Promise<readonly EventShown[]>
  /** Counts of `/metrics` by name with labels. */
  figure(name: string): Promise<number>
}

export type CallShown = ReturnType<typeof presentCall>
export type EventShown = ReturnType<typeof presentEvent>

export interface HouseOptions {
  readonly providers?: Partial<ProviderSet>
  readonly values?: Readonly<Record<string, string>>
  readonly options?: Partial<GatewayOptions>
  /** Default true: nothing on disk but recordings. */
  readonly inMemory?: boolean
}

export async function openHouse(wanted: HouseOptions = {}): Promise<House> {
  const scope = new Scope('house')
  try {
    return await furnish(scope, wanted)
  } catch (error) {
    await scope.close()
    throw error
  }
}

async function furnish(
  scope: Scope,
  { providers = {}, values = {}, options = {}, inMemory = true }: HouseOptions,
): Promise<House> {
  const dataDir = await mkdtemp(join(tmpdir(), 'offhook-e2e-'))
  scope.defer(() => rm(dataDir, { recursive: true, force: true }))
  const studio = createStudio()
  const logger = memoryLogger()
  const environment = readEnvironment({
    PORT: '0',
    OFFHOOK_DATA_DIR: dataDir,
    OFFHOOK_VAD: 'energy',
    // Simulated carriers and users' servers of the tests have ports of their own.
    OFFHOOK_ALLOW_HOSTS: '127.0.0.1',
    // Made-up credentials are shown to nobody; who has a carrier to set up switches it on.
    OFFHOOK_CARRIER_SETUP: 'off',
    ...values,
  })
  const gateway = await startGateway({
    ...{ environment, values: {}, clock: realClock, ids: randomIds, logger, scope, inMemory },
    providers: {
      carriers: [twilio],
      agents: [studio.spec, echo],
      recognisers: [],
      models: [],
      speakers: [],
      ...providers,
    },
    ...options,
  })
  const key = gateway.adminKey.secret
  const { store } = gateway
  const grown = watchGrowth(store.journal, scope)
  const client = createClient({ url: gateway.url, key })
  let agents = 0
  const house: House = {
    ...{ gateway, url: gateway.url, key, client, studio, logger, scope },
    request: (method, path, body, headers = {}) =>
      fetch(gateway.url + path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    async agent(settings = {}) {
      const name = `agent-${++agents}`
      const { data, error } = await client.POST('/v1/agents', {
        body: { name, provider: 'studio', settings: { key: name, idleTimeout: 0, ...settings } },
      })
      if (!data) throw new Error(`no agent: ${JSON.stringify(error)}`)
      return { id: data.id, key: name }
    },
    // Asked of the store: tests look so often that the API's rate limit would stop them.
    callWhen: (what, id, check, limit) =>
      until(
        `${what} of call ${id}`,
        grown(id, async () => {
          const record = await store.calls.find(id)
          const call = record && presentCall(record)
          return call && check(call) ? call : undefined
        }),
        limit,
      ),
    async callByRef(ref) {
      const ask = async () => {
        const { items } = await store.calls.list(organization, { limit: 200 })
        const record = items.find((call) => call.ref === ref)
        return record && presentCall(record)
      }
      return until(`a call with ref ${ref}`, grown(ref, ask))
    },
    events: async (id) => (await store.journal.history(id)).map((entry) => presentEvent(entry)),
    async figure(name) {
      const text = await (await fetch(`${gateway.url}/metrics`)).text()
      const line = text.split('\n').find((one) => one.startsWith(`${name} `))
      return Number(line?.slice(name.length + 1) ?? 0)
    },
    [Symbol.asyncDispose]: () => scope.close(),
  }
  return house
}

/** ms after which the store is asked again all the same. */
const patience = 300

/**
 * A question about a call, by our id or the carrier's, is put when the journal tells something new of it. Dozens of tests that
 * wait side by side would else keep the store busy with what has not changed.
 */
function watchGrowth(journal: Gateway['store']['journal'], scope: Scope) {
  const entries = new Map<string, number>()
  const count = (id: string) => entries.set(id, (entries.get(id) ?? 0) + 1)
  scope.use(
    journal.watch(({ call, event }) => {
      count(call)
      if ('ref' in event && event.ref !== undefined) count(event.ref)
    }),
  )
  return <T>(id: string, ask: () => Promise<T | undefined>): (() => Promise<T | undefined> | undefined) => {
    let known: number | undefined
    let askedAt = -Infinity
    return () => {
      const now = realClock.monotonic()
      if (entries.get(id) === known && now - askedAt < patience) return undefined
      known = entries.get(id)
      askedAt = now
      return ask()
    }
  }
}
