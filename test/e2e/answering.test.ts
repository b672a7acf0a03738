/** Who answered is heard by ear where the carrier does not tell. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { tone } from '../../simulators/index.ts'
import { sine } from '../../src/media/tones.ts'
import type { SpeakerSpec } from '../../src/spec/speech.ts'
import { twilio } from '../../src/providers/carriers/twilio/twilio.ts'
import { person, speech, toneMs } from '../conformance/live/stage.ts'
import { openHouse, type House } from './gateway.ts'
import { twilioLive } from './twilio-line.ts'

/** A carrier like any other, but without detection. */
const { control } = twilio
const deaf: typeof twilio = {
  ...twilio,
  control: {
    ...control!,
    detectsMachines: false,
    // Nor has it a way to leave messages.
    commands: control!.commands.filter((command) => command !== 'leave-message'),
    encode: (command, call, config, context) =>
      control!.encode(command, { ...call, machineDetection: false }, config, context),
  },
}

/** Speaks in one long tone. */
const voice: SpeakerSpec = {
  ...{ kind: 'tts', name: 'local', label: 'Tone', settings: z.object({ voice: z.string() }) },
  open: () => ({
    rate: 16_000,
    async *speak() {
      yield sine(620, { rate: 16_000, ms: 1_000 })
    },
    async [Symbol.asyncDispose]() {},
  }),
}

let house: House
beforeAll(async () => {
  house = await openHouse({ providers: { carriers: [deaf], speakers: [voice] } })
})
afterAll(() => house[Symbol.asyncDispose]())

async function answeredBy(script: Parameters<typeof person>[0], machineDetection = true) {
  const agent = await house.agent({})
  const line = await twilioLive.line(house, agent.id)
  line.onDial(() => ({ type: 'answer', phone: person(script), afterMs: 20 }))
  const { data } = await house.client.POST('/v1/calls', {
    body: { to: '+15550199002', agent: agent.id, connection: line.connection, machineDetection },
  })
  const { id } = data!
  const ended = await house.callWhen('the end', id, ({ endedAt }) => endedAt !== null, 30_000)
  const heard = (await house.events(id)).flatMap(({ event }) =>
    event.type === 'machine.detected' ? [[event['result'], event['raw'], event['messageEnded']]] : [],
  )
  return { answeredBy: ended.answeredBy, heard }
}

test('a person says a word and waits', async () => {
  const seen = await answeredBy(async (self) => {
    await self.say(speech(540))
    await self.sleep(1_500)
    self.hangup()
  })
  expect(seen.answeredBy).toBe('human')
  expect(seen.heard).toHaveLength(1)
})

test('a machine talks on, and beeps', async () => {
  const seen = await answeredBy(async (self) => {
    await self.say(speech(3_600))
    await self.say(tone(1000, 400))
    await self.sleep(400)
    self.hangup()
  })
  expect(seen.answeredBy).toBe('machine')
  expect(seen.heard).toEqual([
    ['machine', 'it talks on', false],
    ['machine', 'beep', true],
  ])
})

test('a message is left after the beep, in our own voice, and then the call is over', async () => {
  const agent = await house.agent({})
  const line = await twilioLive.line(house, agent.id)
  line.onDial(() => ({ type: 'machine', greeting: speech(3_200), afterMs: 20 }))
  const coming = line.nextCall()
  const { data } = await house.client.POST('/v1/calls', {
    body: { to: '+15550199002', agent: agent.id, connection: line.connection, voicemailMessage: 'Please call back.' },
  })
  const ended = await house.callWhen('the end', data!.id, ({ endedAt }) => endedAt !== null, 30_000)
  expect(ended).toMatchObject({ status: 'completed', endReason: 'voicemail-left', answeredBy: 'machine' })
  expect(toneMs((await coming).heard(), 620)).toBeGreaterThanOrEqual(940)
})

test('nobody listens where it was not asked for', async () => {
  const seen = await answeredBy(async (self) => {
    await self.say(speech(540))
    await self.sleep(1_500)
    self.hangup()
  }, false)
  expect(seen).toEqual({ answeredBy: null, heard: [] })
})
