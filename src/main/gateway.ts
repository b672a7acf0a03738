/** The gateway, put together: store, network, calls, API and simulators on one port, in one scope. */
import { join } from 'node:path'
import type { WireEntry } from '../../simulators/index.ts'
import { announceJournal } from '../api/feed.ts'
import { createServer, listen } from '../api/server.ts'
import { startSpool } from '../api/webhooks/spool.ts'
import type { Engine } from '../calls/engine.ts'
import { callDefaults } from '../calls/engine.ts'
import { openEngine } from '../calls/open.ts'
import { recoverCalls } from '../calls/recover.ts'
import { openAgent, type AgentParts } from '../conversation/agents.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Logger } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import { createVad } from '../media/vad/create.ts'
import { OffhookError } from '../spec/errors.ts'
import type { PartHost } from '../spec/speech.ts'
import type { Store } from '../store/contract.ts'
import { mediaTokens, openCoordination, openStore } from '../store/open.ts'
import { providersFromEnvironment, type Environment } from './environment.ts'
import { createFigures } from './figures.ts'
import { openNetwork, type Network } from './network.ts'
import { everyProvider, type ProviderSet } from './providers.ts'
import { recordingFolder, type RecordingFolder } from './recordings.ts'
import { replayFolder } from './replays.ts'
import { seedAdminKey, seedAgents, seedFromEnvironment, seedOrganization, type AdminKey } from './seed.ts'
import { openSimulators, type Simulators } from './simulators.ts'
import { telephoneVoice } from './voice.ts'

export interface GatewayOptions {
  readonly environment: Environment
  /** The raw variables, for providers' conventional names. */
  readonly values: Readonly<Record<string, string | undefined>>
  readonly providers: ProviderSet
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly scope: Scope
  /** Nothing on disk but recordings: for one simulated call. */
  readonly inMemory?: boolean
  /** Sees every message between a simulated carrier and us. */
  readonly onWire?: (entry: WireEntry) => void
}

export interface Gateway {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string
  readonly engine: Engine
  readonly store: Store
  readonly adminKey: AdminKey
  readonly simulators: Simulators | undefined
  readonly recordings: RecordingFolder
  /** Connections made from environment variables. */
  readonly fromEnvironment: readonly string[]
}

/** Rejects with an OffhookError that says what to change; everything opened by then is closed with the scope. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { environment, providers, clock, ids, logger, scope, inMemory = false } = options
  const surroundings = { clock, ids, logger, scope }
  const found = providersFromEnvironment(everyProvider(providers), options.values)
  const dataDir = inMemory ? undefined : environment.dataDir
  const store = await openStore({
    ...surroundings,
    ...(environment.databaseUrl === undefined || inMemory ? {} : { databaseUrl: environment.databaseUrl }),
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(environment.secretKey === undefined ? {} : { secretKey: environment.secretKey }),
  })
  const seeds = { store, clock, ids }
  await seedOrganization(seeds)
  const adminKey = await seedAdminKey(seeds, dataDir, environment.adminKey)
  const address = addressOf(environment)
  const network = openNetwork({ clock, ids, scope, allowHosts: () => allowedHosts(environment, address.port()) })
  const recordings = recordingFolder(join(environment.dataDir, 'recordings'), clock, logger)
  const figures = createFigures(() => running(engine))
  const engine = await engineOf(options, { store, network, recordings, address, count: figures.count })
  const simulators = environment.simulators
    ? openSimulators({
        clock,
        ids,
        scope,
        logger,
        store,
        address,
        speak: callerVoice(options, network),
        ...(options.onWire ? { onWire: options.onWire } : {}),
      })
    : undefined
  const app = await createServer({
    engine,
    providers: everyProvider(providers),
    request: network.request,
    stream: network.stream,
    registry: figures.registry,
    trustedProxies: environment.trustedProxies,
    ready: async () => void (await store.organizations.list()),
    readRecording: recordings.read,
    mounts: simulators?.mounts ?? [],
    rateLimit: 1_200,
    unclaimed: { perPeer: 200, total: 2_000 },
  })
  const listening = await listen(app, { host: environment.host, port: environment.port }, scope)
  address.listening(listening.port)
  await seedAgents(seeds)
  const made = await seedFromEnvironment(seeds, found)
  await simulators?.seed()
  scope.use(announceJournal(engine))
  startSpool(engine, network.request, scope)
  const resumed = await recoverCalls(engine)
  if (resumed > 0) logger.info('calls taken up after a restart', { calls: resumed })
  return {
    url: `http://${environment.host}:${listening.port}`,
    engine,
    store,
    adminKey,
    simulators,
    recordings,
    fromEnvironment: made.map((connection) => connection.name),
  }
}

/** The carrier's own voice, for what it says by itself. */
function callerVoice(
  { providers, scope, clock, ids }: GatewayOptions,
  network: Network,
): (text: string) => Promise<Int16Array> {
  return telephoneVoice(providers.speakers, { scope, clock, ids, stream: network.stream })
}

function running(engine: Engine): number {
  let count = 0
  for (const live of engine.live.values()) if (!live.running.ended) count++
  return count
}

interface EngineNeeds {
  readonly store: Store
  readonly network: Network
  readonly recordings: RecordingFolder
  readonly address: Address
  readonly count: Engine['count']
}

async function engineOf(options: GatewayOptions, needs: EngineNeeds): Promise<Engine> {
  const { environment, providers, clock, ids, logger, scope } = options
  const { store, network, recordings, address } = needs
  const coordination = await openCoordination({
    ...{ clock, ids, logger, scope },
    ...(environment.redisUrl === undefined ? {} : { redisUrl: environment.redisUrl }),
  })
  const host: PartHost = { scope, clock, ids, stream: network.stream }
  const parts = partsOf(providers, host)
  const vads = await createVad({ kind: environment.vad, scope })
  return openEngine({
    carriers: byName(providers.carriers),
    agents: byName(providers.agents),
    openAgent: (spec, config, { brief, organization }, emit) => {
      const connected = connectionsOf(store, organization)
      return openAgent(spec, config, brief, { ...parts, connected, host, connect: network.connect, logger }, emit)
    },
    store,
    coordination,
    tokens: mediaTokens(coordination, ids),
    ...{ clock, ids, logger, scope },
    vad: (hangover) => vads.factory({ hangover }),
    request: network.request,
    publicUrl: address.url,
    settings: { ...callDefaults, record: environment.record },
    node: ids.id('node'),
    count: needs.count,
    openRecording: recordings.open,
    ...(environment.replay ? { openInputs: replayFolder(join(environment.dataDir, 'replays'), clock, logger) } : {}),
  })
}

/** An organization's accounts at AI vendors, for the parts of its agents. */
function connectionsOf(store: Store, organization: string): AgentParts['connected'] {
  return async (kind, provider, id) => {
    if (id === undefined) return (await store.connections.default(organization, kind, provider))?.settings ?? {}
    const named = await store.connections.get(organization, id)
    if (named?.kind === kind && named.provider === provider) return named.settings
    throw new OffhookError('not-found', `There is no ${kind} connection "${id}" of provider "${provider}"`)
  }
}

function partsOf(providers: ProviderSet, host: PartHost) {
  const pick = <T extends { readonly name: string; readonly kind: string }>(kind: string, specs: readonly T[]) => {
    const known = byName(specs)
    return (name: string): T => {
      const spec = known.get(name)
      if (spec) return spec
      throw new OffhookError(
        'provider.unknown',
        `There is no ${kind} provider "${name}" (known: ${[...known.keys()].join(', ')})`,
      )
    }
  }
  return {
    recogniser: pick('stt', providers.recognisers),
    model: pick('llm', providers.models),
    speaker: pick('tts', providers.speakers),
    host,
  }
}

/** Two providers of one name are refused at start. */
function byName<T extends { readonly name: string; readonly kind: string }>(
  specs: readonly T[],
): ReadonlyMap<string, T> {
  const map = new Map<string, T>()
  for (const spec of specs) {
    if (map.has(spec.name))
      throw new OffhookError('provider.duplicate', `Two ${spec.kind} providers are named "${spec.name}": rename one`)
    map.set(spec.name, spec)
  }
  return map
}

export interface Address {
  readonly url: () => URL
  readonly port: () => number
  listening(port: number): void
}

/** Our public address: as configured, else where we listen, known once the port is. */
function addressOf(environment: Environment): Address {
  let port = environment.port
  const slash = (url: string): URL => new URL(url.endsWith('/') ? url : `${url}/`)
  const host = environment.host === '0.0.0.0' || environment.host === '::' ? '127.0.0.1' : environment.host
  return {
    url: () => slash(environment.publicUrl ?? `http://${host}:${port}`),
    port: () => port,
    listening: (actual) => (port = actual),
  }
}

/** The operator's exceptions to the guard, and our own port while carriers are simulated on it. */
function allowedHosts(environment: Environment, port: number): readonly string[] {
  return environment.simulators
    ? [...environment.allowHosts, `127.0.0.1:${port}`, `localhost:${port}`]
    : environment.allowHosts
}
