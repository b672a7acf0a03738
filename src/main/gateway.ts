/** The gateway, put together: store, network, calls, API and simulators on one port, in one scope. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Registry } from 'prom-client'
import type { WireEntry } from '../../simulators/index.ts'
import { announceJournal } from '../api/feed.ts'
import type { Simulations } from '../api/parts.ts'
import { createServer, listen } from '../api/server.ts'
import { signInCodes, type SignInCodes } from '../api/session/codes.ts'
import { startSpool } from '../api/webhooks/spool.ts'
import type { Engine } from '../calls/engine.ts'
import { shareLevels } from '../calls/levels-shared.ts'
import { openListeners } from '../calls/listen.ts'
import { lookAfterCalls, recoverCalls } from '../calls/recover.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { Logger } from '../lib/log.ts'
import type { Scope } from '../lib/scope.ts'
import type { Store } from '../store/contract.ts'
import { openStore } from '../store/open.ts'
import { addressOf, allowedHosts, onlyHere, type Address } from './address.ts'
import { engineOf } from './engine.ts'
import { providersFromEnvironment, type Environment } from './environment.ts'
import { createFigures, type Figures } from './figures.ts'
import { telemetrySettings } from './telemetry/settings.ts'
import type { Telemetry } from './telemetry/telemetry.ts'
import { processValues } from './process.ts'
import { openNetwork, type Network } from './network.ts'
import { everyProvider, type ProviderSet } from './providers.ts'
import { recordingFolder, type RecordingFolder } from './recordings.ts'
import {
  browserLine,
  seedAdminKey,
  seedAgents,
  seedBrowser,
  seedFromEnvironment,
  seedOrganization,
  type AdminKey,
} from './seed.ts'
import { openSimulations } from './simulations.ts'
import { openSimulators, type Simulators } from './simulators.ts'
import { startSweeper } from './sweep.ts'
import { ownVersion } from './version.ts'
import { telephoneVoice } from './voice.ts'

/** Run from sources and as a package, the console is built to different places. */
const consoleFolder = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../console/dist' : '../../console', import.meta.url),
)

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
  /** Requests a minute per API key or address. Default 1 200. */
  readonly rateLimit?: number
  /** Shows a sign-in code, and where to enter it, to whoever started the gateway; without it nobody signs in by code. */
  readonly showCode?: (code: string, url: string) => void
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
  /** Sign-in codes for the terminal. */
  readonly codes: SignInCodes | undefined
  /** Connections made from environment variables. */
  readonly fromEnvironment: readonly string[]
}

/** Rejects with an OffhookError that says what to change; everything opened by then is closed with the scope. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { environment, clock, ids, logger, scope } = options
  const found = providersFromEnvironment(everyProvider(options.providers), options.values)
  const { store, adminKey } = await storeOf(options)
  const address = addressOf(environment)
  const network = openNetwork({ clock, ids, scope, allowHosts: () => allowedHosts(environment, address.port()) })
  const recordings = recordingFolder(join(environment.dataDir, 'recordings'), clock, logger)
  const figures = createFigures(() => running(engine))
  const telemetry = await telemetryOf(options, store, () => running(engine))
  const count: Figures['count'] = (name, labels) => {
    figures.count(name, labels)
    telemetry?.count(name, labels)
  }
  const answering = new Map<string, string>()
  const engine = await engineOf(options, { store, network, recordings, address, count, answering })
  await openListeners(engine, (carrier) => processValues(carrier, options.values))
  await shareLevels(engine)
  const simulators = environment.simulators ? simulatorsOf(options, { store, network, address, engine }) : undefined
  const { registry } = figures
  const codes = codesOf(options, engine, address)
  const simulations = simulators && simulationsOf(options, { engine, simulators, answering, network })
  const served = { engine, network, recordings, simulators, simulations, codes, registry }
  address.listening(await serve(options, served))
  const seeds = { store, clock, ids }
  await seedAgents(seeds)
  const made = await seedFromEnvironment(seeds, found)
  await simulators?.seed()
  const listening = options.providers.carriers.find(({ name }) => name === browserLine)
  if (listening && onlyHere(environment)) await seedBrowser(seeds, listening.name)
  scope.use(announceJournal(engine))
  startSpool(engine, network.request, scope)
  startSweeper({ ...engine, removeRecording: recordings.remove })
  // Before anybody goes on with these calls: what their process left of its recordings reads to its end again.
  for (const { id } of await store.calls.open()) if (!(await engine.held(id))) await recordings.mend(id)
  const resumed = await recoverCalls(engine)
  if (resumed > 0) logger.info('calls taken up after a restart', { calls: resumed })
  void lookAfterCalls(engine)
  await engine.dispatch.start()
  return {
    ...{ url: `http://${environment.host}:${address.port()}`, engine, store, adminKey, simulators, recordings, codes },
    fromEnvironment: made.map((connection) => connection.name),
  }
}

/** The store, with the organization and the first key in it. */
async function storeOf(options: GatewayOptions): Promise<{ readonly store: Store; readonly adminKey: AdminKey }> {
  const { environment, clock, ids, logger, scope, inMemory = false } = options
  const dataDir = inMemory ? undefined : environment.dataDir
  const store = await openStore({
    ...{ clock, ids, logger, scope },
    ...(environment.databaseUrl === undefined || inMemory ? {} : { databaseUrl: environment.databaseUrl }),
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(environment.secretKey === undefined ? {} : { secretKey: environment.secretKey }),
  })
  const seeds = { store, clock, ids }
  await seedOrganization(seeds)
  return { store, adminKey: await seedAdminKey(seeds, dataDir, environment.adminKey) }
}

/** Loaded only where a collector is named: others need not wait for it at their start. */
async function telemetryOf(
  { values, clock, logger, scope }: GatewayOptions,
  store: Store,
  runningNow: () => number,
): Promise<Telemetry | undefined> {
  const settings = telemetrySettings(values)
  if (!settings) return undefined
  const { openTelemetry } = await import('./telemetry/telemetry.ts')
  const version = ownVersion()
  return openTelemetry({
    settings,
    store,
    clock,
    logger,
    version,
    scope: scope.child('telemetry'),
    running: runningNow,
  })
}

interface SimulatorNeeds {
  readonly engine: Engine
  readonly store: Store
  readonly network: Network
  readonly address: Address
}

function simulatorsOf(options: GatewayOptions, { store, network, address, engine }: SimulatorNeeds): Simulators {
  const { providers, clock, ids, scope, logger, onWire } = options
  return openSimulators({
    ...{ clock, ids, scope, logger, store, address },
    carriers: providers.carriers,
    doors: (carrier) => engine.listeners.get(carrier)?.doors ?? [],
    speak: telephoneVoice(providers.speakers, { scope, clock, ids, stream: network.stream }),
    ...(onWire ? { onWire } : {}),
  })
}

/** Whoever sees the terminal owns the machine, or comes before anybody has an account. */
function codesOf({ environment, showCode }: GatewayOptions, engine: Engine, address: Address): SignInCodes | undefined {
  if (!showCode) return undefined
  const wanted = async () => onlyHere(environment) || (await engine.store.users.count()) === 0
  const { host, publicUrl } = environment
  const place = () => publicUrl ?? `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${address.port()}`
  return signInCodes({ engine, wanted, show: (code) => showCode(code, place()) })
}

interface SimulationNeeds {
  readonly engine: Engine
  readonly simulators: Simulators
  readonly answering: Map<string, string>
  readonly network: Network
}

function simulationsOf({ providers, clock, ids, scope }: GatewayOptions, needs: SimulationNeeds): Simulations {
  const { engine, simulators, answering, network } = needs
  const speak = telephoneVoice(providers.speakers, { scope, clock, ids, stream: network.stream })
  return openSimulations({ engine, answering, speak, lines: () => simulators.lines() })
}

interface Served {
  readonly engine: Engine
  readonly network: Network
  readonly recordings: RecordingFolder
  readonly simulators: Simulators | undefined
  readonly simulations: Simulations | undefined
  readonly codes: SignInCodes | undefined
  readonly registry: Registry
}

/** Resolves with the port. */
async function serve(
  { environment, providers, scope, rateLimit = 1_200 }: GatewayOptions,
  served: Served,
): Promise<number> {
  const { engine, network, recordings, simulators, simulations, codes, registry } = served
  const app = await createServer({
    engine,
    providers: everyProvider(providers),
    request: network.request,
    setUpCarriers: environment.carrierSetUp,
    stream: network.stream,
    registry,
    trustedProxies: environment.trustedProxies,
    ready: async () => void (await engine.store.organizations.list()),
    readRecording: recordings.read,
    removeRecording: recordings.remove,
    version: ownVersion(),
    consoleDir: consoleFolder,
    ...(simulations ? { simulations } : {}),
    ...(codes ? { codes } : {}),
    mounts: simulators?.mounts ?? [],
    rateLimit,
    unclaimed: { perPeer: 200, total: 2_000 },
  })
  const listening = await listen(app, { host: environment.host, port: environment.port }, scope)
  return listening.port
}

function running(engine: Engine): number {
  let count = 0
  for (const live of engine.live.values()) if (!live.running.ended) count++
  return count
}
