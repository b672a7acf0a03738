/** SIGKILL on the way of queued calls, from the job to the carrier's word: nobody is lost, nobody is dialled twice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomIds } from '../../../src/lib/ids.ts'
import { Scope } from '../../../src/lib/scope.ts'
import type { Journaled } from '../../../src/spec/event.ts'
import type { CallRecord } from '../../../src/store/contract.ts'
import { until } from '../../e2e/until.ts'
import { openFront } from '../../nodes/front.ts'
import { startPostgres, type PostgresServer } from '../../services/postgres.ts'
import { startRedis, type RedisServer } from '../../services/redis.ts'
import { killHouse, type KillHouse, type RunningNode } from './house.ts'
import { holdPoints, queuedNumber, type HoldPoint } from './words.ts'

const scope = new Scope('killed dispatch')
/** For processes on a busy machine, ms. */
const patience = 60_000
let postgres: PostgresServer | undefined
let redis: RedisServer | undefined
beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(scope), startRedis(scope)])
})
afterAll(() => scope.close())

async function outcome(node: RunningNode, count: number) {
  const all = () => new Set(node.told.flatMap((one) => (one.type === 'ended' ? [one.call] : []))).size
  await until(`the end of ${count} calls`, () => all() >= count, patience)
  node.tell({ type: 'dump' })
  return node.answer('dump')
}

/** Each was called once, its story is whole, and the record knows the carrier's name of it. */
function expectOnce(house: KillHouse, calls: readonly CallRecord[], journal: readonly Journaled[]): void {
  const legs = [...house.simulator.calls.values()]
  for (const { id, to, ref, waiting } of calls) {
    const placed = legs.filter((leg) => leg.to === to).map((leg) => leg.ref)
    expect(placed, `the carrier's calls to ${to}`).toEqual([ref])
    expect(waiting ?? false).toBe(false)
    const own = journal.filter(({ call }) => call === id)
    expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_, index) => index + 1))
    expect(own.filter(({ event }) => event.type === 'call.ended')).toHaveLength(1)
  }
}

/** Over each queue a call that stands still at its point, and one that waits behind it. */
async function fill(house: KillHouse, node: RunningNode, points: readonly HoldPoint[]): Promise<void> {
  const still = () => node.told.filter(({ type }) => type === 'held').length
  // One after the other: who is held before there is a record is known by nothing but its turn.
  for (const queue of points.keys()) {
    node.tell({ type: 'dial', to: queuedNumber(queue, 0), queue })
    await until(`call ${queue} to stand still`, () => still() === queue + 1, patience)
  }
  for (const queue of points.keys()) node.tell({ type: 'dial', to: queuedNumber(queue, 1), queue })
  const queued = async () => (await house.durable()).filter(({ event }) => event.type === 'call.queued').length
  // Those who are held at their job or their record have no event yet.
  const known = 2 * points.length - points.filter((point) => point === 'job' || point === 'record').length
  await until(`${known} calls in their queues`, async () => (await queued()) === known, patience)
}

function urlOf({ told }: RunningNode): string {
  const port = told.flatMap((one) => (one.type === 'ready' ? [one.port] : []))[0]
  return `http://127.0.0.1:${port}`
}

describe.concurrent('a gateway that is killed while calls wait for a line', () => {
  test('at every point on their way, dials each of them once when it is back', { timeout: 180_000 }, async () => {
    const house = await killHouse(scope)
    house.simulator.onDial(() => ({ type: 'busy', afterMs: 500 }))
    const node = await house.start({ queues: house.queues(holdPoints) })
    await fill(house, node, holdPoints)
    await node.kill()
    // Whose job alone was kept: whoever asked for it got no answer, and nobody is called.
    const count = 2 * holdPoints.length - 1
    const { calls, journal } = await outcome(await house.start(), count)
    expect(calls).toHaveLength(count)
    expectOnce(house, calls, journal)
    expect(house.simulator.calls.size).toBe(count)
    expect(await house.log()).not.toMatch(/"level":"error"[^\n]*(an effect failed|unhandled|stands still)/)
  })

  test(
    'beside another one, leaves its calls to that one, which dials each once',
    { timeout: 180_000 },
    async ({ skip }) => {
      if (!postgres || !redis) skip('there is no PostgreSQL or no Redis here')
      const house = await killHouse(scope, await postgres?.database())
      const front = await openFront(scope)
      house.simulator.onDial(() => ({ type: 'busy', afterMs: 500 }))
      const points = ['call.released', 'taken'] as const
      const peer = { redisUrl: redis!.url, secretKey: randomIds.token() }
      const first = await house.start({ queues: house.queues(points), publicUrl: front.url, peer })
      front.route = () => urlOf(first)
      await fill(house, first, points)
      const second = await house.start({ port: 0, publicUrl: front.url, peer })
      await first.kill()
      front.route = () => urlOf(second)
      const { calls, journal } = await outcome(second, 4)
      expect(calls).toHaveLength(4)
      expectOnce(house, calls, journal)
    },
  )
})
