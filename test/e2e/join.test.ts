/** A transfer on a carrier that has none: a second leg of ours, joined to the caller's. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tone, type DialBehaviour } from '../../simulators/index.ts'
import { twilio } from '../../src/providers/carriers/twilio/twilio.ts'
import type { LiveFixture } from '../conformance/live/fixture.ts'
import { calleeNumber, inCall, over, person, toneMs } from '../conformance/live/stage.ts'
import { openHouse, type House } from './gateway.ts'
import { twilioLive } from './twilio-line.ts'
import { pause, until } from './until.ts'

const { control } = twilio
const carrier: typeof twilio = {
  ...twilio,
  control: { ...control!, commands: control!.commands.filter((command) => command !== 'transfer') },
}
const fixture: LiveFixture = { ...twilioLive, spec: carrier }

let house: House
beforeAll(async () => {
  house = await openHouse({ providers: { carriers: [carrier] } })
})
afterAll(() => house[Symbol.asyncDispose]())

async function transferred(behaviour: DialBehaviour) {
  const agent = await house.agent({})
  const line = await fixture.line(house, agent.id)
  line.onDial(() => behaviour)
  const { call, leg, player } = await inCall({ house, agent, line })
  const coming = line.nextCall()
  const params = { path: { id: call.id } }
  await house.client.POST('/v1/calls/{id}/transfer', { params, body: { to: calleeNumber } })
  const other = await coming
  return { line, call, leg, player, other, second: await house.callByRef(other.ref) }
}

const types = async (id: string) => (await house.events(id)).map(({ event }) => event.type)

test('caller and colleague hear each other, the agent neither; the colleague’s goodbye ends both', async () => {
  const colleague = person()
  const { call, leg, player, other, second } = await transferred({ type: 'answer', phone: colleague, afterMs: 3_000 })
  expect(second).toMatchObject({ direction: 'outbound', to: calleeNumber, metadata: { transferOf: call.id } })
  await until('the ringing', () => toneMs(leg.heard(), 425) >= 300)
  await house.callWhen('answered', second.id, ({ status }) => status === 'in-progress')
  await until('both legs', async () => (await types(second.id)).includes('media.opened'))
  const deaf = player.heard.length
  await pause(200)
  await leg.phone.say(tone(620, 600))
  await until('the caller at the colleague’s ear', () => toneMs(other.heard(), 620) >= 500)
  await colleague.say(tone(830, 600))
  await until('the colleague at the caller’s ear', () => toneMs(leg.heard(), 830) >= 500)
  expect(toneMs(player.heard.subarray(deaf), 620)).toBe(0)
  other.hangup()
  expect(await over(house, call.id)).toMatchObject({ status: 'completed', endReason: 'transferred' })
  expect((await leg.ended).status).toBe('completed')
})

test('the caller’s goodbye ends both', async () => {
  const { call, leg, other, second } = await transferred({ type: 'answer', phone: person(), afterMs: 50 })
  await until('both legs', async () => (await types(second.id)).includes('media.opened'))
  leg.hangup()
  expect(await over(house, call.id)).toMatchObject({ status: 'completed', endReason: 'caller-hangup' })
  expect((await other.ended).status).toBe('completed')
  await over(house, second.id)
})

test('a caller who leaves while it rings leaves nobody ringing', async () => {
  const { call, leg, other, second } = await transferred({ type: 'no-answer' })
  leg.hangup()
  await over(house, call.id)
  expect(await over(house, second.id)).toMatchObject({ status: 'canceled' })
  await other.ended
})

test('a colleague who is busy gives the caller back to the agent', async () => {
  const { call, leg, player, second } = await transferred({ type: 'busy', afterMs: 200 })
  expect(await over(house, second.id)).toMatchObject({ status: 'busy' })
  await until('the caller given back', async () => (await types(call.id)).includes('transfer.ended'))
  await until('the agent told', () => player.orders.some(({ type }) => type === 'say'))
  await leg.phone.say(tone(620, 600))
  await until('the agent hearing again', () => toneMs(player.heard, 620) >= 400)
  leg.hangup()
  expect(await over(house, call.id)).toMatchObject({ endReason: 'caller-hangup' })
})

test('the API can hang up on both', async () => {
  const { call, leg, other, second } = await transferred({ type: 'answer', phone: person(), afterMs: 50 })
  await until('both legs', async () => (await types(second.id)).includes('media.opened'))
  await house.client.POST('/v1/calls/{id}/hangup', { params: { path: { id: call.id } } })
  expect(await over(house, call.id)).toMatchObject({ endReason: 'api-hangup' })
  await Promise.all([leg.ended, other.ended])
})
