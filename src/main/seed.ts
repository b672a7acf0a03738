/** What a new gateway starts with: an organization, an admin key, an agent that works offline, and a simulated line to call it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { accountOf, managedSettings } from '../api/settings.ts'
import type { SimulatedCarrier } from '../../simulators/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import type { CarrierSpec } from '../spec/carrier.ts'
import { linesOf } from '../spec/lines.ts'
import type { Agent, Connection, Store } from '../store/contract.ts'
import type { FromEnvironment } from './environment.ts'

export const organization = 'org_default'
export const receptionist = 'agt_receptionist'
/** The provider of calls from web pages. */
export const browserLine = 'webrtc'
const simulatedConnection = 'con_simulated'

interface SeedParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
}

export async function seedOrganization({ store, clock }: SeedParts): Promise<void> {
  if (await store.organizations.get(organization)) return
  await store.organizations.create({ id: organization, name: 'Default', createdAt: clock.now() })
}

export async function seedAgents({ store, clock }: SeedParts): Promise<void> {
  const now = clock.now()
  const seeds: readonly Pick<Agent, 'id' | 'name' | 'provider' | 'settings'>[] = [
    { id: receptionist, name: 'Local receptionist', provider: 'local', settings: {} },
    { id: 'agt_echo', name: 'Echo', provider: 'echo', settings: {} },
  ]
  for (const seed of seeds) {
    if (await store.agents.get(organization, seed.id)) continue
    await store.agents.create({ ...seed, organization, createdAt: now, updatedAt: now })
  }
}

export interface AdminKey {
  /** Where it can be read; undefined when it came from the environment. */
  readonly file: string | undefined
  readonly secret: string
}

/** The first admin key: from the environment, else drawn once into a file that only its owner can read. */
export async function seedAdminKey(
  parts: SeedParts,
  dataDir: string | undefined,
  given: string | undefined,
): Promise<AdminKey> {
  const file = dataDir === undefined || given !== undefined ? undefined : join(dataDir, 'admin.key')
  const secret = given ?? (file === undefined ? undefined : await readIfThere(file)) ?? `ohk_${parts.ids.token()}`
  if (!(await parts.store.keys.authenticate(secret, parts.clock.now()))) {
    const key = { id: parts.ids.id('key'), organization, name: 'First admin key', prefix: secret.slice(0, 8) }
    await parts.store.keys.create({ ...key, scopes: ['admin'], createdAt: parts.clock.now() }, secret)
    if (file !== undefined) await writeFile(file, `${secret}\n`, { mode: 0o600 })
  }
  return { file, secret }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined // node's file errors carry a code
    throw error
  }
}

/** Connections that the environment describes; each follows its variables at every start. */
export async function seedFromEnvironment(
  parts: SeedParts,
  found: readonly FromEnvironment[],
): Promise<readonly Connection[]> {
  const made: Connection[] = []
  for (const { provider, settings } of found) {
    const id = `con_env${provider.kind}${provider.name.replaceAll(/[^a-z0-9]/g, '')}`
    const account = accountOf(provider.settings, settings)
    const before = await parts.store.connections.get(organization, id)
    const kept = before && before.account === account ? managedSettings(provider.settings, before.settings) : {}
    made.push(
      await putConnection(parts, {
        id,
        kind: provider.kind,
        provider: provider.name,
        name: `${provider.label} from environment`,
        settings: { ...settings, ...kept },
        source: 'environment',
        ...(account === undefined ? {} : { account }),
      }),
    )
    const number = settings['defaultFrom']
    if (typeof number === 'string') await seedNumber(parts, id, number)
  }
  return made
}

interface SimulatedSeed {
  readonly spec: CarrierSpec
  readonly carrier: Pick<SimulatedCarrier, 'name' | 'label' | 'draw' | 'address'>
  readonly place: number
  /** Where the simulator's API is. */
  readonly url: string
}

/** A simulated carrier's account: drawn once, kept like any other. Each has a number of its own by its place on the list. */
export async function seedSimulated(
  parts: SeedParts,
  { spec, carrier, place, url }: SimulatedSeed,
): Promise<{ readonly connection: Connection; readonly number: string }> {
  const { name } = carrier
  const id = place === 0 ? simulatedConnection : `${simulatedConnection}${name}`
  const before = await parts.store.connections.get(organization, id)
  const settings = { ...(before?.settings ?? carrier.draw(parts.ids)), ...carrier.address(url) }
  const account = accountOf(spec.settings, settings)
  const connection = await putConnection(parts, {
    ...{ id, kind: 'carrier', provider: name, settings, source: 'simulator' },
    name: place === 0 ? 'Simulated carrier' : `Simulated ${carrier.label}`,
    ...(account === undefined ? {} : { account }),
  })
  const number = `+1555010${String(place + 1).padStart(4, '0')}`
  await seedNumber(parts, id, number)
  return { connection, number }
}

/** A line for the browser, so that the console can talk with no set-up; on a gateway that only its own machine reaches. */
export async function seedBrowser(parts: SeedParts, provider: string): Promise<void> {
  const id = 'con_browser'
  if (await parts.store.connections.get(organization, id)) return
  await putConnection(parts, {
    id,
    kind: 'carrier',
    provider,
    name: 'Browser',
    settings: { agent: receptionist },
    source: 'api',
  })
}

export async function putConnection(
  { store, clock }: SeedParts,
  wanted: Pick<Connection, 'id' | 'kind' | 'provider' | 'name' | 'settings' | 'account' | 'source'>,
): Promise<Connection> {
  const now = clock.now()
  const before = await store.connections.get(organization, wanted.id)
  const { streamSecret } = linesOf(before?.settings ?? {})
  const record: Connection = {
    ...wanted,
    // Addresses that people have handed out stay good.
    settings: { ...wanted.settings, ...(streamSecret === undefined ? {} : { streamSecret }) },
    organization,
    isDefault: before?.isDefault ?? false,
    ...(before?.setUp ? { setUp: before.setUp } : {}),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  }
  if (before) await store.connections.update(record)
  else await store.connections.create(record)
  return record
}

async function seedNumber({ store, clock, ids }: SeedParts, connection: string, number: string): Promise<void> {
  if (await store.numbers.find(connection, number)) return
  const now = clock.now()
  await store.numbers.create({
    ...{ id: ids.id('num'), organization, connection, number, display: number, agent: receptionist },
    ...{ createdAt: now, updatedAt: now },
  })
}
