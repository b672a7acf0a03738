import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { Scope } from '../../src/lib/scope.ts'
import type { SimulatedCall } from '../carrier/call.ts'
import { Phone } from '../phone/phone.ts'
import { framesOfTone, tone } from '../sound/tones.ts'
import { startSip, type SipSimulator } from './simulator.ts'
import type { SipCall } from './world.ts'

const [from, to] = ['+15550100001', '+15550100002']
const clock = realClock
const frame = 20

let scope: Scope
let near: SipSimulator
let far: SipSimulator

beforeAll(async () => {
  scope = new Scope('two exchanges')
  near = await startSip({ clock, ids: randomIds, scope, ringGraceMs: 0 })
  far = await startSip({ clock, ids: randomIds, scope, ringGraceMs: 0 })
  near.point(to, { voice: `sip:${far.at.address}:${far.at.port}` })
})

afterAll(() => scope.close())

/** Both ends of a call between the exchanges. */
async function call(caller: Phone, called: Phone): Promise<{ readonly near: SipCall; readonly far: SimulatedCall }> {
  far.onDial(() => ({ type: 'answer', phone: called, afterMs: 0 }))
  const arrived = far.nextCall()
  const made = near.call({ from, to, phone: caller }) as SipCall // this simulator makes no others
  return { near: made, far: await arrived }
}

describe('two telephone exchanges', () => {
  test('carry sound and keys both ways, through hold and back, until somebody leaves', async () => {
    const caller = new Phone({ clock, script: (me) => me.say(tone(440, 600)) })
    const called = new Phone({
      clock,
      async script(me) {
        await me.waitForSpeech()
        await me.waitForSilence(300)
        await me.say(tone(880, 600))
      },
    })
    const both = await call(caller, called)
    expect(await both.near.answered).toBe(true)
    await called.done
    await caller.waitForSilence(200)
    expect(framesOfTone(both.far.heard(), 440) * frame).toBeGreaterThan(500)
    expect(framesOfTone(both.near.heard(), 880) * frame).toBeGreaterThan(500)
    await caller.press('4#')
    await called.press('7')
    await expect.poll(() => called.digits).toBe('4#')
    await expect.poll(() => caller.digits).toBe('7')
    await near.hold(both.near)
    expect((both.far as SipCall).facts.held).toBe(true)
    await near.resume(both.near)
    expect((both.far as SipCall).facts.held).toBe(false)
    caller.hangup()
    expect(await both.near.ended).toMatchObject({ status: 'completed' })
    expect(await both.far.ended).toMatchObject({ status: 'completed' })
    const requests = both.near.wire.map(({ text }) => text.split(' ')[0])
    expect(requests).toEqual(expect.arrayContaining(['INVITE', 'ACK', 'BYE']))
    expect(near.alerts).toEqual([])
  })

  test.each([
    ['busy', 'busy', 486],
    ['reject', 'failed', 603],
    ['unreachable', 'failed', 404],
  ] as const)('tell the caller that the other one is %s', async (type, status, sipCode) => {
    far.onDial(() => ({ type, afterMs: 0 }))
    const made = near.call({ from, to, phone: new Phone({ clock }) })
    expect(await made.ended).toMatchObject({ status, sipCode })
  })

  test('stop ringing when the caller gives up', async () => {
    far.onDial(() => ({ type: 'no-answer' }))
    const arrived = far.nextCall()
    const made = near.call({ from, to, phone: new Phone({ clock }) })
    const rung = await arrived
    await expect.poll(() => rung.status).toBe('ringing')
    made.hangup()
    expect(await made.ended).toMatchObject({ status: 'no-answer' })
    expect(await rung.ended).toMatchObject({ status: 'canceled' })
  })

  test('join the person with somebody else when the other side sends them on', async () => {
    const third = new Phone({ clock, script: (me) => me.say(tone(660, 5000)) })
    const caller = new Phone({ clock })
    const both = await call(caller, new Phone({ clock }))
    await both.near.answered
    near.onDial(() => ({ type: 'answer', phone: third, afterMs: 0 }))
    const { session } = (both.far as SipCall).facts
    const told: number[] = []
    session!.onEvent((event) => {
      if (event.type === 'referred') told.push(event.status)
    })
    expect(await session!.refer('sip:+15550100003@127.0.0.1')).toBe(202)
    await expect.poll(() => told).toEqual([100, 200])
    both.far.hangup()
    await caller.waitForSpeech()
    await caller.sleep(300)
    expect(framesOfTone(both.near.heard(), 660)).toBeGreaterThan(5)
    caller.hangup()
    expect(await both.near.ended).toMatchObject({ status: 'completed' })
  })
})
