/** Blind transfers: the caller goes to somebody else, and is never hung up on by us. */
import { describe, expect, test } from 'vitest'
import { tone, type DialBehaviour } from '../../../simulators/index.ts'
import { pause, until } from '../../e2e/until.ts'
import type { CarrierCall, LiveFixture } from './fixture.ts'
import { calleeNumber, inCall, over, person, toneMs, type Stage, type SetStage } from './stage.ts'

export function describeTransfer(fixture: LiveFixture, stage: SetStage): void {
  if (!fixture.spec.control?.commands.includes('transfer')) return describeJoined(fixture, stage)
  describe('a transfer', () => {
    test('by the API joins caller and colleague, and leaves them alone', async () => {
      const set = await stage()
      const colleague = person()
      set.line.onDial(() => ({ type: 'answer', phone: colleague, afterMs: 100 }))
      const { call, leg, player } = await inCall(set)
      const coming = set.line.nextCall()
      const { response } = await set.house.client.POST('/v1/calls/{id}/transfer', {
        params: { path: { id: call.id } },
        body: { to: calleeNumber },
      })
      expect(response.status).toBe(202)
      const other = await coming
      expect(other.to).toBe(calleeNumber)
      await other.answered
      await joined(leg, other)
      // Hang-ups that come now are too late: the caller is not ours any more.
      await set.house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: call.id } } })
      await pause(500)
      expect(leg.status).toBe('in-progress')
      expect(player.heard.length).toBeGreaterThan(0)
      other.hangup()
      const ended = await over(set.house, call.id)
      expect(ended).toMatchObject({ status: 'completed', endReason: 'transferred' })
      expect(hangups(set, fixture)).toEqual([])
      await leg.ended
    })

    test('by the agent waits for its last words', async () => {
      const set = await stage()
      set.line.onDial(() => ({ type: 'answer', phone: person(), afterMs: 100 }))
      const { call, leg, player } = await inCall(set)
      const coming = set.line.nextCall()
      player.say(800)
      player.ask('transfer_call', { to: calleeNumber })
      const other = await coming
      expect(toneMs(leg.heard(), 1000)).toBeGreaterThanOrEqual(740)
      await other.answered
      await joined(leg, other)
      leg.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ endReason: 'transferred' })
      expect(hangups(set, fixture)).toEqual([])
    })

    test('to a number that does not exist leaves the caller with the agent', async () => {
      const set = await stage()
      const { call, leg, player } = await inCall(set)
      const answer = await player.use('transfer_call', { to: 'nobody at all' })
      expect(answer).toMatchObject({ ok: false })
      player.say(400, 700)
      await until('the agent, still there', () => toneMs(leg.heard(), 700) >= 300)
      leg.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ endReason: 'caller-hangup' })
    })

    test.skipIf(!fixture.spec.webhook)('that the carrier refuses leaves the caller with the agent', async () => {
      const set = await stage()
      const { call, leg, player } = await inCall(set)
      set.line.faults.rest = [
        { method: fixture.orders.transfer.method, times: 1, what: { type: 'error', status: 400 } },
      ]
      await set.house.client.POST('/v1/calls/{id}/transfer', {
        params: { path: { id: call.id } },
        body: { to: calleeNumber },
      })
      await until('the refusal', async () =>
        (await set.house.events(call.id)).some(({ event }) => event.type === 'command.failed'),
      )
      await pause(200)
      player.say(400, 700)
      await until('the agent, still there', () => toneMs(leg.heard(), 700) >= 300)
      leg.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ endReason: 'caller-hangup' })
    })

    const breakages = [
      ['breaks off', { type: 'no-response' }],
      ['never comes', { type: 'no-response', holdMs: 20_000 }],
      ['says that it failed', { type: 'error', status: 503, done: true }],
    ] as const
    // Answers to orders over HTTP: a line that listens itself has no such.
    test.skipIf(!fixture.spec.webhook).each(breakages)(
      'that the carrier took, though its answer %s, is not repeated, and nobody hangs up',
      { timeout: 60_000 },
      async (_, what) => {
        const set = await stage()
        set.line.onDial(() => ({ type: 'answer', phone: person(), afterMs: 100 }))
        const { call, leg } = await inCall(set)
        const coming = set.line.nextCall()
        set.line.faults.rest = [{ method: fixture.orders.transfer.method, times: 1, what }]
        await transferTo(set, call.id)
        const other = await coming
        await other.answered
        await set.house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: call.id } } })
        const verdict = async () => {
          const types = await seen(set, call.id)
          const doubt = types.indexOf('command.uncertain')
          if (doubt < 0 && fixture.namesTransfers)
            return types.includes('command.accepted', types.indexOf('command.requested'))
          return doubt >= 0 && types.includes('command.accepted', doubt)
        }
        await until('the carrier’s word on the call', verdict, 30_000)
        await joined(leg, other)
        leg.hangup()
        expect(await over(set.house, call.id)).toMatchObject({ status: 'completed', endReason: 'transferred' })
        expect(hangups(set, fixture)).toEqual([])
        expect([...set.line.calls.values()].filter(({ to }) => to === calleeNumber)).toHaveLength(1)
      },
    )

    test.skipIf(!fixture.spec.webhook)(
      'that the carrier fails at, and did not do, leaves the caller with the agent',
      async () => {
        const set = await stage()
        const { call, leg, player } = await inCall(set)
        set.line.faults.rest = [
          { method: fixture.orders.transfer.method, times: 10, what: { type: 'error', status: 503 } },
        ]
        await transferTo(set, call.id)
        await until('the verdict', async () => (await seen(set, call.id)).includes('command.failed'), 20_000)
        expect(await seen(set, call.id)).toContain('command.uncertain')
        player.say(400, 700)
        await until('the agent, still there', () => toneMs(leg.heard(), 700) >= 300)
        leg.hangup()
        expect(await over(set.house, call.id)).toMatchObject({ endReason: 'caller-hangup' })
      },
    )

    if (fixture.givesBack === false) return
    const failures: readonly (readonly [string, DialBehaviour, string])[] = [
      ['is busy', { type: 'busy', afterMs: 100 }, 'busy'],
      ['does not answer', { type: 'no-answer' }, 'no-answer'],
      ['cannot be reached', { type: 'unreachable', afterMs: 100 }, 'failed'],
    ]
    test.each(failures)(
      'to somebody who %s gives the caller back to the agent, who says so',
      async (_, behaviour, result) => {
        const set = await stage()
        set.line.onDial(() => behaviour)
        const { call, leg, player } = await inCall(set)
        await set.house.client.POST('/v1/calls/{id}/transfer', {
          params: { path: { id: call.id } },
          body: { to: calleeNumber, timeoutSeconds: 5 },
        })
        const told = await until('the agent told', () => player.orders.find(({ type }) => type === 'say'), 20_000)
        expect(told).toMatchObject({ text: expect.stringContaining('I could not connect you') })
        await until('the agent’s words', () => toneMs(leg.heard(), 1000) >= 500)
        const events = await set.house.events(call.id)
        expect(events.find(({ event }) => event.type === 'transfer.ended')?.event).toMatchObject({ result })
        expect(events.map(({ event }) => event['text'])).toContain(`The transfer failed: ${result}`)
        // The talk goes on in both directions, with the same agent.
        await leg.phone.say(tone(440, 600))
        await until('the caller', () => toneMs(player.heard, 440) >= 400)
        player.say(400, 700)
        await until('the agent', () => toneMs(leg.heard(), 700) >= 300)
        expect(set.house.studio.players.filter(({ key }) => key === set.agent.key)).toHaveLength(1)
        leg.hangup()
        expect(await over(set.house, call.id)).toMatchObject({ status: 'completed', endReason: 'caller-hangup' })
        expect(hangups(set, fixture)).toEqual([])
      },
    )

    test('that came to nothing may be tried again', async () => {
      const set = await stage()
      const colleague = person()
      set.line.onDial(() => ({ type: 'busy', afterMs: 50 }))
      const { call, leg, player } = await inCall(set)
      player.ask('transfer_call', { to: calleeNumber })
      await until('the agent told', () => player.orders.some(({ type }) => type === 'say'))
      await until('the agent’s words', () => toneMs(leg.heard(), 1000) >= 500)
      set.line.onDial(() => ({ type: 'answer', phone: colleague, afterMs: 50 }))
      const coming = set.line.nextCall()
      player.ask('transfer_call', { to: calleeNumber })
      const other = await coming
      await other.answered
      await joined(leg, other)
      other.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ status: 'completed', endReason: 'transferred' })
      expect(hangups(set, fixture)).toEqual([])
    })

    test('whose caller gives up while it rings ends the call, and calls nobody back', async () => {
      const set = await stage()
      set.line.onDial(() => ({ type: 'no-answer' }))
      const { call, leg } = await inCall(set)
      const coming = set.line.nextCall()
      await transferTo(set, call.id)
      await coming
      leg.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ status: 'completed' })
      expect(leg.streams).toHaveLength(fixture.spec.webhook ? 1 : 0)
      expect(hangups(set, fixture)).toEqual([])
    })
  })
}

/** Where the carrier has none. */
function describeJoined(fixture: LiveFixture, stage: SetStage): void {
  if (!fixture.spec.control?.commands.includes('dial')) return
  describe('a transfer by a second leg of ours', () => {
    test('joins caller and colleague', async () => {
      const set = await stage()
      set.line.onDial(() => ({ type: 'answer', phone: person(), afterMs: 100 }))
      const { call, leg, player } = await inCall(set)
      const coming = set.line.nextCall()
      await transferTo(set, call.id)
      const other = await coming
      const second = await set.house.callByRef(other.ref)
      await until('both legs', async () => (await seen(set, second.id)).includes('media.opened'))
      const deaf = player.heard.length
      await joined(leg, other)
      expect(toneMs(player.heard.subarray(deaf), 440)).toBe(0)
      other.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ status: 'completed', endReason: 'transferred' })
      expect((await leg.ended).status).toBe('completed')
    })

    test('gives the caller back when the colleague is busy', async () => {
      const set = await stage()
      set.line.onDial(() => ({ type: 'busy', afterMs: 100 }))
      const { call, leg, player } = await inCall(set)
      await transferTo(set, call.id)
      await until('the agent told', () => player.orders.some(({ type }) => type === 'say'), 20_000)
      await until('the agent’s words', () => toneMs(leg.heard(), 1000) >= 500)
      await leg.phone.say(tone(440, 600))
      await until('the caller', () => toneMs(player.heard, 440) >= 400)
      leg.hangup()
      expect(await over(set.house, call.id)).toMatchObject({ endReason: 'caller-hangup' })
    })
  })
}

async function transferTo({ house }: Stage, id: string): Promise<void> {
  await house.client.POST('/v1/calls/{id}/transfer', { params: { path: { id } }, body: { to: calleeNumber } })
}

/** Types of what happened to a call so far. */
async function seen({ house }: Stage, id: string): Promise<readonly string[]> {
  return (await house.events(id)).map(({ event }) => event.type)
}

/** Each hears the other's tone. */
async function joined(leg: CarrierCall, other: CarrierCall): Promise<void> {
  await pause(200)
  await Promise.all([leg.phone.say(tone(440, 500)), other.phone.say(tone(620, 500))])
  await until('the colleague hears the caller', () => toneMs(other.heard(), 440) >= 400)
  await until('the caller hears the colleague', () => toneMs(leg.heard(), 620) >= 400)
}

/** Orders to end the caller's call that reached the carrier. */
function hangups(set: Stage, { orders }: LiveFixture): readonly string[] {
  return set.line.log.flatMap(({ from, kind, text }) =>
    from === 'gateway' && kind === 'rest' && orders.hangup.text.test(text) ? [text] : [],
  )
}
