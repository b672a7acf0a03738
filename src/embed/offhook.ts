/** The engine as a library: the same gateway, composed the same way, with the user's own agents and carriers as values. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventFeed } from '../api/feed.ts'
import { presentCall, presentEvent } from '../api/present.ts'
import { dial, type DialRequest } from '../calls/outbound.ts'
import { createClient } from '../client/index.ts'
import { realClock } from '../lib/clock.ts'
import { randomIds } from '../lib/ids.ts'
import { silentLogger, type Logger } from '../lib/log.ts'
import { Scope } from '../lib/scope.ts'
import { readEnvironment, type Environment } from '../main/environment.ts'
import { startGateway, type Gateway } from '../main/gateway.ts'
import { ownProviders, type ProviderSet } from '../main/providers.ts'
import { organization } from '../main/seed.ts'
import { drain } from '../main/stop.ts'
import type { AgentSpec } from '../spec/agent.ts'
import type { CarrierSpec } from '../spec/carrier.ts'
import type { CallEvent } from '../spec/event.ts'
import { furnish, type AgentOf, type Furnished, type Line } from './furnish.ts'

export interface OffhookOptions extends Partial<Pick<ProviderSet, 'recognisers' | 'models' | 'speakers'>> {
  /** Agents: providers of your own, or settings for one of ours. Each answers under its name. */
  readonly agents?: readonly (AgentSpec | AgentOf)[]
  /** Carriers: providers of your own, or accounts at one (of yours, or ours). */
  readonly carriers?: readonly (CarrierSpec | Line)[]
  /** Default 0: any that is free; `url` tells which. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Where carriers reach it, such as `https://voice.example.com`. */
  readonly publicUrl?: string
  /** Folder of the embedded database, keys and recordings. Default: nothing outlives the process. */
  readonly dataDir?: string
  /** PostgreSQL instead of the embedded database. */
  readonly databaseUrl?: string
  /** Redis, for several processes. */
  readonly redisUrl?: string
  /** Encrypts secrets at rest. Default: drawn, into the data folder. */
  readonly secretKey?: string
  /** The API's key. Default: drawn; `key` tells it. */
  readonly adminKey?: string
  /** Simulated carriers on the same port. Default off. */
  readonly simulators?: boolean
  /** Records every call unless its request says otherwise. Default off. */
  readonly record?: boolean
  /** Private hosts, `host:port` or CIDR blocks that requests may reach. */
  readonly allowHosts?: readonly string[]
  /** Voice-activity detector. Default `auto`. */
  readonly vad?: Environment['vad']
  /** Default: silent. */
  readonly logger?: Logger
}

export type Call = ReturnType<typeof presentCall>
export type EventSeen = Omit<ReturnType<typeof presentEvent>, 'event'> & { readonly event: CallEvent }
type EventOf<Type extends CallEvent['type']> = EventSeen & { readonly event: CallEvent & { readonly type: Type } }

export interface Offhook extends AsyncDisposable {
  /** Where its API, console, webhooks and media sockets are. */
  readonly url: string
  /** The API's key. */
  readonly key: string
  /** All the rest of the API, typed. */
  readonly client: ReturnType<typeof createClient>
  /** Places a call; `agent` and `connection` by name or id, over the first line unless it says otherwise. Resolves when it is queued, rejects with an OffhookError that names the field at fault. */
  call(request: DialRequest): Promise<Call>
  /** Resolves with the call once it has ended. */
  ended(call: string): Promise<Call>
  /** Every event of that type, or of all (`*`), once it is durable. */
  on<Type extends CallEvent['type']>(type: Type, listener: (seen: EventOf<Type>) => void): Disposable
  on(type: '*', listener: (seen: EventSeen) => void): Disposable
  /** Ends running calls in order, then closes everything. Idempotent. */
  stop(): Promise<void>
}

/** Rejects with an OffhookError that says what to change; nothing is left open then. */
export async function createOffhook(options: OffhookOptions = {}): Promise<Offhook> {
  const scope = new Scope('offhook')
  try {
    const gateway = await start(options, scope)
    const furnished = await furnish(gateway, {
      agents: options.agents ?? [],
      lines: (options.carriers ?? []).filter(isLine),
    })
    return offhookOf(gateway, furnished, scope)
  } catch (error) {
    await scope.close()
    throw error
  }
}

function isSpec(one: CarrierSpec | Line): one is CarrierSpec {
  return 'kind' in one
}

function isLine(one: CarrierSpec | Line): one is Line {
  return !isSpec(one)
}

async function start(options: OffhookOptions, scope: Scope): Promise<Gateway> {
  const { dataDir, databaseUrl, logger = silentLogger } = options
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'offhook-')))
  if (dataDir === undefined) scope.defer(() => rm(folder, { recursive: true, force: true }))
  return startGateway({
    environment: readEnvironment(valuesOf(options, folder)),
    ...{ values: {}, clock: realClock, ids: randomIds, logger, scope, providers: providersOf(options) },
    inMemory: dataDir === undefined && databaseUrl === undefined,
  })
}

/** The options as the variables that they are: checked in one place. */
function valuesOf(options: OffhookOptions, folder: string): Readonly<Record<string, string | undefined>> {
  const { port = 0, host, publicUrl, databaseUrl, redisUrl, secretKey, adminKey, vad, allowHosts } = options
  const { simulators = false, record = false } = options
  return {
    ...{ PORT: String(port), HOST: host, OFFHOOK_PUBLIC_URL: publicUrl, OFFHOOK_DATA_DIR: folder, OFFHOOK_VAD: vad },
    ...{ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl },
    ...{ OFFHOOK_SECRET_KEY: secretKey, OFFHOOK_ADMIN_KEY: adminKey, OFFHOOK_ALLOW_HOSTS: allowHosts?.join(',') },
    ...{ OFFHOOK_SIMULATORS: String(simulators), OFFHOOK_RECORD: String(record) },
  }
}

/** Ours and theirs; a name that both have is refused at start. */
function providersOf(options: OffhookOptions): ProviderSet {
  const { agents = [], carriers = [], recognisers = [], models = [], speakers = [] } = options
  return {
    carriers: [...ownProviders.carriers, ...carriers.filter(isSpec)],
    agents: [...ownProviders.agents, ...agents.filter((one) => 'kind' in one)],
    recognisers: [...ownProviders.recognisers, ...recognisers],
    models: [...ownProviders.models, ...models],
    speakers: [...ownProviders.speakers, ...speakers],
  }
}

function offhookOf({ url, engine, adminKey }: Gateway, furnished: Furnished, scope: Scope): Offhook {
  let stopping: Promise<void> | undefined
  const close = async (): Promise<void> => {
    try {
      await drain(engine)
    } finally {
      await scope.close()
    }
  }
  const stop = (): Promise<void> => (stopping ??= close())
  const on = (type: string, listener: (seen: never) => void): Disposable =>
    eventFeed(engine, { organization }, (entry) => {
      // What is presented here is the event as it is: nothing is hidden from its own program.
      if (type === '*' || entry.event.type === type) listener(presentEvent(entry) as never)
    })
  return {
    ...{ url, key: adminKey.secret, client: createClient({ url, key: adminKey.secret }), on, stop },
    call: async (request) => presentCall(await dial(engine, organization, named(request, furnished))),
    ended: (call) => endOf(engine, call),
    [Symbol.asyncDispose]: stop,
  }
}

/** Names become ids; a call that names no line goes over the first. */
function named(request: DialRequest, { agents, lines }: Furnished): DialRequest {
  const [first] = lines.values()
  const connection = request.connection === undefined ? first : (lines.get(request.connection) ?? request.connection)
  const agent = agents.get(request.agent) ?? request.agent
  return { ...request, agent, ...(connection === undefined ? {} : { connection }) }
}

/** Listens first, so that an end in between is not missed. */
async function endOf(engine: Gateway['engine'], call: string): Promise<Call> {
  const over = Promise.withResolvers<void>()
  using _feed = eventFeed(engine, { call }, ({ event }) => event.type === 'call.ended' && over.resolve())
  const record = () => engine.store.calls.find(call)
  if ((await record())?.endedAt === undefined) await over.promise
  return presentCall((await record())!) // it was asked for, and is there
}
