import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tone } from '../../simulators/index.ts'
import { Scope } from '../../src/lib/scope.ts'
import { recoverCalls } from '../../src/calls/recover.ts'
import { calleeNumber, callerNumber, inCall, over, person, toneMs } from '../conformance/live/stage.ts'
import type { House } from '../e2e/gateway.ts'
import { pause, until } from '../e2e/until.ts'
import { openDesk, openPair, startServices, type Pair } from './pair.ts'

const servers = new Scope('servers')
const scope = new Scope('steering')
const services = await startServices(servers)
afterAll(async () => {
  await scope.close()
  await servers.close()
})

const runs = (house: House, id: string) => house.gateway.engine.live.has(id)

describe.skipIf(!services)('two gateways behind one address', () => {
  let pair: Pair
  beforeAll(async () => {
    pair = await openPair(scope, services!)
  })

  /** A call that A has, from its first webhook to its media. */
  async function callOnA() {
    const { front, a } = pair
    front.route = () => a.url
    const desk = await openDesk(a)
    const running = await inCall({ house: a, ...desk })
    return { ...desk, ...running, id: running.call.id }
  }

  test('the API of the other one hangs up, sends digits, plays and transfers', async () => {
    const { b } = pair
    const { id, leg, player, line } = await callOnA()
    const path = { params: { path: { id } } }
    expect(runs(b, id)).toBe(false)
    expect((await b.client.POST('/v1/calls/{id}/play', { ...path, body: { text: 'Hello' } })).response.status).toBe(202)
    await until('the order to speak', () =>
      player.orders.some((order) => order.type === 'say' && order.text === 'Hello'),
    )
    expect((await b.client.POST('/v1/calls/{id}/digits', { ...path, body: { digits: '42' } })).response.status).toBe(
      202,
    )
    await until('the digits', () => leg.sentDigits === '42')
    line.onDial(() => ({ type: 'answer', phone: person() }))
    const coming = line.nextCall()
    const moved = await b.client.POST('/v1/calls/{id}/transfer', { ...path, body: { to: calleeNumber } })
    expect(moved.response.status).toBe(202)
    const colleague = await coming
    await colleague.answered
    colleague.hangup()
    expect(await over(b, id)).toMatchObject({ endReason: 'transferred' })
    expect(runs(b, id)).toBe(false)

    const other = await callOnA()
    const hungUp = await b.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: other.id } } })
    expect(hungUp.response.status).toBe(202)
    expect(await over(b, other.id)).toMatchObject({ endReason: 'api-hangup' })
    await other.leg.ended
  })

  test("the carrier's callbacks may all go to the other one", async () => {
    const { front, a, b } = pair
    const { line, agent } = await openDesk(a)
    front.route = (path) => (path.startsWith('/media') ? a.url : b.url)
    line.onDial(() => ({ type: 'machine', greeting: tone(500, 1_500), detection: { afterMs: 1_800 } }))
    const { data } = await a.client.POST('/v1/calls', {
      body: { to: calleeNumber, agent: agent.id, connection: line.connection, voicemailMessage: 'Call us back.' },
    })
    const ended = await over(b, data!.id, 25_000)
    expect(ended).toMatchObject({ status: 'completed', endReason: 'voicemail-left', answeredBy: 'machine' })
    expect(front.log.some((one) => one.includes(`/amd/${data!.id}`) && one.endsWith(b.url))).toBe(true)
    expect(runs(a, data!.id)).toBe(true)
    expect(runs(b, data!.id)).toBe(false)
    const sequences = (await b.events(data!.id)).map(({ sequence }) => sequence)
    expect(sequences).toEqual(sequences.map((_, index) => index + 1))
  })

  test.each(['inbound', 'outbound'] as const)('the call moves to where its media arrives (%s)', async (direction) => {
    const { front, a, b } = pair
    const { line, agent } = await openDesk(a)
    front.route = (path) => (path.startsWith('/media') ? b.url : a.url)
    const callee = person()
    line.onDial(() => ({ type: 'answer', phone: callee, afterMs: 200 }))
    const coming = line.nextCall()
    const phone = direction === 'inbound' ? person() : callee
    if (direction === 'inbound') line.ring({ from: callerNumber, phone })
    else await a.client.POST('/v1/calls', { body: { to: calleeNumber, agent: agent.id, connection: line.connection } })
    const leg = await coming
    const { id } = await b.callByRef(leg.ref)
    const player = await b.studio.player(agent.key)
    await b.callWhen('in-progress', id, ({ status }) => status === 'in-progress')
    expect(runs(a, id)).toBe(false)
    expect((await a.studio.player(agent.key)).closed).toBe(true)
    player.say(800, 900)
    await until('the agent at B', () => toneMs(leg.heard(), 900) >= 700)
    await phone.say(tone(440, 400))
    expect(toneMs(player.heard, 440)).toBeGreaterThan(300)
    // What A is told of it from here on is brought to B.
    expect((await a.client.POST('/v1/calls/{id}/hangup', { params: { path: { id } } })).response.status).toBe(202)
    expect(await over(a, id)).toMatchObject({ status: 'completed', endReason: 'api-hangup' })
    await leg.ended
    const events = await a.events(id)
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1))
    expect(events.filter(({ event }) => event.type === 'media.opened')).toHaveLength(1)
    expect(events.filter(({ event }) => event.type === 'call.ended')).toHaveLength(1)
  })

  test('a call that the carrier offers to both at once is one call', async () => {
    const { front, a, b } = pair
    const { line, agent } = await openDesk(a)
    line.faults.duplicateWebhooks = true
    let turn = 0
    front.route = () => (turn++ % 2 === 0 ? a.url : b.url)
    const leg = line.ring({ from: callerNumber, phone: person() })
    const call = await b.callByRef(leg.ref)
    await b.callWhen('in-progress', call.id, ({ status }) => status === 'in-progress')
    const { data } = await a.client.GET('/v1/calls', { params: { query: { connection: line.connection } } })
    expect(data?.items).toHaveLength(1)
    const owners = [a, b].filter((house) => runs(house, call.id))
    expect(owners).toHaveLength(1)
    const player = await owners[0]!.studio.player(agent.key)
    player.say(600, 900)
    await until('the agent', () => toneMs(leg.heard(), 900) >= 500)
    leg.hangup()
    expect(await over(a, call.id)).toMatchObject({ endReason: 'caller-hangup' })
  })

  test('a queued call that nobody has is dialled once, however many look for it', async () => {
    const { front, a, b } = pair
    front.route = () => a.url
    const { line, agent } = await openDesk(a)
    const { engine, store } = a.gateway
    const ids = Array.from({ length: 5 }, () => engine.ids.id('call'))
    const now = engine.clock.now()
    for (const id of ids)
      await store.calls.create({
        ...{ id, organization: 'org_default', direction: 'outbound', carrier: 'twilio', connection: line.connection },
        ...{ from: line.number, to: calleeNumber, agent: agent.id, variables: {}, metadata: {}, status: 'queued' },
        ...{ ringTimeout: 10_000, maxDuration: 60_000, machineDetection: false, record: false, createdAt: now },
      })
    await Promise.all([a, b, a, b].map(({ gateway }) => recoverCalls(gateway.engine)))
    for (const id of ids) await a.callWhen('in-progress', id, ({ status }) => status === 'in-progress')
    await pause(500)
    expect(line.calls.size).toBe(5)
    for (const leg of line.calls.values()) leg.hangup()
    for (const id of ids) await over(b, id)
  })

  test('a Redis that forgot everything costs no call, and gives none away', async () => {
    const { front, a, b } = pair
    const { id, leg, player } = await callOnA()
    front.route = () => b.url
    await services!.redis.restart()
    const { engine } = a.gateway
    await until('the lease taken again', async () => (await engine.coordination.get(`owner:${id}`)) === engine.node)
    // Long enough for the other one to have looked for orphans.
    await pause(8_000)
    expect([runs(a, id), runs(b, id)]).toEqual([true, false])
    player.say(600, 900)
    await until('the agent, still there', () => toneMs(leg.heard(), 900) >= 500)
    const answered = await b.client.POST('/v1/calls/{id}/hangup', { params: { path: { id } } })
    expect(answered.response.status).toBe(202)
    expect(await over(b, id)).toMatchObject({ endReason: 'api-hangup' })
  })
})
