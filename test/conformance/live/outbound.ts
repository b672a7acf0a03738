/** Calls that we place: every way they can go, machines, voicemail, and our own recording. */
import { describe, expect, test } from 'vitest'
import { readWav, tone, toTelephone, type DialBehaviour } from '../../../simulators/index.ts'
import { pause, until } from '../../e2e/until.ts'
import type { CallShown } from '../../e2e/gateway.ts'
import type { CarrierCall, LiveFixture } from './fixture.ts'
import { calleeNumber, over, person, speech, toneMs, type Stage, type SetStage } from './stage.ts'

export function describeOutbound(fixture: LiveFixture, stage: SetStage): void {
  if (!fixture.spec.control?.commands.includes('dial')) return
  describe('a call that we place', () => {
    test('goes from queued to completed, with variables for the agent', async () => {
      const set = await stage({ greeting: 'hello {name}' })
      const phone = person(async (self) => {
        await self.waitForSpeech()
        await self.waitForSilence(400)
        self.hangup()
      })
      set.line.onDial(() => ({ type: 'answer', phone, afterMs: 200 }))
      const { call, leg } = await place(set, { variables: { name: 'Ada' }, metadata: { order: 7 } })
      expect(call).toMatchObject({ status: 'queued', direction: 'outbound', to: calleeNumber, from: set.line.number })
      const ended = await over(set.house, call.id)
      expect(ended).toMatchObject({
        status: 'completed',
        ref: leg.ref,
        metadata: { order: 7 },
        endReason: 'caller-hangup',
      })
      expect(toneMs(leg.heard(), 1000)).toBeGreaterThanOrEqual(560)
      const player = await set.house.studio.player(set.agent.key)
      expect(player.brief).toMatchObject({ direction: 'outbound', variables: { name: 'Ada' }, metadata: { order: 7 } })
      // Callbacks travel beside the stream: an open stream may tell of the answer before they tell of the ringing.
      const seen = await statuses(set, call.id)
      expect([seen[0], seen.at(-1)]).toEqual(['initiated', 'completed'])
      const ringing = fixture.tellsRinging === false ? [] : ['ringing']
      expect(seen.toSorted()).toEqual(['completed', 'in-progress', 'initiated', ...ringing])
    })

    const failures: readonly (readonly [string, DialBehaviour, Partial<CallShown>])[] = [
      ['a busy line', { type: 'busy', afterMs: 100 }, { status: 'busy', endReason: 'busy' }],
      [
        'an unreachable number',
        { type: 'unreachable', afterMs: 100 },
        { status: 'failed', endReason: 'carrier-failed' },
      ],
      ['nobody answering', { type: 'no-answer' }, { status: 'no-answer', endReason: 'no-answer' }],
    ]
    test.each(failures)('ends lawfully with %s', async (_, behaviour, expected) => {
      const set = await stage()
      set.line.onDial(() => behaviour)
      const { call, leg } = await place(set, { ringTimeout: 5_000 })
      const ended = await over(set.house, call.id)
      expect(ended).toMatchObject({ ...expected, answeredAt: null })
      const { unanswered = 'no-answer' } = fixture
      expect((await leg.ended).status).toBe(expected.status === 'no-answer' ? unanswered : expected.status)
      expect((await set.house.studio.player(set.agent.key)).closed).toBe(true)
    })

    test.skipIf(fixture.takesBack === false)('is canceled by the API while it rings', async () => {
      const set = await stage()
      set.line.onDial(() => ({ type: 'no-answer' }))
      const { call, leg } = await place(set)
      const ringing = fixture.tellsRinging === false ? 'initiated' : 'ringing'
      await set.house.callWhen(ringing, call.id, ({ status }) => status === ringing)
      const { response } = await set.house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: call.id } } })
      expect(response.status).toBe(202)
      expect(await over(set.house, call.id)).toMatchObject({ status: 'canceled', endReason: 'api-hangup' })
      expect((await leg.ended).status).toBe('canceled')
    })

    test.skipIf(fixture.takesBack === false)(
      'is canceled by the API before the carrier has answered the dial',
      async () => {
        const set = await stage()
        set.line.onDial(() => ({ type: 'no-answer' }))
        set.line.faults.rest = [{ method: 'POST', times: 1, what: { type: 'slow', ms: 700 } }]
        const { data: call } = await dial(set)
        await pause(200)
        await set.house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: call!.id } } })
        expect(await over(set.house, call!.id)).toMatchObject({ status: 'canceled' })
        await pause(1_000)
        const legs = [...set.line.calls.values()]
        await Promise.all(legs.map((leg) => leg.ended))
        expect(legs.length).toBeLessThanOrEqual(1)
      },
    )

    test.skipIf(fixture.takesBack === false || !fixture.spec.webhook)(
      'is ended when nobody has picked up in time, though the carrier forgets to say so',
      async () => {
        const set = await stage()
        set.line.onDial(() => ({ type: 'no-answer' }))
        const { call, leg } = await place(set, { ringTimeout: 5_000 })
        const ringing = fixture.tellsRinging === false ? 'initiated' : 'ringing'
        await set.house.callWhen(ringing, call.id, ({ status }) => status === ringing)
        // What it says from now on is not believed, and so not said.
        set.line.faults.signature = 'wrong'
        const ended = await over(set.house, call.id, 30_000)
        expect(ended).toMatchObject({ status: 'no-answer', endReason: 'ring-timeout', answeredAt: null })
        expect((await leg.ended).status).toBe('no-answer')
        expect((await set.house.studio.player(set.agent.key)).closed).toBe(true)
      },
    )

    test('ends at its maximum duration', async () => {
      const set = await stage()
      set.line.onDial(() => ({ type: 'answer', phone: person(), afterMs: 50 }))
      const { call, leg } = await place(set, { maxDuration: 1_500 })
      const ended = await over(set.house, call.id)
      expect(['max-duration', 'caller-hangup']).toContain(ended.endReason)
      expect((await leg.ended).status).toBe('completed')
    })

    test.skipIf(fixture.tellsPeople === false)('tells a person from a machine', async () => {
      const set = await stage()
      set.line.onDial(() => ({ type: 'answer', phone: person((self) => self.say(speech(540))), afterMs: 50 }))
      const { call, leg } = await place(set)
      const known = await set.house.callWhen('the result', call.id, ({ answeredBy }) => answeredBy !== null)
      expect(known.answeredBy).toBe('human')
      leg.hangup()
      await over(set.house, call.id)
    })

    test.skipIf(!fixture.spec.control?.commands.includes('leave-message'))(
      'leaves its message on a machine, after the beep and whole, and the agent keeps quiet',
      async () => {
        const set = await stage({ greeting: 'hello' })
        // Words, not a tone: who listens for beeps would take it for one.
        set.line.onDial(() => ({ type: 'machine', greeting: speech(1_500), afterMs: 50 }))
        const { call, leg } = await place(set, { voicemailMessage: 'Please call us back about your order.' })
        expect(await over(set.house, call.id, 30_000)).toMatchObject({
          status: 'completed',
          answeredBy: 'machine',
          endReason: 'voicemail-left',
        })
        expect((await leg.ended).status).toBe('completed')
        const orders = (wanted: 'rest' | 'reply') =>
          set.line.log
            .filter(({ kind, from }) => from === 'gateway' && kind === wanted)
            .map(({ text }) => decodeURIComponent(text.replaceAll('+', ' ')))
            .filter((text) => text.includes('Please call us back about your order.'))
        // Ordered once: by REST, or in a document that was asked for.
        expect(orders('rest').length || orders('reply').length).toBe(1)
        // Simulated carriers speak in a tone of 620 Hz; the greeting and its beep take 1.9 s.
        expect(toneMs(leg.heard(), 620)).toBeGreaterThanOrEqual(2_000)
        expect(toneMs(leg.heard().subarray(0, 8 * 1_880), 620)).toBe(0)
      },
    )

    test('is recorded: the caller left, what they heard right', async () => {
      const set = await stage()
      set.line.onDial(() => ({ type: 'answer', phone: person(), afterMs: 50 }))
      const { call, leg } = await place(set, { record: true, machineDetection: false })
      await set.house.callWhen('in-progress', call.id, ({ status }) => status === 'in-progress')
      const player = await set.house.studio.player(set.agent.key)
      await until('an open stream', async () =>
        (await set.house.events(call.id)).some(({ event }) => event.type === 'media.opened'),
      )
      player.say(800, 1000)
      await until('the agent', () => toneMs(leg.heard(), 1000) >= 700)
      // What is said is on its way for as long as the machine is busy; a hang-up drops what has not arrived.
      await leg.phone.say(tone(440, 800))
      await until('the caller', () => toneMs(player.heard, 440) >= 740)
      leg.hangup()
      const ended = await set.house.callWhen('the recording', call.id, ({ recording }) => recording !== null)
      expect(ended.recording).toMatch(/\.wav$/)
      const response = await set.house.request('GET', `/v1/calls/${call.id}/recording`)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toContain('audio/wav')
      const wav = readWav(new Uint8Array(await response.arrayBuffer()))
      expect(wav.channels).toHaveLength(2)
      const [left, right] = wav.channels.map((channel) => toTelephone({ rate: wav.rate, channels: [channel] }))
      expect(toneMs(left!, 440)).toBeGreaterThanOrEqual(700)
      expect(toneMs(left!, 1000)).toBe(0)
      expect(toneMs(right!, 1000)).toBeGreaterThanOrEqual(700)
      expect(toneMs(right!, 440)).toBe(0)
    })
  })
}

export function dial(set: Stage, more: Readonly<Record<string, unknown>> = {}) {
  const { house, line, agent } = set
  return house.client.POST('/v1/calls', {
    body: { to: calleeNumber, agent: agent.id, connection: line.connection, ...more },
  })
}

/** Places a call; resolves with it and the carrier's side of it. */
export async function place(
  set: Stage,
  more: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly call: CallShown; readonly leg: CarrierCall }> {
  const coming = set.line.nextCall()
  const { data, error, response } = await dial(set, more)
  if (!data) throw new Error(`not placed: ${JSON.stringify(error)}`)
  expect(response.status).toBe(202)
  return { call: data, leg: await coming }
}

async function statuses(set: Stage, id: string): Promise<readonly string[]> {
  const seen: string[] = []
  for (const { event } of await set.house.events(id)) {
    const status = event.type === 'command.accepted' ? 'initiated' : event['status']
    if (event.type === 'media.opened' && !seen.includes('in-progress')) seen.push('in-progress')
    else if (typeof status === 'string' && !seen.includes(status)) seen.push(status)
  }
  return seen
}
