/** What an engine of the user's own starts with: their agents, their lines, and who answers where. */
import { address } from '../api/address.ts'
import { accountOf, givenSettings, managedSettings, parseSettings } from '../api/settings.ts'
import type { Gateway } from '../main/gateway.ts'
import { organization, putConnection } from '../main/seed.ts'
import type { AgentSpec } from '../spec/agent.ts'
import type { CarrierSpec } from '../spec/carrier.ts'
import { connectionSettings } from '../spec/connection.ts'
import { OffhookError } from '../spec/errors.ts'
import type { PhoneNumber } from '../store/contract.ts'

/** An account at a carrier. */
export interface Line {
  /** The carrier provider's name. */
  readonly carrier: string
  /** Its settings, as a connection has them. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Default: the carrier's name. Names the connection from start to start. */
  readonly name?: string
  /** Which agent answers which number. */
  readonly numbers?: Readonly<Record<string, string>>
}

/** An agent made of a provider's settings. */
export interface AgentOf {
  readonly name: string
  readonly provider: string
  readonly settings: Readonly<Record<string, unknown>>
}

export interface Furniture {
  readonly agents: readonly (AgentSpec | AgentOf)[]
  readonly lines: readonly Line[]
}

/** Ids by the names that the user gave. */
export interface Furnished {
  readonly agents: ReadonlyMap<string, string>
  /** In the order they were given. */
  readonly lines: ReadonlyMap<string, string>
}

/** Rejects with an OffhookError that names what does not fit. */
export async function furnish({ engine }: Pick<Gateway, 'engine'>, { agents, lines }: Furniture): Promise<Furnished> {
  requireDistinct(
    'Agents',
    agents.map(({ name }) => name),
  )
  requireDistinct(
    'Lines',
    lines.map(({ name, carrier }) => name ?? carrier),
  )
  const found = { agents: new Map<string, string>(), lines: new Map<string, string>() }
  for (const agent of agents) found.agents.set(agent.name, await seedAgent(engine, agent))
  for (const line of lines) found.lines.set(line.name ?? line.carrier, await seedLine(engine, line, found.agents))
  return found
}

type Engine = Gateway['engine']

const idOf = (prefix: string, name: string): string => `${prefix}_${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`

/** Ids hold letters and digits alone: names that differ in nothing else would be one. */
function requireDistinct(what: string, names: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const name of names) {
    const id = idOf('', name)
    if (seen.has(id))
      throw new OffhookError(
        'conflict',
        `${what} "${seen.get(id)}" and "${name}" have the same letters and digits: rename one`,
      )
    seen.set(id, name)
  }
}

async function seedAgent(engine: Engine, agent: AgentSpec | AgentOf): Promise<string> {
  const { store, clock } = engine
  const wanted = 'kind' in agent ? { name: agent.name, provider: agent.name, settings: {} } : agent
  const spec = engine.agents.get(wanted.provider)
  if (!spec)
    throw new OffhookError('provider.unknown', `Agent "${wanted.name}": there is no provider "${wanted.provider}"`)
  const parsed = spec.settings.safeParse(wanted.settings)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
    throw new OffhookError('settings.invalid', `The settings of agent "${wanted.name}" are not valid: ${faults}`)
  }
  const id = idOf('agt', wanted.name)
  const now = clock.now()
  const before = await store.agents.get(organization, id)
  const record = { ...wanted, id, organization, createdAt: before?.createdAt ?? now, updatedAt: now }
  await (before ? store.agents.update(record) : store.agents.create(record))
  return id
}

async function seedLine(engine: Engine, line: Line, agents: ReadonlyMap<string, string>): Promise<string> {
  const { name = line.carrier, settings, numbers = {} } = line
  const spec: CarrierSpec = engine.carrier(line.carrier)
  const account = accountOf(spec.settings, settings)
  const schema = connectionSettings(spec)
  const id = idOf('con', name)
  const before = await engine.store.connections.get(organization, id)
  const given = parseSettings(givenSettings(schema), settings, schema)
  await putConnection(engine, {
    ...{ id, kind: 'carrier', provider: spec.name, name, source: 'environment' },
    settings: { ...given, ...managedSettings(schema, before?.settings ?? {}) },
    ...(account === undefined ? {} : { account }),
  })
  for (const [number, agent] of Object.entries(numbers)) await seedNumber(engine, id, { number, agent, agents })
  return id
}

interface Answered {
  readonly number: string
  readonly agent: string
  readonly agents: ReadonlyMap<string, string>
}

async function seedNumber(
  { store, clock, ids }: Engine,
  connection: string,
  { number: display, agent: named, agents }: Answered,
): Promise<void> {
  const agent = agents.get(named) ?? (await store.agents.get(organization, named))?.id
  if (agent === undefined)
    throw new OffhookError(
      'not-found',
      `Number ${display}: there is no agent "${named}" (there are: ${[...agents.keys()].join(', ')})`,
    )
  const number = address(display, 'number')
  const now = clock.now()
  const before = await store.numbers.find(connection, number)
  if (before) return store.numbers.update({ ...before, agent, updatedAt: now })
  const record: PhoneNumber = {
    ...{ id: ids.id('num'), organization, connection, number, display, agent, createdAt: now, updatedAt: now },
  }
  await store.numbers.create(record)
}
