/** SIGKILL at every step of a call's journal, and a restart: nothing is lost, nothing is done twice, every call ends. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Phone, type RestFault } from '../../../simulators/index.ts'
import { compare, replayCall } from '../../../src/calls/replay.ts'
import { realClock } from '../../../src/lib/clock.ts'
import { Scope } from '../../../src/lib/scope.ts'
import { readReplay } from '../../../src/main/replays.ts'
import { twilio } from '../../../src/providers/carriers/twilio/twilio.ts'
import { until } from '../../e2e/until.ts'
import { openFront } from '../../nodes/front.ts'
import { startPostgres, type PostgresServer } from '../../services/postgres.ts'
import { killHouse, number, type KillHouse, type RunningNode } from './house.ts'
import { expectWhole, type Aftermath } from './verdict.ts'
import { farNumber, transferNumber, type NodeOptions } from './words.ts'

/** The journal of a call that is left alone has 18 entries outbound and 16 inbound; then one that ends by itself. */
const steps = { outbound: 19, inbound: 17 } as const
const calls = steps.outbound + steps.inbound

const scope = new Scope('kill')
let postgres: PostgresServer | undefined
beforeAll(async () => {
  postgres = await startPostgres(scope)
})
afterAll(() => scope.close())

function person(script: (phone: Phone) => Promise<void>): Phone {
  return new Phone({ clock: realClock, script, record: false })
}

/** Called people stay a while; whom they are transferred to leaves soon, or when they have talked enough. */
function people(house: KillHouse, enough = () => realClock.sleep(400)): void {
  house.simulator.onDial(({ direction }) => ({
    type: 'answer',
    phone: person(async (self) => {
      await (direction === 'outbound-dial' ? enough() : self.sleep(60_000))
      self.hangup()
    }),
  }))
}

/** Whatever they hear, they press a key: whose agent died under them does so again. */
function caller(): Phone {
  return person(async (self) => {
    for (;;) {
      await self.waitForSpeech(60_000)
      await self.waitForSilence(100)
      await self.press('1')
    }
  })
}

const ended = (node: RunningNode): number =>
  new Set(node.told.flatMap((one) => (one.type === 'ended' ? [one.call] : []))).size

/** Starts the node again, waits for the end of every call that was not over, and asks for everything. */
async function restart(
  house: KillHouse,
  before: Aftermath['before'],
  options: Partial<NodeOptions> = {},
): Promise<Aftermath & { readonly node: RunningNode }> {
  const killedAt = house.simulator.log.length
  const node = await house.start(options)
  const all = new Set(before.map(({ call }) => call)).size
  await until(`the end of ${all} calls`, () => ended(node) >= all, 40_000)
  node.tell({ type: 'dump' })
  const { journal, calls: records } = await node.answer('dump')
  return { before, after: journal, records, simulator: house.simulator, killedAt, node }
}

/** Both what was kept before the kill and what was kept after it can be run again. */
async function expectSame(file: string): Promise<void> {
  const recorded = await readReplay(file)
  const replayed = await replayCall({ ...recorded, carriers: new Map([[twilio.name, twilio]]) })
  expect(compare(recorded.inputs, replayed)).toBeUndefined()
}

describe.concurrent('a gateway that is killed', () => {
  test.for(['embedded', 'postgres'] as const)(
    'at every entry of a call out and a call in, on %s, loses nothing and does nothing twice',
    { timeout: 120_000 },
    async (kind, { skip }) => {
      const database = kind === 'postgres' ? await postgres?.database() : undefined
      if (kind === 'postgres' && database === undefined) skip('there is no PostgreSQL here')
      const house = await killHouse(scope, database)
      people(house)
      const node = await house.start({ hold: true })
      for (let last = 1; last <= steps.outbound; last++) node.tell({ type: 'dial', to: farNumber('outbound', last) })
      for (let last = 1; last <= steps.inbound; last++)
        house.simulator.call({ from: farNumber('inbound', last), to: number, phone: caller() })
      const still = (): number => new Set(node.told.flatMap((one) => ('call' in one ? [one.call] : []))).size
      await until(`${calls} calls to stand still`, () => still() === calls, 20_000)
      await node.kill()
      const before = await house.durable()
      expect(new Set(before.map(({ call }) => call)).size).toBe(calls)
      const aftermath = await restart(house, before)
      expectWhole(aftermath)
      expect(await house.log()).not.toMatch(/"level":"error"[^\n]*(an effect failed|unhandled)/)
    },
  )

  // The connection stays open until long after the kill: no broken answer can be noticed before it.
  const silence = { type: 'no-response', holdMs: 30_000 } as const
  const doubts: readonly (readonly [string, RestFault, (aftermath: Aftermath, far: string) => void])[] = [
    [
      'a dial that the carrier took',
      { method: 'POST', path: /Calls\.json/, times: 1, what: { type: 'no-response' } },
      ({ records }) => expect(records[0]!.ref).toMatch(/^CA/),
    ],
    [
      'a transfer that the carrier took, however long the caller talks there',
      { method: 'POST', path: /Calls\/CA/, times: 1, what: silence },
      ({ records, simulator }, far) => {
        expect(records[0]!.endReason).toBe('transferred')
        expect([...simulator.calls.values()].filter(({ to }) => to === transferNumber(far))).toHaveLength(1)
        expect(simulator.log.filter(({ kind, text }) => kind === 'rest' && text.includes('Status=completed'))).toEqual(
          [],
        )
      },
    ],
  ]
  test.for(doubts)(
    'before the answer to %s came, asks and does not repeat it',
    { timeout: 120_000 },
    async ([, fault, check]) => {
      const house = await killHouse(scope)
      const asked = Promise.withResolvers<void>()
      // They talk on after the restart, longer than a lost stream is waited for.
      people(house, () => asked.promise.then(() => realClock.sleep(11_000)))
      const node = await house.start({ replay: true })
      house.simulator.faults.rest = [fault]
      const far = farNumber('outbound', 900)
      node.tell({ type: 'dial', to: far })
      await until('the order at the carrier', () => fault.times === 0, 10_000)
      await node.kill()
      const { log } = house.simulator
      const killedAt = log.length
      const restarted = restart(house, await house.durable(), { replay: true })
      await until('a question', () => log.slice(killedAt).some(({ text }) => /^GET .*Calls/.test(text)), 30_000)
      asked.resolve()
      const aftermath = await restarted
      expectWhole(aftermath)
      check(aftermath, far)
      aftermath.node.tell({ type: 'stop' })
      await aftermath.node.died
      const pieces = await house.replays()
      // What happened in the last batch before the kill, which may be all, was not written yet.
      expect(pieces.length).toBeGreaterThanOrEqual(1)
      for (const piece of pieces) await expectSame(piece)
    },
  )

  test('while a transfer rings in vain, gives the caller back to their agent', { timeout: 120_000 }, async () => {
    const house = await killHouse(scope)
    const { simulator } = house
    simulator.onDial(() => ({ type: 'no-answer' }))
    const node = await house.start({ replay: true })
    const killed = Promise.withResolvers<void>()
    const phone = person(async (self) => {
      await self.waitForSpeech()
      await killed.promise
      // What they hear now is a new process's agent.
      await self.waitForSpeech(30_000)
      await self.waitForSilence(100)
      await self.press('1')
      await self.sleep(60_000)
    })
    const leg = simulator.call({ from: farNumber('inbound', 900), to: number, phone })
    await until('an open line', () => leg.streams.length === 1 && leg.status === 'in-progress')
    await phone.waitForSpeech()
    const far = transferNumber(farNumber('inbound', 900))
    const coming = simulator.nextCall()
    node.tell({ type: 'transfer', to: far })
    const other = await coming
    const taken = async () =>
      (await house.durable()).some(({ event }) => event.type === 'command.accepted' && event.id.startsWith('cmd_'))
    await until('the carrier’s word', taken)
    await node.kill()
    const before = await house.durable()
    killed.resolve()
    const restarted = restart(house, before, { replay: true })
    await until('a new process', () => house.address())
    other.end('busy', 'they talk already', 486)
    const aftermath = await restarted
    expectWhole(aftermath)
    expect(aftermath.records[0]).toMatchObject({ status: 'completed', endReason: 'agent-hangup' })
    expect(leg.streams).toHaveLength(2)
    aftermath.node.tell({ type: 'stop' })
    await aftermath.node.died
    for (const piece of await house.replays()) await expectSame(piece)
  })

  test.for([
    ['before its stream could open', 'GET /media'],
    ['in mid-call', undefined],
  ] as const)('%s, has the carrier ask again, and goes on with the caller', { timeout: 120_000 }, async ([, at]) => {
    const house = await killHouse(scope)
    const front = await openFront(scope)
    const node = await house.start({ publicUrl: front.url })
    const killed = Promise.withResolvers<void>()
    let dead = false
    const kill = async (): Promise<void> => {
      dead = true
      await node.kill()
      killed.resolve()
    }
    front.route = async (path) => {
      if (at && !dead && path.startsWith('/media')) await kill().then(() => Promise.reject(new Error('nobody there')))
      return until('a gateway', () => house.address(), 30_000)
    }
    const phone = person(async (self) => {
      if (!at) await self.waitForSpeech()
      await killed.promise
      await self.waitForSilence(100)
      await self.waitForSpeech(30_000)
      await self.waitForSilence(100)
      await self.press('1')
      await self.sleep(60_000)
    })
    const leg = house.simulator.call({ from: farNumber('inbound', 900), to: number, phone })
    if (!at) await until('the agent', () => phone.connected && phone.hearsSpeech).then(kill)
    await killed.promise
    const aftermath = await restart(house, await house.durable(), { publicUrl: front.url })
    expectWhole(aftermath)
    expect(aftermath.records[0]).toMatchObject({ status: 'completed', endReason: 'agent-hangup', ref: leg.ref })
    expect(leg.streams).toHaveLength(2)
    expect(aftermath.after.map(({ event }) => event.type)).toContain('call.returned')
  })

  test('before the answer to a hang-up came, ends the call once', { timeout: 120_000 }, async () => {
    const house = await killHouse(scope)
    const node = await house.start()
    const fault: RestFault = { method: 'POST', path: /Calls\/CA/, times: 1, what: silence }
    house.simulator.faults.rest = [fault]
    house.simulator.call({ from: farNumber('inbound', 900), to: number, phone: caller() })
    await until('the order at the carrier', () => fault.times === 0, 10_000)
    await node.kill()
    const aftermath = await restart(house, await house.durable())
    expectWhole(aftermath)
    expect(aftermath.records[0]).toMatchObject({ status: 'completed', endReason: 'agent-hangup' })
  })
})

/** A process for each step takes minutes: KILL_EACH=1 runs them. */
describe.runIf(process.env['KILL_EACH'] === '1')('a gateway that is killed in the same instant', () => {
  const each = (Object.keys(steps) as (keyof typeof steps)[]).flatMap((direction) =>
    Array.from({ length: steps[direction] - 1 }, (_, index) => [direction, index + 1] as const),
  )
  test.for(each)('%s, entry %i', { timeout: 60_000 }, async ([direction, killAt]) => {
    const house = await killHouse(scope)
    people(house)
    const node = await house.start({ killAt })
    const far = farNumber(direction, 900)
    if (direction === 'outbound') node.tell({ type: 'dial', to: far })
    else house.simulator.call({ from: far, to: number, phone: caller() })
    await node.died
    expectWhole(await restart(house, await house.durable()))
  })
})
