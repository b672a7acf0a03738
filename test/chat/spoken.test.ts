import { afterAll, beforeAll, expect, test } from 'vitest'
import { ownProviders } from '../../src/main/providers.ts'
import { receptionist } from '../../src/main/seed.ts'
import { telephoneVoice } from '../../src/main/voice.ts'
import { Scope } from '../../src/lib/scope.ts'
import { openHouse, type House } from '../e2e/gateway.ts'
import { until } from '../e2e/until.ts'
import { callIn } from './caller.ts'
import { callsTool, says, startChat, type ChatServer } from './server.ts'

const scope = new Scope('spoken chat')
let house: House
let chat: ChatServer
let speak: (text: string) => Promise<Int16Array>
beforeAll(async () => {
  house = scope.use(await openHouse({ providers: ownProviders, values: { OFFHOOK_VAD: 'auto' } }))
  chat = await startChat(scope)
  const { clock, ids } = house.gateway.engine
  const stream = () => Promise.reject(new Error('the voice needs no network'))
  speak = telephoneVoice(ownProviders.speakers, { scope, clock, ids, stream })
})
afterAll(() => scope.close())

test('a caller speaks, a chat server answers, and its answer is spoken', async () => {
  const questions = [await speak('What are your opening hours on Sunday?'), await speak('Thank you, good bye.')]
  const put = await house.request('PUT', `/v1/agents/${receptionist}`, {
    name: 'Chatty',
    provider: 'local',
    settings: { chatUrl: chat.url, chatModel: 'tiny', chatKey: 'none-needed-here' },
  })
  expect(put.status).toBe(200)
  chat.next(says('On Sunday ', 'we open at noon.'), {
    type: 'stream',
    parts: ['Good bye.', ...callsTool('c1', 'hang_up', ['{}'])],
  })
  const caller = await callIn(house)
  await caller.speak(questions[0])
  await until('the question', () => chat.requests.length > 0)
  expect(chat.requests[0]?.messages.at(-1)?.content?.toLowerCase()).toMatch(/opening hours.*sunday/)
  await until(
    'the answer',
    async () => (await caller.transcript()).includes('agent: On Sunday we open at noon.'),
    20_000,
  )
  await caller.speak(questions[1])
  expect(await caller.event('call.ended', 20_000)).toMatchObject({ reason: 'agent-hangup' })
  const turns = (await caller.events()).filter(({ event }) => event.type === 'turn.measured')
  for (const { event } of turns) expect((event['timings'] as { firstSent: number }).firstSent).toBeLessThan(5_000) // turn.measured's own field
  expect(turns.length).toBeGreaterThan(0)
})
