import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import {
  framesOfTone,
  startDeepgramStt,
  startOpenaiChatLlm,
  tone,
  type ModelServer,
  type VendorServer,
} from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { pipeline } from '../../src/providers/agents/pipeline/pipeline.ts'
import { openaiCompatible } from '../../src/providers/llm/openai-compatible/openai-compatible.ts'
import { deepgramRecogniser } from '../../src/providers/stt/deepgram/deepgram.ts'
import type { RequestSpeakerSpec } from '../../src/spec/speech.ts'
import { person, speech } from '../conformance/live/stage.ts'
import { openHouse, type CallShown, type House } from './gateway.ts'
import { twilioLive } from './twilio-line.ts'

const key = 'a-key-of-the-tests'

/** 200 ms of a tone for every word. */
const hummer: RequestSpeakerSpec = {
  kind: 'tts',
  name: 'hummer',
  label: 'Hummer',
  settings: z.object({}),
  open: () => ({
    rate: 8000,
    async *speak(text) {
      for (const _ of text.split(' ')) yield Int16Array.from(tone(1000, 200))
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
}

let house: House
let ears: VendorServer
let brain: ModelServer
let phrases: string[] = []

beforeAll(async () => {
  house = await openHouse({
    providers: {
      agents: [pipeline],
      recognisers: [deepgramRecogniser],
      models: [openaiCompatible],
      speakers: [hummer],
    },
  })
  const parts = { scope: house.scope, clock: realClock, key }
  ears = await startDeepgramStt({ ...parts, phrases: () => phrases.shift() ?? '' })
  brain = await startOpenaiChatLlm(parts)
})
afterAll(() => house[Symbol.asyncDispose]())

function settings(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    recogniser: 'deepgram',
    recogniserSettings: { key, model: 'flux-general-en', baseUrl: ears.socketUrl },
    model: 'openai-compatible',
    modelSettings: { key, model: 'm', url: `${brain.url}/v1` },
    speaker: 'hummer',
    greeting: '',
    idleTimeout: 0,
    ...changes,
  }
}

/** A caller who says something as often as the agent is to answer, and hears it out each time. */
async function call(turns: number, changes: Readonly<Record<string, unknown>>, between?: (turn: number) => void) {
  const agent = await house.client.POST('/v1/agents', {
    body: { name: 'pipeline', provider: 'pipeline', settings: settings(changes) },
  })
  if (!agent.data) throw new Error(JSON.stringify(agent.error))
  const line = await twilioLive.line(house, agent.data.id)
  const phone = person(async (self) => {
    await self.sleep(300)
    for (let turn = 1; turn <= turns; turn++) {
      between?.(turn)
      await self.say(speech(900))
      await self.waitForSpeech()
      await self.waitForSilence(500)
    }
    self.hangup()
  })
  const leg = line.ring({ from: '+15550199001', phone })
  const { id } = await house.callByRef(leg.ref)
  const ended: CallShown = await house.callWhen('the end', id, ({ endedAt }) => endedAt !== null, 30_000)
  await phone.done
  const events = (await house.events(id)).map(({ event }): Readonly<Record<string, unknown>> => event)
  const told = (type: string) => events.filter((event) => event['type'] === type)
  return {
    ended,
    hummed: framesOfTone(leg.heard(), 1000) * 20,
    messages: told('message.added').map((event) => `${event['role']}: ${event['text']}`),
    failures: told('agent.failed').map((event) => String(event['message'])),
  }
}

const models = ['flux-general-en', 'nova-3']

describe.each(models)('a call to a pipeline that hears with %s', (model) => {
  const recogniserSettings = () => ({ key, model, baseUrl: ears.socketUrl })

  test('is a conversation', async () => {
    phrases = ['A table for two.', 'At eight.']
    brain.answers('When would that be?', 'Your table is booked.')
    const { messages, hummed, failures } = await call(2, { recogniserSettings: recogniserSettings() })
    expect(messages).toEqual([
      'caller: A table for two.',
      'agent: When would that be?',
      'caller: At eight.',
      'agent: Your table is booked.',
    ])
    // Four words and four, 200 ms each.
    expect(hummed).toBeGreaterThanOrEqual(1500)
    expect(failures).toEqual([])
    // The agent is closed once the call has ended.
    await vi.waitFor(() => expect(ears.connections.size).toBe(0), 10_000)
  })

  test('goes on when the connection is cut', async () => {
    phrases = ['A table for two.', 'At eight.']
    brain.answers('When would that be?', 'Your table is booked.')
    const cut = (turn: number) => {
      if (turn === 2) for (const socket of ears.connections) socket.cut()
    }
    const { messages } = await call(2, { recogniserSettings: recogniserSettings() }, cut)
    expect(messages).toHaveLength(4)
    expect(messages.slice(2)).toEqual(['caller: At eight.', 'agent: Your table is booked.'])
  })
})

test('a second model answers when the first refuses, and the call says so', async () => {
  phrases = ['A table for two.']
  brain.answers('When would that be?')
  const { messages, failures, ended } = await call(1, {
    modelSettings: { key: 'somebody-elses', model: 'm', url: `${brain.url}/v1` },
    model2: 'openai-compatible',
    model2Settings: { key, model: 'm', url: `${brain.url}/v1` },
  })
  expect(messages).toEqual(['caller: A table for two.', 'agent: When would that be?'])
  expect(failures).toHaveLength(1)
  expect(failures[0]).toContain('takes its place for the rest of the call')
  expect(JSON.stringify([failures, ended])).not.toContain('somebody-elses')
})

test('a second recogniser is there from the start when the first refuses the key', async () => {
  phrases = ['A table for two.']
  brain.answers('When would that be?')
  const { messages, failures } = await call(1, {
    recogniserSettings: { key: 'somebody-elses', model: 'nova-3', baseUrl: ears.socketUrl },
    recogniser2: 'deepgram',
    recogniser2Settings: { key, model: 'nova-3', baseUrl: ears.socketUrl },
  })
  expect(messages).toEqual(['caller: A table for two.', 'agent: When would that be?'])
  expect(failures).toEqual([expect.stringContaining('check the key')])
})
