/** A bot that was written for ConversationRelay answers Vonage's and Exotel's calls in text. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { simulatedCarrier, startDeepgramStt, type VendorServer } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { pipeline } from '../../src/providers/agents/pipeline/pipeline.ts'
import { exotel } from '../../src/providers/carriers/exotel/exotel.ts'
import { vonage } from '../../src/providers/carriers/vonage/vonage.ts'
import { textBridge } from '../../src/providers/llm/text-bridge/text-bridge.ts'
import { deepgramRecogniser } from '../../src/providers/stt/deepgram/deepgram.ts'
import { callerNumber, over, person, speech, toneMs } from '../conformance/live/stage.ts'
import { lineAt } from '../e2e/carrier-line.ts'
import { openHouse, type House } from '../e2e/gateway.ts'
import { startBot } from './bot.ts'
import { hummer } from './hummer.ts'

const bearerToken = 'bot-token-0123456789'
const key = 'a-key-of-the-tests'

let house: House
let ears: VendorServer
let phrases: string[] = []
beforeAll(async () => {
  house = await openHouse({
    providers: {
      carriers: [vonage, exotel],
      agents: [pipeline],
      recognisers: [deepgramRecogniser],
      models: [textBridge],
      speakers: [hummer],
    },
  })
  ears = await startDeepgramStt({ scope: house.scope, clock: realClock, key, phrases: () => phrases.shift() ?? '' })
})
afterAll(() => house[Symbol.asyncDispose]())

async function start(said: readonly string[], settings: object = {}) {
  phrases = [...said]
  const bot = await startBot('text', house.scope, { BOT_TOKEN: bearerToken })
  const made = await house.client.POST('/v1/agents', {
    body: {
      ...{ name: `bot ${bot.port}`, provider: 'pipeline' },
      settings: {
        ...{ recogniser: 'deepgram', model: 'text-bridge', speaker: 'hummer', greeting: '', idleTimeout: 0 },
        recogniserSettings: { key, model: 'flux-general-en', baseUrl: ears.socketUrl },
        modelSettings: { bearerToken, url: `ws://127.0.0.1:${bot.port}/relay`, ...settings },
      },
    },
  })
  if (!made.data) throw new Error(JSON.stringify(made.error))
  const sent = () => bot.lines.slice(1).map((line): Readonly<Record<string, unknown>> => JSON.parse(line))
  return { agent: made.data.id, sent }
}

async function messages(id: string) {
  const { data } = await house.client.GET('/v1/calls/{id}/messages', { params: { path: { id } } })
  return data?.items.map(({ role, text }) => `${role}: ${text}`)
}

const lines = [
  { carrier: 'vonage', line: lineAt({ carrier: simulatedCarrier('vonage'), account: 'applicationId' }) },
  { carrier: 'exotel', line: lineAt({ carrier: simulatedCarrier('exotel'), account: 'accountSid' }) },
]

describe.each(lines)('a bot for ConversationRelay on a call from $carrier', ({ line }) => {
  test('greets, answers, and ends the call after its last words', async () => {
    const { agent, sent } = await start(['A table for two.', 'Goodbye.'])
    const { ring } = await line(house, agent)
    const phone = person(async (self) => {
      for (let turn = 1; turn <= 2; turn++) {
        await self.waitForSpeech()
        await self.waitForSilence(500)
        await self.say(speech(900))
      }
    })
    const leg = ring({ from: callerNumber, phone })
    const { id } = await house.callByRef(leg.ref)
    expect(await over(house, id, 30_000)).toMatchObject({ endReason: 'agent-hangup' })
    expect(await messages(id)).toEqual([
      'agent: Hello there.',
      'caller: A table for two.',
      'agent: You said: A table for two.',
      'caller: Goodbye.',
      'agent: You said: Goodbye.',
    ])
    // Two words, six and three.
    expect(toneMs(leg.heard(), 1000)).toBeGreaterThanOrEqual(2_000)
    expect(sent()).toMatchObject([
      {
        type: 'setup',
        callSid: expect.stringMatching(/^CA[\da-f]{32}$/),
        from: callerNumber,
        customParameters: { call: id },
      },
      { type: 'prompt', voicePrompt: 'A table for two.', last: true },
      { type: 'prompt', voicePrompt: 'Goodbye.', last: true },
    ])
    expect(JSON.stringify([await house.events(id), house.logger.lines])).not.toContain(bearerToken)
  })
})

test('words faster than speech wait, and are cut when the caller interrupts; the bot learns what was heard; keys reach it', async () => {
  const { agent, sent } = await start(['A story.', 'Stop that please.'])
  const { ring } = await lines[0]!.line(house, agent)
  const phone = person(async (self) => {
    await self.waitForSpeech()
    await self.waitForSilence(500)
    await self.say(speech(900))
    await self.waitForSpeech()
    await self.sleep(2_500)
    await self.say(speech(1_500))
    await self.waitForSilence(400)
    await self.waitForSpeech()
    await self.waitForSilence(500)
    await self.press('7')
    await self.press('#')
    await self.waitForSpeech()
    await self.waitForSilence(500)
    self.hangup()
  })
  const leg = ring({ from: callerNumber, phone })
  const { id } = await house.callByRef(leg.ref)
  await over(house, id, 45_000)
  const interrupt = sent().find(({ type }) => type === 'interrupt')
  expect(interrupt).toMatchObject({ durationUntilInterruptMs: expect.any(Number) })
  expect(sent().filter(({ type }) => type === 'dtmf')).toEqual([{ type: 'dtmf', digit: '7' }])
  const said = (await messages(id)) ?? []
  expect(said).toContain('agent: You said: Stop that please.')
  expect(said.at(-1)).toBe('agent: You pressed 7.')
  // A story of 800 words would last 160 s.
  expect(toneMs(leg.heard(), 1000)).toBeLessThan(15_000)
})

test('a bot that refuses us ends the call, and says so', async () => {
  const { agent } = await start([], { bearerToken: 'not-the-token-0123' })
  const { ring } = await lines[0]!.line(house, agent)
  const leg = ring({ from: callerNumber, phone: person() })
  const { id } = await house.callByRef(leg.ref)
  expect(await over(house, id)).toMatchObject({ endReason: 'agent-failed' })
  const failed = (await house.events(id)).find(({ event }) => event.type === 'agent.failed')
  expect(failed?.event).toMatchObject({ code: 'vendor.credentials' })
})
