/** Calls that come in: sound both ways, keys, marks, barge-in, recordings, cost, and the end from either side. */
import { describe, expect, test } from 'vitest'
import { tone } from '../../../simulators/index.ts'
import { pause, until } from '../../e2e/until.ts'
import type { LiveFixture } from './fixture.ts'
import { callerNumber, inCall, over, person, speech, toneMs, keyMs, type SetStage } from './stage.ts'

export function describeInbound(fixture: LiveFixture, stage: SetStage): void {
  const commands = fixture.spec.control?.commands ?? []
  describe('a call that comes in', () => {
    test('is answered, and each side hears the other', async () => {
      const set = await stage({ greeting: 'hello', hertz: 1000, toneMs: 600 })
      const phone = person(async (self) => {
        await self.waitForSpeech()
        await self.waitForSilence(400)
        await self.say(tone(440, 600))
        await self.sleep(300)
        self.hangup()
      })
      const { call, leg, player } = await inCall(set, phone)
      const ended = await over(set.house, call.id)
      await phone.done
      expect(toneMs(leg.heard(), 1000)).toBeGreaterThanOrEqual(560)
      expect(toneMs(player.heard, 440)).toBeGreaterThanOrEqual(500)
      expect(toneMs(player.heard, 1000)).toBe(0)
      expect(ended).toMatchObject({
        direction: 'inbound',
        status: 'completed',
        endReason: 'caller-hangup',
        carrier: fixture.spec.name,
        connection: set.line.connection,
        agent: set.agent.id,
        from: callerNumber,
        to: set.line.number,
        ref: leg.ref,
      })
      expect(player.closed).toBe(true)
      // A line that listens itself has its sound without a socket.
      expect(leg.streams).toHaveLength(fixture.spec.webhook ? 1 : 0)
      expect(player.brief).toMatchObject({
        call: call.id,
        direction: 'inbound',
        from: callerNumber,
        to: set.line.number,
      })
    })

    test('takes keys: they interrupt, reach the agent and stand in the transcript', async () => {
      const set = await stage()
      const { call, leg, player } = await inCall(set)
      await leg.phone.press('5#')
      // The hash key ends the number: the agent gets what stands before it, at once.
      const given = () => player.orders.filter(({ type }) => type === 'digit')
      await until('the keys', () => given().length > 0)
      expect(given()).toEqual([{ type: 'digit', digit: '5' }])
      const items = await until('two messages', async () => {
        const { data } = await set.house.client.GET('/v1/calls/{id}/messages', { params: { path: { id: call.id } } })
        return data && data.items.length === 2 ? data.items : undefined
      })
      expect(items.map(({ role, text }) => `${role} ${text}`)).toEqual(['caller [DTMF: 5]', 'caller [DTMF: #]'])
      leg.hangup()
      await over(set.house, call.id)
      expect((await set.house.events(call.id)).filter(({ event }) => event.type === 'digit.received')).toHaveLength(2)
    })

    test('sends keys, and goes on talking afterwards', async () => {
      const set = await stage()
      const { call, leg, player } = await inCall(set)
      const { response } = await set.house.client.POST('/v1/calls/{id}/digits', {
        params: { path: { id: call.id } },
        body: { digits: '42#' },
      })
      expect(response.status).toBe(202)
      const tones = () => keyMs(leg.heard(), 697, 1336) > 60
      await until('the keys', () => leg.sentDigits === '42#' || leg.phone.digits === '42#' || tones())
      // Carriers that take the line away for the keys give it back; what is said meanwhile is lost.
      await until('the agent after the keys', async () => {
        player.say(300, 700)
        await pause(500)
        return toneMs(leg.heard(), 700) >= 200
      })
      leg.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ status: 'completed', endReason: 'caller-hangup' })
    })

    test('lets the agent finish its last words before it hangs up', async () => {
      const set = await stage()
      const { call, leg, player } = await inCall(set)
      player.say(1_200)
      player.ask('hang_up')
      expect(await over(set.house, call.id)).toMatchObject({ status: 'completed', endReason: 'agent-hangup' })
      await leg.ended
      expect(toneMs(leg.heard(), 1000)).toBeGreaterThanOrEqual(1_140)
    })

    test('lets the caller interrupt: the agent stops at once, everywhere, and learns what was heard', async () => {
      const set = await stage({ understands: 'wait' })
      const { call, leg, player } = await inCall(set)
      const reply = player.say(6_000)
      await until('a second of the agent', () => toneMs(leg.heard(), 1000) >= 1_000)
      await leg.phone.say(speech(900))
      const order = await until('the interruption', () => player.orders.find(({ type }) => type === 'interrupt'))
      await pause(600)
      const heard = toneMs(leg.heard(), 1000)
      expect(heard).toBeLessThan(2_000)
      expect(order).toMatchObject({ type: 'interrupt', reply })
      // What was sent runs 400 ms ahead of what is heard: who counted that would be off by more.
      expect(Math.abs((order as { heardMs: number }).heardMs - heard)).toBeLessThan(350)
      const soFar = leg.heard().length
      await pause(400)
      expect(toneMs(leg.heard().subarray(soFar), 1000)).toBe(0)
      // The agent speaks again as if nothing had been.
      player.say(400, 700)
      await until('the next reply', () => toneMs(leg.heard(), 700) >= 300)
      leg.hangup()
      await over(set.house, call.id)
      const types = (await set.house.events(call.id)).map(({ event }) => event.type)
      expect(types.filter((type) => type === 'agent.interrupted')).toHaveLength(1)
      expect(types).toContain('speech.started')
    })

    test('ends once, however often and from whatever side it is hung up', async () => {
      const set = await stage()
      const { call, leg } = await inCall(set)
      const hangup = () => set.house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: call.id } } })
      const answers = await Promise.all([hangup(), hangup()])
      leg.hangup()
      expect(answers.map(({ response }) => response.status)).toEqual([202, 202])
      const ended = await over(set.house, call.id)
      expect(ended.status).toBe('completed')
      expect((await hangup()).response.status).toBe(202)
      await leg.ended
      await pause(300)
      const events = await set.house.events(call.id)
      expect(events.filter(({ event }) => event.type === 'call.ended')).toHaveLength(1)
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1))
      expect(await set.house.callWhen('same end', call.id, () => true)).toMatchObject({ endReason: ended.endReason })
    })

    test('refuses what an ended call cannot do', async () => {
      const set = await stage()
      const { call, leg } = await inCall(set)
      leg.hangup()
      await over(set.house, call.id)
      const { response, error } = await set.house.client.POST('/v1/calls/{id}/digits', {
        params: { path: { id: call.id } },
        body: { digits: '1' },
      })
      expect(response.status).toBe(409)
      expect(error?.error.code).toBe('call.ended')
    })

    test('to a number that nobody answers is rejected, and can be found', async () => {
      const set = await stage()
      const leg = set.line.ring({ from: callerNumber, to: set.line.unassigned, phone: person() })
      const end = await leg.ended
      expect(['no-answer', 'busy', 'failed']).toContain(end.status)
      expect(leg.streams).toHaveLength(0)
      const call = await set.house.callByRef(leg.ref)
      expect(await over(set.house, call.id)).toMatchObject({ endReason: 'rejected', answeredAt: null, agent: '' })
    })

    if (fixture.spec.cost || fixture.tellsPrice)
      test('is priced after its end', async () => {
        const set = await stage()
        const { call, leg } = await inCall(set)
        await pause(300)
        leg.hangup()
        const priced = await set.house.callWhen('the price', call.id, ({ cost }) => cost !== null, 20_000)
        expect(priced.cost).toMatchObject({ currency: expect.stringMatching(/^[A-Z]{3}$/) })
        expect(priced.cost!.amount).toBeGreaterThanOrEqual(0)
      })

    if (commands.includes('record'))
      test('is recorded by the carrier from start to stop', async () => {
        const set = await stage()
        const { call, leg } = await inCall(set)
        const record = (action: 'start' | 'stop') =>
          set.house.client.POST('/v1/calls/{id}/record', { params: { path: { id: call.id } }, body: { action } })
        const changes = async () =>
          (await set.house.events(call.id)).flatMap(({ event }) => (event.type === 'recording.changed' ? [event] : []))
        expect((await record('start')).response.status).toBe(202)
        await until('a running recording', () => leg.recordings.some(({ status }) => status === 'in-progress'))
        await pause(500)
        expect((await record('stop')).response.status).toBe(202)
        const done = await until('the finished recording', async () =>
          (await changes()).find(({ status }) => status === 'completed'),
        )
        expect(done).toMatchObject({
          source: 'carrier',
          recording: fixture.recordingName?.(leg) ?? leg.recordings[0]!.ref,
        })
        leg.hangup()
        await over(set.house, call.id)
        expect(leg.recordings).toHaveLength(1)
      })

    test('reports an agent that fails, says the mistake message, and ends', async () => {
      const set = await stage({ mistakeMessage: 'sorry', hertz: 700 })
      const { call, leg, player } = await inCall(set)
      player.fail()
      expect(await over(set.house, call.id)).toMatchObject({ endReason: 'agent-failed' })
      await leg.ended
      expect(toneMs(leg.heard(), 700)).toBeGreaterThanOrEqual(500)
    })

    test('is ended after the idle prompts when nobody says anything', async () => {
      const set = await stage({ idleTimeout: 400, idlePrompts: ['are you there?'], toneMs: 300 })
      const { call, leg } = await inCall(set)
      expect(await over(set.house, call.id)).toMatchObject({ endReason: 'idle' })
      await leg.ended
      expect(toneMs(leg.heard(), 1000)).toBeGreaterThanOrEqual(260)
    })
  })
}
