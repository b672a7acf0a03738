/** Bots that take the place of a model's server: a chat endpoint behind our ears and voice, and a Realtime server, on calls from Vonage and Exotel. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { simulatedCarrier, startDeepgramStt, type VendorServer } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { openaiRealtime } from '../../src/providers/agents/openai-realtime/openai-realtime.ts'
import { pipeline } from '../../src/providers/agents/pipeline/pipeline.ts'
import { exotel } from '../../src/providers/carriers/exotel/exotel.ts'
import { vonage } from '../../src/providers/carriers/vonage/vonage.ts'
import { openaiCompatible } from '../../src/providers/llm/openai-compatible/openai-compatible.ts'
import { deepgramRecogniser } from '../../src/providers/stt/deepgram/deepgram.ts'
import { callerNumber, over, person, speech, toneMs } from '../conformance/live/stage.ts'
import { lineAt } from '../e2e/carrier-line.ts'
import { openHouse, type House } from '../e2e/gateway.ts'
import { startBot } from './bot.ts'
import { hummer } from './hummer.ts'

const token = 'bot-token-0123456789'
const key = 'a-key-of-the-tests'

const vonageLine = lineAt({ carrier: simulatedCarrier('vonage'), account: 'applicationId' })
const lines = [
  { carrier: 'vonage', line: vonageLine },
  { carrier: 'exotel', line: lineAt({ carrier: simulatedCarrier('exotel'), account: 'accountSid' }) },
]

let house: House
let ears: VendorServer
beforeAll(async () => {
  house = await openHouse({
    providers: {
      carriers: [vonage, exotel],
      agents: [pipeline, openaiRealtime],
      recognisers: [deepgramRecogniser],
      models: [openaiCompatible],
      speakers: [hummer],
    },
  })
  ears = await startDeepgramStt({ scope: house.scope, clock: realClock, key, phrases: () => 'A table for two.' })
})
afterAll(() => house[Symbol.asyncDispose]())

/** A call to an agent of these settings: somebody hears the greeting, if there is one, says something, hears the answer, and hangs up. */
async function call(line: typeof vonageLine, provider: string, settings: object, greeted: boolean) {
  const made = await house.client.POST('/v1/agents', {
    body: { name: `${provider} ${greeted}`, provider, settings: { idleTimeout: 0, ...settings } },
  })
  if (!made.data) throw new Error(JSON.stringify(made.error))
  const { ring } = await line(house, made.data.id)
  const phone = person(async (self) => {
    if (greeted) await self.waitForSpeech()
    await self.waitForSilence(500)
    await self.say(speech(900))
    await self.waitForSpeech()
    await self.waitForSilence(500)
    self.hangup()
  })
  const leg = ring({ from: callerNumber, phone })
  const { id } = await house.callByRef(leg.ref)
  await over(house, id, 30_000)
  const { data } = await house.client.GET('/v1/calls/{id}/messages', { params: { path: { id } } })
  const events = await house.events(id)
  expect(JSON.stringify([events, house.logger.lines])).not.toContain(token)
  return { heard: leg.heard(), messages: data?.items.map(({ role, text }) => `${role}: ${text}`), events }
}

describe.concurrent.each(lines)('on a call from $carrier', ({ line }) => {
  test('a chat endpoint of the user’s answers what the caller says', async () => {
    const bot = await startBot('chat', house.scope, { BOT_TOKEN: token })
    const parts = {
      ...{ recogniser: 'deepgram', model: 'openai-compatible', speaker: 'hummer', greeting: '' },
      recogniserSettings: { key, model: 'flux-general-en', baseUrl: ears.socketUrl },
      modelSettings: { key: token, model: 'mine', url: `http://127.0.0.1:${bot.port}/v1` },
    }
    const { messages, heard } = await call(line, 'pipeline', parts, false)
    expect(messages).toEqual(['caller: A table for two.', 'agent: You said: A table for two.'])
    expect(toneMs(heard, 1000)).toBeGreaterThanOrEqual(1000)
    expect(bot.lines).toContain('asked A table for two.')
  })

  test('a Realtime server of the user’s greets and answers', async () => {
    const bot = await startBot('realtime', house.scope, { BOT_TOKEN: token })
    const settings = {
      ...{ apiKey: token, model: 'mine', turns: 'engine', transcription: 'none', greeting: 'Hello.' },
      baseUrl: `ws://127.0.0.1:${bot.port}/v1/realtime`,
    }
    const { messages, heard } = await call(line, 'openai-realtime', settings, true)
    expect(messages).toEqual(['agent: Beep beep.', 'agent: Beep beep.'])
    expect(toneMs(heard, 500)).toBeGreaterThanOrEqual(1100)
  })
})
