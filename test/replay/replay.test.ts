/** Calls are recorded as they run over real sockets, and run again from their files: the same events, the same sound. */
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { compare, replayCall } from '../../src/calls/replay.ts'
import { sine } from '../../src/media/tones.ts'
import { writeWav } from '../../src/media/wav.ts'
import type { CarrierCall } from '../conformance/live/fixture.ts'
import { dial } from '../conformance/live/outbound.ts'
import { inCall, over, person, speech, type Stage } from '../conformance/live/stage.ts'
import { answers, application, customerLine, number, type Address } from '../e2e/customer.ts'
import { pause, until } from '../e2e/until.ts'
import { archive, carriers } from './recorded.ts'

const { stage, stageFor, replay } = archive()

/** What the carrier got over its sockets, as it came. */
function got(leg: CarrierCall): readonly string[] {
  const ours = leg.wire.filter(
    ({ from, kind, text }) => from === 'gateway' && kind === 'socket' && text.startsWith('{'),
  )
  return ours.map(({ text }) => text)
}

/** Replays the call and holds it against the store, against what the carrier got, and against what the file says. */
async function expectIdentical(set: Stage, id: string, leg: CarrierCall) {
  const recorded = await replay(id)
  const replayed = await replayCall({ ...recorded, carriers })
  const events = replayed.entries.map(({ sequence, at, event }) => ({ sequence, at, event: plain(event) }))
  const lived = await set.house.events(id)
  expect(events).toEqual(lived.map(({ sequence, at, event }) => ({ sequence, at, event })))
  const sent = replayed.sent.map((message) => ('text' in message ? message.text : `${message.binary.length} bytes`))
  // What was on its way when the carrier's end of a stream went is in the file only.
  const received = Map.groupBy(got(leg), streamOf)
  for (const [stream, messages] of Map.groupBy(sent, streamOf)) {
    const there = received.get(stream) ?? []
    expect(messages.slice(0, there.length)).toEqual(there)
    expect(messages.length - there.length).toBeLessThanOrEqual(10)
  }
  expect(compare(recorded.inputs, replayed)).toBeUndefined()
  const kinds = sent.map((text) => String(JSON.parse(text).event))
  return { types: events.map(({ event }) => (event as { type: string }).type), kinds }
}

const streamOf = (text: string): string => String(JSON.parse(text).streamSid)

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const count = (list: readonly string[], wanted: string): number => list.filter((one) => one === wanted).length

describe.concurrent('a recorded call runs again with the same events at the same times and the same sound', () => {
  test('greeting, barge-in, digit, tool, hang-up', async () => {
    const set = await stage({ greeting: 'hello', answers: true, toneMs: 1_500, bargeInAfter: 0 })
    const phone = person(async (caller) => {
      await caller.waitForSpeech()
      await caller.sleep(400)
      await caller.say(speech(900)) // over the greeting
      await caller.waitForSpeech()
      await caller.waitForSilence(300)
      await caller.press('5')
      await caller.waitForSpeech()
    })
    const { call, leg, player } = await inCall(set, phone)
    await phone.done
    player.say(300, 700)
    player.ask('hang_up')
    await over(set.house, call.id)
    const { types, kinds } = await expectIdentical(set, call.id, leg)
    for (const type of ['agent.interrupted', 'digit.received', 'tool.called', 'tool.returned', 'turn.measured'])
      expect(types).toContain(type)
    expect(count(kinds, 'clear')).toBeGreaterThanOrEqual(1)
    expect(count(kinds, 'mark')).toBeGreaterThanOrEqual(3)
    expect(count(kinds, 'media')).toBeGreaterThanOrEqual(150)
  })

  test('an echo, whose sound comes back within the frame that brought it', async () => {
    const { data: echo } = await (
      await stage()
    ).house.client.POST('/v1/agents', {
      body: { name: 'echo', provider: 'echo', settings: {} },
    })
    const set = await stageFor(echo!.id)
    const phone = person(async (caller) => {
      await caller.say(speech(1_200))
      await caller.sleep(500)
    })
    const leg = set.line.ring({ from: '+15550199001', phone })
    const call = await set.house.callByRef(leg.ref)
    await phone.done
    leg.hangup()
    await over(set.house, call.id)
    const { kinds } = await expectIdentical(set, call.id, leg)
    expect(count(kinds, 'media')).toBeGreaterThanOrEqual(60)
  })

  test('a socket that dies in the middle of a reply and comes back', async () => {
    const set = await stage({ greeting: 'hello', toneMs: 2_000, answers: true })
    Object.assign(set.line.faults, { loseSocketAfterMs: 700, reconnectAfterMs: 300 })
    const { call, leg, player } = await inCall(set)
    const opened = async () =>
      (await set.house.events(call.id)).filter(({ event }) => event.type === 'media.opened').length === 2
    await until('the second stream', opened)
    player.say(600, 700)
    await pause(900)
    leg.hangup()
    await over(set.house, call.id)
    const { types } = await expectIdentical(set, call.id, leg)
    expect(count(types, 'media.opened')).toBe(2)
  })

  test('late, jittery, repeated sound, and what the API asks', async () => {
    const set = await stage({ greeting: 'hello' })
    Object.assign(set.line.faults, {
      lateMediaMs: 300,
      mediaJitterMs: 60,
      duplicateMediaEvery: 5,
      duplicateWebhooks: true,
    })
    const phone = person()
    const { call, leg } = await inCall(set, phone)
    const path = { params: { path: { id: call.id } } }
    void phone.say(speech(700)).catch(() => undefined)
    await pause(500)
    await set.house.client.POST('/v1/calls/{id}/play', { ...path, body: { text: 'attention' } })
    await pause(1_000)
    await set.house.client.POST('/v1/calls/{id}/hangup', path)
    await over(set.house, call.id)
    await expectIdentical(set, call.id, leg)
  })

  test('a transfer', async () => {
    const set = await stage()
    set.line.onDial(() => ({ type: 'answer', phone: person((other) => other.sleep(300).then(() => other.hangup())) }))
    const { call, leg, player } = await inCall(set)
    player.say(300)
    player.ask('transfer_call', { to: '+15550199003' })
    await over(set.house, call.id)
    const { types } = await expectIdentical(set, call.id, leg)
    expect(types).toContain('transfer.ended')
  })

  test('a transfer to somebody who is busy, and the talk that goes on', async () => {
    const set = await stage()
    set.line.onDial(() => ({ type: 'busy', afterMs: 50 }))
    const { call, leg, player } = await inCall(set)
    player.ask('transfer_call', { to: '+15550199003' })
    await until('the agent told', () => player.orders.some(({ type }) => type === 'say'))
    await pause(400)
    leg.hangup()
    await over(set.house, call.id)
    const { types } = await expectIdentical(set, call.id, leg)
    expect(types).toContain('call.returned')
    expect(count(types, 'media.opened')).toBe(2)
  })

  test('a sound of the user’s that a caller interrupts', async () => {
    const set = await stage()
    const phone = person()
    const { call, leg } = await inCall(set, phone)
    const audio = Buffer.from(writeWav({ rate: 16_000, channels: [sine(500, { rate: 16_000, ms: 3_000 })] })).toString(
      'base64',
    )
    await set.house.client.POST('/v1/calls/{id}/play', { params: { path: { id: call.id } }, body: { audio } })
    await until('the sound', () => phone.hearsSpeech)
    await phone.say(speech(900))
    await pause(300)
    leg.hangup()
    await over(set.house, call.id)
    const { types } = await expectIdentical(set, call.id, leg)
    expect(types).toContain('play.ended')
  })

  test('an agent that breaks', async () => {
    const set = await stage({ greeting: 'hello' })
    const { call, leg, player } = await inCall(set)
    await pause(200)
    player.fail()
    await over(set.house, call.id)
    const { types } = await expectIdentical(set, call.id, leg)
    expect(types).toContain('agent.failed')
  })

  test('an agent that cannot be opened', async () => {
    const set = await stage()
    const { agents } = set.house.gateway.store
    const agent = await agents.get('org_default', set.agent.id)
    await agents.update({ ...agent!, provider: 'gone' })
    const leg = set.line.ring({ from: '+15550199001', phone: person() })
    const call = await set.house.callByRef(leg.ref)
    expect(await over(set.house, call.id)).toMatchObject({ endReason: 'agent-failed' })
    const { types } = await expectIdentical(set, call.id, leg)
    expect(types).toContain('agent.failed')
  })

  test('a call out, to somebody who answers', async () => {
    const set = await stage({ greeting: 'hello' })
    set.line.onDial(() => ({ type: 'answer', phone: person((other) => other.sleep(900).then(() => other.hangup())) }))
    const { data } = await dial(set)
    await over(set.house, data!.id)
    const [leg] = set.line.calls.values()
    await expectIdentical(set, data!.id, leg!)
  })

  test('a call out that nobody answers', async () => {
    const set = await stage({ greeting: 'hello' })
    set.line.onDial(() => ({ type: 'busy' }))
    const { data } = await dial(set)
    await over(set.house, data!.id)
    const [leg] = set.line.calls.values()
    const { kinds } = await expectIdentical(set, data!.id, leg!)
    expect(kinds).toEqual([])
  })
})

test('a call that began with its stream runs again, and its recording holds no token', async () => {
  const { house } = await stage()
  const line = await customerLine(house, 'twilio')
  const path = `/v1/connections/${line.connection}/stream-addresses`
  const address = (await (await house.request('POST', path, { agent: line.agent.id })).json()) as Address
  const voice = await application(house.scope, answers['twilio']!(line, address))
  line.simulator.point(number, { voice, status: voice })
  const leg = line.simulator.call({ from: '+15550199001', to: number, phone: person() })
  const { id } = await house.callByRef(leg.ref)
  await until('the greeting', () => leg.heard().some((sample) => sample !== 0))
  leg.hangup()
  await over(house, id)
  const recorded = await replay(id)
  const replayed = await replayCall({ ...recorded, carriers })
  expect(compare(recorded.inputs, replayed)).toBeUndefined()
  expect(replayed.entries.map(({ event }) => event.type)).toContain('media.opened')
  expect(await readFile(recorded.file, 'utf8')).not.toContain(address.token)
})
