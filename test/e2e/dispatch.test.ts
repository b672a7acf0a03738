/** Calls that wait for a line: limits hold, lines that come free are used, and a killed process loses nobody and dials nobody twice. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Phone, startTwilio, type TwilioSimulator } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { Scope } from '../../src/lib/scope.ts'
import { openHouse, type CallShown, type House } from './gateway.ts'
import { pause, until } from './until.ts'

const account = { accountSid: `AC${'a'.repeat(32)}`, authToken: 'b'.repeat(32) }
const numbers = ['+15550100010', '+442079460010']

interface Line {
  readonly simulator: TwilioSimulator
  readonly phones: Phone[]
  readonly connection: string
  place(count: number): Promise<readonly CallShown[]>
}

/** People who answer at once and stay. */
async function openLine(house: House, scope: Scope, limits: Readonly<Record<string, unknown>>): Promise<Line> {
  const simulator = await startTwilio({
    ...{ clock: realClock, ids: randomIds, scope },
    accounts: [{ ...account, numbers }],
  })
  const phones: Phone[] = []
  simulator.onDial(() => {
    const phone = new Phone({ clock: realClock })
    phones.push(phone)
    return { type: 'answer', phone, afterMs: 20 }
  })
  const settings = { ...account, apiBase: simulator.url, ...limits }
  const { data: connection, error } = await house.client.POST('/v1/connections', {
    body: { kind: 'carrier', provider: 'twilio', name: 'limited', settings },
  })
  if (!connection) throw new Error(JSON.stringify(error))
  const agent = await house.agent({})
  for (const number of numbers)
    await house.client.POST('/v1/numbers', { body: { connection: connection.id, number, point: false } })
  return {
    ...{ simulator, phones, connection: connection.id },
    async place(count) {
      const calls = Array.from({ length: count }, (_, index) => ({
        ...{ to: `+1555019${String(index).padStart(4, '0')}`, agent: agent.id, connection: connection.id },
      }))
      const { data } = await house.client.POST('/v1/calls/bulk', { body: { calls } })
      return data!.items.map((item) => {
        if (!item.ok) throw new Error(item.error.message)
        return item.call
      })
    },
  }
}

test('no more calls at once than the connection has lines; each that ends lets the next one go', async () => {
  await using house = await openHouse()
  const line = await openLine(house, house.scope, { maxConcurrentCalls: 2 })
  const placed = await line.place(5)
  expect(placed).toHaveLength(5)
  for (const call of placed) expect(call).toMatchObject({ status: 'queued', waiting: true })
  await until('two calls', () => line.phones.length === 2)
  await pause(300)
  expect(line.simulator.calls.size).toBe(2)
  // Who waits can be hung up on, and is never called.
  const last = placed[4]!
  await house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: last.id } } })
  expect(await house.callWhen('the end', last.id, ({ endedAt }) => endedAt !== null)).toMatchObject({
    ...{ status: 'canceled', endReason: 'api-hangup', waiting: false },
  })
  for (let index = 0; index < 4; index++) {
    await until(`call ${index}`, () => line.phones.length > index)
    const running = [...line.simulator.calls.values()].filter(({ status }) => status === 'in-progress')
    expect(running.length).toBeLessThanOrEqual(2)
    await until('its answer', () => [...line.simulator.calls.values()][index]?.status === 'in-progress')
    line.phones[index]!.hangup()
  }
  for (const { id } of placed.slice(0, 4)) await house.callWhen('the end', id, ({ status }) => status === 'completed')
  expect(line.simulator.calls.size).toBe(4)
})

test('no more calls a second than the connection takes', async () => {
  await using house = await openHouse()
  const line = await openLine(house, house.scope, { callsPerSecond: 4 })
  const began = realClock.monotonic()
  await line.place(5)
  await until('five calls', () => line.simulator.calls.size === 5)
  expect(realClock.monotonic() - began).toBeGreaterThanOrEqual(4 * 250)
})

test('the caller id is the nearest of the connection’s numbers, or they take turns', async () => {
  await using house = await openHouse()
  const nearest = await openLine(house, house.scope, { callerId: 'nearest' })
  const [call] = await nearest.place(1)
  expect(call!.from).toBe('+15550100010')
  const agent = call!.agent
  const params = { path: { id: nearest.connection } }
  const { data: before } = await house.client.GET('/v1/connections/{id}', { params })
  const body = { name: before!.name, settings: { ...before!.settings, callerId: 'rotate' } }
  expect((await house.client.PUT('/v1/connections/{id}', { params, body })).response.status).toBe(200)
  const foreign = { to: '+442079460999', agent, connection: nearest.connection }
  const refused = await house.client.POST('/v1/calls', { body: { ...foreign, from: numbers[0]! } })
  expect(refused.error?.error).toMatchObject({ code: 'target.forbidden', message: expect.stringContaining('+44') })
  const { data: settings } = await house.client.GET('/v1/settings')
  const dialing = { allow: ['+442'], block: [], premium: false, foreign: false }
  await house.client.PUT('/v1/settings', { body: { ...settings!, dialing } })
  const froms: string[] = []
  for (let index = 0; index < 4; index++) {
    const { data } = await house.client.POST('/v1/calls', { body: foreign })
    froms.push(data!.from)
  }
  expect(froms.toSorted()).toEqual([...numbers, ...numbers].toSorted())
})

test('one bad item spoils no other', async () => {
  await using house = await openHouse()
  const line = await openLine(house, house.scope, {})
  const { id: agent } = await house.agent({})
  const base = { agent, connection: line.connection }
  const { data } = await house.client.POST('/v1/calls/bulk', {
    body: {
      calls: [
        { ...base, to: '+15550190001' },
        { ...base },
        { ...base, to: 'nobody' },
        { ...base, to: '+15550190002', x: 1 },
      ],
    },
  })
  expect(data!.items.map((item) => (item.ok ? 'placed' : item.error.code))).toEqual([
    ...['placed', 'request.invalid', 'number.invalid', 'request.invalid'],
  ])
})

test('calls that waited when the process ended are dialled by the next one, each once', async () => {
  await using scope = new Scope('restart')
  const folder = await mkdtemp(join(tmpdir(), 'offhook-dispatch-'))
  scope.defer(() => rm(folder, { recursive: true, force: true }))
  const values = { OFFHOOK_DATA_DIR: folder }
  const first = await openHouse({ values, inMemory: false })
  const line = await openLine(first, scope, { maxConcurrentCalls: 1 })
  // Rings through the restart: were it answered, a stream that nobody ends would hold the line.
  line.simulator.onDial(() => ({ type: 'busy', afterMs: 2_000 }))
  const placed = await line.place(3)
  await until('the first call', () => line.simulator.calls.size === 1)
  line.simulator.onDial(() => ({ type: 'busy', afterMs: 50 }))
  await first.scope.close()
  // The carrier knows the address of before.
  await using second = await openHouse({ values: { ...values, PORT: new URL(first.url).port }, inMemory: false })
  for (const { id } of placed) await second.callWhen('the end', id, ({ status }) => status === 'busy', 30_000)
  expect([...line.simulator.calls.values()].map(({ to }) => to).toSorted()).toEqual(
    placed.map(({ to }) => to).toSorted(),
  )
})
