import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tone, type DialBehaviour } from '../../simulators/index.ts'
import { Scope } from '../../src/lib/scope.ts'
import type { CarrierCall, Line } from '../conformance/live/fixture.ts'
import { calleeNumber, callerNumber, over, person, toneMs } from '../conformance/live/stage.ts'
import { openHouse, type House } from '../e2e/gateway.ts'
import { twilioLive } from '../e2e/twilio-line.ts'
import { until } from '../e2e/until.ts'
import { startChild, type Child } from './child.ts'
import { openFront, type Front } from './front.ts'
import { sharedValues, startServices } from './pair.ts'

const servers = new Scope('servers')
const scope = new Scope('killed')
const services = await startServices(servers)
afterAll(async () => {
  await scope.close()
  await servers.close()
})

/** A dead process's lease, and two looks of the living one; with room for a busy machine. */
const adoption = 60_000

interface Running {
  readonly id: string
  readonly line: Line
  readonly leg: CarrierCall
}

describe.skipIf(!services)('one of two gateways is killed', () => {
  let front: Front
  let a: Child
  let b: House
  let agent: string
  beforeAll(async () => {
    front = await openFront(scope)
    const values = await sharedValues(services!, front)
    b = scope.use(await openHouse({ inMemory: false, values }))
    a = await startChild(scope, values)
    front.route = () => a.url
    const { data } = await b.client.POST('/v1/agents', { body: { name: 'Echo', provider: 'echo', settings: {} } })
    agent = data!.id
  })

  const runs = (id: string) => b.gateway.engine.live.has(id)

  /** A call that A is asked for, from a carrier's account of its own. */
  async function dialled(behaviour: DialBehaviour): Promise<Running> {
    const line = await twilioLive.line(b, agent)
    line.onDial(() => behaviour)
    const coming = line.nextCall()
    const answer = await fetch(`${a.url}/v1/calls`, {
      method: 'POST',
      headers: { authorization: `Bearer ${b.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ to: calleeNumber, agent, connection: line.connection, machineDetection: false }),
    })
    const { id } = (await answer.json()) as { id: string } // our own API's answer
    const leg = await coming
    await b.callWhen('ringing', id, ({ status }) => status === 'ringing')
    return { id, line, leg }
  }

  async function called(): Promise<Running> {
    const line = await twilioLive.line(b, agent)
    const leg = line.ring({ from: callerNumber, phone: person() })
    return { id: (await b.callByRef(leg.ref)).id, line, leg }
  }

  /** The other one goes on with it: the caller hears themselves again. */
  async function goesOn({ id, leg }: Running): Promise<void> {
    await until(`media of ${id} at B`, () => b.gateway.engine.live.get(id)?.leg !== undefined, adoption)
    await leg.phone.say(tone(440, 600))
    // What the caller sent while nobody had the call was kept, and comes back first.
    await until('the echo', () => toneMs(leg.heard(), 440) >= 500, 40_000)
    leg.hangup()
    expect(await over(b, id)).toMatchObject({ status: 'completed', endReason: 'caller-hangup' })
  }

  async function intact({ id, line }: Running): Promise<void> {
    expect(line.calls.size).toBe(1)
    const events = await b.events(id)
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1))
    expect(events.filter(({ event }) => event.type === 'call.ended')).toHaveLength(1)
  }

  test('the other one goes on with its calls, or ends them; none is lost, none is made twice', async () => {
    const talking = await called()
    await b.callWhen('in-progress', talking.id, ({ status }) => status === 'in-progress')
    const toHangUp = await dialled({ type: 'answer', phone: person(), afterMs: 200_000 })
    const toFind = await dialled({ type: 'answer', phone: person(), afterMs: 200_000 })
    const toAnswer = await dialled({ type: 'answer', phone: person(), afterMs: 4_000 })
    // A is killed when it has answered and its caller's media comes.
    const died = Promise.withResolvers<void>()
    front.route = (path) => {
      if (!path.startsWith('/media')) return a.url
      front.route = () => b.url
      a.kill().then(died.resolve, died.reject)
      return b.url
    }
    const answered = await called()
    await died.promise
    const hangUp = async () => {
      const path = { params: { path: { id: toHangUp.id } } }
      expect((await b.client.POST('/v1/calls/{id}/hangup', path)).response.status).toBe(202)
      expect(await over(b, toHangUp.id)).toMatchObject({ status: 'canceled', endReason: 'api-hangup' })
    }
    const find = async () => {
      await until('a look for orphans', () => runs(toFind.id), adoption)
      toFind.leg.hangup()
      await over(b, toFind.id)
    }
    await Promise.all([
      goesOn(answered),
      goesOn(toAnswer),
      hangUp(),
      find(),
      // The carrier asks again for a call whose stream died, and finds B.
      goesOn(talking),
    ])
    for (const one of [talking, answered, toAnswer, toHangUp, toFind]) await intact(one)
  }, 150_000)
})
