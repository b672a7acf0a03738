/** Bad days: sockets that die, sound that comes late, carriers that are slow, refuse, or take an order and never say so. */
import { describe, expect, test } from 'vitest'
import { tone } from '../../../simulators/index.ts'
import { pause, until } from '../../e2e/until.ts'
import type { CallShown } from '../../e2e/gateway.ts'
import type { LiveFixture } from './fixture.ts'
import { dial } from './outbound.ts'
import { inCall, over, person, toneMs, type Stage, type SetStage } from './stage.ts'

export function describeFaults(fixture: LiveFixture, stage: SetStage): void {
  describe('on a bad day', () => {
    test('a socket that dies and comes back goes on with the same call', async () => {
      const set = await stage()
      Object.assign(set.line.faults, { loseSocketAfterMs: 500, reconnectAfterMs: 300 })
      const { call, leg, player } = await inCall(set)
      await until('the second stream', () => leg.streams.length === 2)
      await until(
        'media open again',
        async () => (await set.house.events(call.id)).filter(({ event }) => event.type === 'media.opened').length === 2,
      )
      player.say(600, 700)
      await until('the agent on the new line', () => toneMs(leg.heard(), 700) >= 500)
      // Where a stream has no goodbye, its end by the hang-up counts as one more loss.
      const types = (await set.house.events(call.id)).map(({ event }) => event.type)
      expect(types.filter((type) => type === 'media.lost')).toHaveLength(1)
      leg.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ status: 'completed', endReason: 'caller-hangup' })
      expect(set.house.studio.players.filter(({ key }) => key === set.agent.key)).toHaveLength(1)
    })

    if (fixture.asksAgain)
      test('a socket that dies for good is followed by another that the carrier asks for', async () => {
        const set = await stage()
        set.line.faults.loseSocketAfterMs = 300
        const { call, leg, player } = await inCall(set)
        await until('the second stream', () => leg.streams.length === 2)
        await until('the agent on the new line', async () => {
          player.say(300, 700)
          await pause(500)
          return toneMs(leg.heard(), 700) >= 200
        })
        await leg.phone.say(tone(440, 600))
        await until('the caller', () => toneMs(player.heard, 440) >= 400)
        leg.hangup()
        expect(await over(set.house, call.id)).toMatchObject({ status: 'completed', endReason: 'caller-hangup' })
        expect(set.house.studio.players.filter(({ key }) => key === set.agent.key)).toHaveLength(1)
        expect((await set.house.events(call.id)).map(({ event }) => event.type)).toContain('call.returned')
      })
    else
      test('a socket that dies for good ends the call', async () => {
        const set = await stage()
        set.line.faults.loseSocketAfterMs = 300
        const { call, leg, player } = await inCall(set)
        expect((await over(set.house, call.id)).status).toBe('completed')
        await leg.ended
        await until('the agent closed', () => player.closed)
      })

    test.skipIf(fixture.tellsEnd === false)('a stream that ends without a word ends with the call', async () => {
      const set = await stage()
      Object.assign(set.line.faults, { withoutStop: true })
      const { call, leg } = await inCall(set)
      leg.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ endReason: 'caller-hangup' })
    })

    test('a stop that comes after the end changes nothing', async () => {
      const set = await stage()
      Object.assign(set.line.faults, { lateStopMs: 600 })
      const { call, leg } = await inCall(set)
      leg.hangup()
      const ended = await over(set.house, call.id)
      await pause(1_000)
      expect(await set.house.callWhen('same', call.id, () => true)).toMatchObject({ endedAt: ended.endedAt })
    })

    test('late, jittery and repeated sound is heard once', async () => {
      const set = await stage({ greeting: 'hello' })
      const repeated = fixture.numbersMedia === false ? {} : { duplicateMediaEvery: 5 }
      Object.assign(set.line.faults, { lateMediaMs: 800, mediaJitterMs: 60, ...repeated })
      const { call, leg, player } = await inCall(set)
      await until('the greeting', () => toneMs(leg.heard(), 1000) >= 500)
      await leg.phone.say(tone(440, 1_000))
      await pause(1_200)
      leg.hangup()
      await over(set.house, call.id)
      const heard = toneMs(player.heard, 440)
      expect(heard).toBeGreaterThanOrEqual(900)
      expect(heard).toBeLessThanOrEqual(1_040)
    })

    if (!fixture.spec.control?.commands.includes('dial')) return

    test('a slow carrier is waited for', async () => {
      const set = await stage()
      set.line.faults.rest = [{ method: 'POST', times: 1, what: { type: 'slow', ms: 1_500 } }]
      const call = await placed(set)
      await set.house.callWhen('in-progress', call.id, ({ status }) => status === 'in-progress')
      await oneCall(set)
    })

    test.each([
      ['refuses by rate', { type: 'rate-limit' }],
      ['refuses', { type: 'error', status: 400 }],
    ] as const)('a carrier that %s places no call, and says why', async (_, what) => {
      const set = await stage()
      set.line.faults.rest = [{ method: 'POST', times: 10, what }]
      const call = await placed(set)
      const ended = await over(set.house, call.id)
      expect(ended).toMatchObject({ status: 'failed', endReason: 'carrier-failed' })
      expect(ended.cause).toBeTruthy()
      expect(set.line.calls.size).toBe(0)
    })

    test.each([
      ['never says so', { type: 'no-response' }],
      ['answers that it failed', { type: 'error', status: 503, done: true }],
    ] as const)('a carrier that takes the dial and %s is asked, and nobody is called twice', async (_, what) => {
      const set = await stage({ greeting: 'hello' })
      set.line.faults.rest = [{ method: 'POST', times: 1, what }]
      const call = await placed(set)
      const running = await set.house.callWhen('in-progress', call.id, ({ status }) => status === 'in-progress', 25_000)
      const leg = await oneCall(set)
      expect(running.ref).toBe(leg.ref)
      await until('the greeting', () => toneMs(leg.heard(), 1000) >= 500)
      leg.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ status: 'completed' })
    })

    test('a carrier that answers a dial with a failure of its own is asked, and nobody is called twice', async () => {
      const set = await stage()
      set.line.faults.rest = [{ method: 'POST', times: 1, what: { type: 'error', status: 503 } }]
      const call = await placed(set)
      const ended = await over(set.house, call.id, 30_000)
      expect(ended).toMatchObject({ status: 'failed', endReason: 'carrier-failed' })
      expect(set.line.calls.size).toBe(0)
    })

    if (!fixture.findsDials && fixture.takesBack !== false)
      test('a dial that was given up too early is taken back when the carrier tells of it', async () => {
        const set = await stage()
        set.line.onDial(() => ({ type: 'answer', phone: person(), afterMs: 12_000 }))
        set.line.faults.rest = [{ method: 'POST', times: 1, what: { type: 'error', status: 503, done: true } }]
        // What it says meanwhile is not believed.
        set.line.faults.signature = 'wrong'
        const { data: call } = await dial(set)
        expect(await over(set.house, call!.id, 30_000)).toMatchObject({ status: 'failed', endReason: 'carrier-failed' })
        const leg = await oneCall(set)
        expect(leg.status).not.toBe('in-progress')
        delete set.line.faults.signature
        await until('the callee let go', () => leg.status !== 'in-progress' && leg.status !== 'ringing', 20_000)
        const orders = () =>
          set.line.log.filter(({ from, text }) => from === 'gateway' && fixture.orders.hangup.text.test(text))
        await until('the order', () => orders().length === 1)
      })

    test('a hang-up that the carrier fails at is said again', async () => {
      const set = await stage()
      const { call, leg } = await inCall(set)
      set.line.faults.rest = [{ method: fixture.orders.hangup.method, times: 2, what: { type: 'error', status: 503 } }]
      await set.house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: call.id } } })
      expect(await over(set.house, call.id)).toMatchObject({ status: 'completed', endReason: 'api-hangup' })
      expect((await leg.ended).status).toBe('completed')
    })

    test('a hang-up that the carrier never answers ends the call all the same', async () => {
      const set = await stage()
      const { call, leg } = await inCall(set)
      set.line.faults.rest = [{ method: fixture.orders.hangup.method, times: 10, what: { type: 'error', status: 503 } }]
      await set.house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: call.id } } })
      expect(await over(set.house, call.id, 20_000)).toMatchObject({ status: 'completed', endReason: 'api-hangup' })
      if (fixture.endsWithStream === false) leg.hangup()
      expect((await leg.ended).status).toBe('completed')
    })
  })
}

/** Somebody answers at once. */
async function placed(set: Stage): Promise<CallShown> {
  set.line.onDial(() => ({ type: 'answer', phone: person(), afterMs: 50 }))
  const { data, error } = await dial(set)
  if (!data) throw new Error(`not placed: ${JSON.stringify(error)}`)
  return data
}

async function oneCall(set: Stage) {
  const [leg, ...others] = set.line.calls.values()
  expect(others).toEqual([])
  return leg!
}
