/** What saving a connection does at its carrier: each simulated carrier is saved, saved again, refused, and called. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Phone, serveCarrier, simulatedCarriers, type CarrierSimulator } from '../../simulators/index.ts'
import type { components } from '../../src/client/schema.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { ownProviders } from '../../src/main/providers.ts'
import { seedFromEnvironment } from '../../src/main/seed.ts'
import { managedOf, notesOf } from '../../src/spec/provider.ts'
import { openHouse, type House } from './gateway.ts'

type Connection = components['schemas']['Connection']
type Settings = Readonly<Record<string, unknown>>

interface Expected {
  readonly carrier: string
  /** Its order to make an application; absent where it makes none. */
  readonly makes?: RegExp
  /** Its order to change one. */
  readonly changes?: RegExp
  /** The setting that its requests are believed by. */
  readonly secret: string
  /** Where its numbers are. */
  readonly country?: string
}

const { carriers } = ownProviders

const wanted: readonly Expected[] = [
  { carrier: 'twilio', secret: 'authToken' },
  { carrier: 'telnyx', secret: 'apiKey', changes: /^PATCH \S+\/call_control_applications\/\d+\n/ },
  {
    carrier: 'plivo',
    secret: 'authToken',
    makes: /^POST \S+\/Application\/\n/,
    changes: /^POST \S+\/Application\/\d+\/\n/,
  },
  {
    carrier: 'vobiz',
    secret: 'authToken',
    makes: /^POST \S+\/Application\/\n/,
    changes: /^POST \S+\/Application\/\d+\/\n/,
  },
  { carrier: 'vonage', secret: 'apiSecret', changes: /^PUT \S*\/v2\/applications\// },
  {
    carrier: 'cloudonix',
    secret: 'apiKey',
    makes: /^POST \S+\/applications\n/,
    changes: /^PATCH \S+\/applications\/Offhook_/,
  },
  { carrier: 'exotel', secret: 'apiToken' },
]

describe.concurrent('saving a connection of', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ providers: { carriers }, values: { OFFHOOK_CARRIER_SETUP: 'on' } })
  })
  afterAll(() => house[Symbol.asyncDispose]())

  describe.each(wanted)('$carrier', (expected) => {
    const { carrier, makes, changes, secret } = expected

    test('prepares the account once, and changes what it made from then on', async () => {
      const { simulator, settings } = await account(house, carrier)
      const made = await save(house, { carrier, settings })
      expect(problems(made)).toEqual([])
      expect(made.setUp?.notes.at(-1)).toMatch(/^Signed in/)
      expect(orders(simulator, makes)).toHaveLength(makes ? 1 : 0)
      if (makes || changes) expect(simulator.log.map(({ text }) => text).join('\n')).toContain(made.webhooks['voice'])
      await again(house, made)
      const last = await again(house, made)
      expect(problems(last)).toEqual([])
      expect(orders(simulator, makes)).toHaveLength(makes ? 1 : 0)
      if (makes) expect(orders(simulator, changes).length).toBeGreaterThanOrEqual(2)
      // What points here already is left as it is.
      else expect(orders(simulator, changes)).toHaveLength(changes ? 1 : 0)
    })

    test('says which setting the carrier refuses, and keeps the connection', async () => {
      const { settings } = await account(house, carrier)
      const wrong = { ...settings, [secret]: 'x'.repeat(40) }
      const made = await save(house, { carrier, settings: wrong })
      const [problem] = problems(made)
      expect(problem?.code).toBe('carrier.credentials')
      expect(problem?.message.toLowerCase()).toContain(titleOf(carrier, secret).toLowerCase())
      expect(problem?.message).not.toContain('x'.repeat(40))
      const { data } = await house.client.GET('/v1/connections/{id}', { params: { path: { id: made.id } } })
      expect(data?.warnings).toEqual(made.warnings)
      expect(problems(await again(house, made, settings))).toEqual([])
    })

    test('points the numbers at it that were pointed before, and no others', async () => {
      const { simulator, settings } = await account(house, carrier)
      const made = await save(house, { carrier, settings })
      const agent = await house.agent({ greeting: 'hello' })
      const [ours, theirs] = ['+14155550111', '+14155550222'] as const
      for (const number of [ours, theirs]) simulator.point(number, made.webhooks)
      await add(house, { connection: made.id, number: ours, agent: agent.id, point: true })
      await add(house, { connection: made.id, number: theirs, agent: agent.id, point: false })
      const before = simulator.log.length
      expect(problems(await again(house, made))).toEqual([])
      const said = simulator.log
        .slice(before)
        .map(({ text }) => decodeURIComponent(text))
        .join('\n')
      expect(said).toContain(ours.slice(1))
      expect(
        said.split('\n').filter((line) => /^(POST|PUT|PATCH) /.test(line) && line.includes(theirs.slice(1))),
      ).toEqual([])
      const leg = simulator.call({ from: '+15550199001', to: ours, phone: new Phone({ clock: realClock }) })
      await house.callWhen('in-progress', (await house.callByRef(leg.ref)).id, ({ status }) => status === 'in-progress')
      leg.hangup()
      await leg.ended
    })

    test('asks the carrier nothing before it is known to conflict with nobody', async () => {
      const { simulator, settings } = await account(house, carrier)
      await save(house, { carrier, settings })
      const before = simulator.log.length
      const body = { kind: 'carrier', provider: carrier, name: randomIds.token(), settings } as const
      const { response } = await house.client.POST('/v1/connections', { body })
      expect(response.status).toBe(409)
      expect(simulator.log).toHaveLength(before)
    })
  })

  test.each(wanted.filter(({ makes }) => makes))('$carrier twice at once makes one application', async (expected) => {
    const { carrier, makes } = expected
    const { simulator, settings } = await account(house, carrier)
    simulator.faults.rest = [{ method: 'POST', what: { type: 'error', status: 503 } }]
    const made = await save(house, { carrier, settings })
    expect(problems(made)).toHaveLength(1)
    simulator.faults.rest = []
    const before = orders(simulator, makes).length
    const saved = await Promise.all([again(house, made), again(house, made), again(house, made)])
    expect(saved.flatMap(problems)).toEqual([])
    expect(orders(simulator, makes)).toHaveLength(before + 1)
  })

  test.each(wanted.filter(({ makes }) => makes))(
    '$carrier shows and takes nothing of what we keep',
    async (expected) => {
      const { carrier } = expected
      const { settings } = await account(house, carrier)
      const made = await save(house, { carrier, settings })
      const managed = managedOf(specOf(carrier).settings)[0] ?? ''
      const stored = await house.gateway.store.connections.find(made.id)
      expect(stored?.settings[managed]).toEqual(expect.any(String))
      expect(Object.keys(made.settings)).not.toContain(managed)
      const taken = await house.request('PUT', `/v1/connections/${made.id}`, {
        name: made.name,
        settings: { ...made.settings, [managed]: 'another' },
      })
      expect(taken.status).toBe(422)
      expect(await taken.text()).toContain(managed)
      const { data } = await house.client.GET('/v1/providers')
      const shown = data?.items.find(({ kind, name }) => kind === 'carrier' && name === carrier)
      expect(JSON.stringify(shown?.settings)).not.toContain(managed)
      await again(house, made)
      expect((await house.gateway.store.connections.find(made.id))?.settings[managed]).toBe(stored?.settings[managed])
    },
  )

  test('a carrier that fails is a warning, and the next save mends it', async () => {
    const { simulator, settings } = await account(house, 'plivo')
    simulator.faults.rest = [{ what: { type: 'error', status: 500 } }]
    const made = await save(house, { carrier: 'plivo', settings })
    expect(problems(made)).toMatchObject([{ code: 'carrier.failed', message: expect.stringContaining('Plivo') }])
    simulator.faults.rest = []
    expect(problems(await again(house, made))).toEqual([])
  })

  test('an address that nobody may be sent to is a warning, and nothing is sent there', async () => {
    const { settings } = await account(house, 'plivo')
    const made = await save(house, {
      carrier: 'plivo',
      settings: { ...settings, apiBase: 'http://169.254.169.254/v1' },
    })
    expect(problems(made)).toMatchObject([
      { code: 'address.blocked', message: expect.stringContaining('169.254.169.254') },
    ])
  })

  test('a number that cannot be pointed again is a warning that names it', async () => {
    const { simulator, settings } = await account(house, 'plivo')
    const made = await save(house, { carrier: 'plivo', settings })
    const number = '+14155550333'
    simulator.point(number, made.webhooks)
    await add(house, { connection: made.id, number, point: true })
    simulator.faults.rest = [{ path: /\/Number\//, what: { type: 'error', status: 400 } }]
    expect(problems(await again(house, made))).toMatchObject([
      { code: 'command.refused', message: expect.stringContaining(`${number} was not pointed here again. Plivo`) },
    ])
  })
})

test('saving asks nobody anything where set-up is off, and a number pointed makes what it needs', async () => {
  await using house = await openHouse({ providers: { carriers } })
  const { simulator, settings } = await account(house, 'vobiz')
  const made = await save(house, { carrier: 'vobiz', settings })
  expect(simulator.log).toEqual([])
  expect(made.setUp).toBeNull()
  const [one, other] = ['+14155550111', '+14155550222'] as const
  for (const number of [one, other]) simulator.point(number, { voice: 'http://127.0.0.1:9/', status: '' })
  await add(house, { connection: made.id, number: one, point: true })
  const added = await add(house, { connection: made.id, number: other, point: false })
  expect(added.pointed).toBe(false)
  const { data } = await house.client.PATCH('/v1/numbers/{id}', {
    params: { path: { id: added.id } },
    body: { point: true },
  })
  expect(data?.pointed).toBe(true)
  expect(orders(simulator, /^POST \S+\/Application\/\n/)).toHaveLength(1)
})

test('a connection from the environment keeps its application over restarts, unless its account changes', async () => {
  await using house = await openHouse({ providers: { carriers } })
  const { simulator, settings } = await account(house, 'plivo')
  const { store, engine } = house.gateway
  const start = (given: Settings) =>
    seedFromEnvironment({ ...engine, store }, [{ provider: specOf('plivo'), settings: given }])
  const { id } = (await start(settings))[0]!
  const number = '+14155550111'
  simulator.point(number, { voice: 'http://127.0.0.1:9/', status: '' })
  await add(house, { connection: id, number, point: true })
  const own = async () => (await store.connections.find(id))?.settings['ownApplication']
  const made = await own()
  expect(made).toEqual(expect.any(String))
  await start(settings)
  expect(await own()).toBe(made)
  await start({ ...settings, authId: `MA${'0'.repeat(18)}` })
  expect(await own()).toBeUndefined()
})

function specOf(carrier: string) {
  const spec = carriers.find(({ name }) => name === carrier)
  if (!spec) throw new Error(`no carrier ${carrier}`)
  return spec
}

function titleOf(carrier: string, setting: string): string {
  const type = specOf(carrier).settings.shape[setting]
  return (type && notesOf(type).title) ?? setting
}

interface Account {
  readonly simulator: CarrierSimulator
  readonly settings: Settings
}

/** An account at a carrier of its own; nothing is prepared in it. */
async function account(house: House, name: string): Promise<Account> {
  const carrier = simulatedCarriers.find((one) => one.name === name)
  if (!carrier) throw new Error(`no simulator of ${name}`)
  const { scope } = house
  const { application: _, ...drawn } = { application: undefined, ...carrier.draw(randomIds) }
  const simulator = carrier.open(drawn, { clock: realClock, ids: randomIds, scope, ringGraceMs: 0 })
  await serveCarrier(simulator, { scope })
  return { simulator, settings: { ...drawn, ...carrier.address(simulator.url) } }
}

async function save(
  house: House,
  { carrier, settings }: { readonly carrier: string; readonly settings: Settings },
): Promise<Connection> {
  const body = { kind: 'carrier', provider: carrier, name: randomIds.token(), settings: { ...settings } } as const
  const { data, error } = await house.client.POST('/v1/connections', { body })
  if (!data) throw new Error(`not saved: ${JSON.stringify(error)}`)
  return data
}

async function again(house: House, { id, name, settings }: Connection, changed: Settings = {}): Promise<Connection> {
  const { data, error } = await house.client.PUT('/v1/connections/{id}', {
    params: { path: { id } },
    body: { name, settings: { ...settings, ...changed } },
  })
  if (!data) throw new Error(`not saved again: ${JSON.stringify(error)}`)
  return data
}

async function add(
  house: House,
  body: { readonly connection: string; readonly number: string; readonly agent?: string; readonly point: boolean },
): Promise<components['schemas']['PhoneNumber']> {
  const { data, error } = await house.client.POST('/v1/numbers', { body })
  if (!data) throw new Error(`no number: ${JSON.stringify(error)}`)
  return data
}

/** What went wrong at the carrier; that tests have no public address is known. */
function problems({ warnings }: Connection): Connection['warnings'] {
  return warnings.filter(({ code }) => code !== 'address.local')
}

function orders({ log }: CarrierSimulator, order: RegExp | undefined): readonly string[] {
  return log.flatMap(({ from, kind, text }) =>
    from === 'gateway' && kind === 'rest' && order?.test(text) ? [text] : [],
  )
}
