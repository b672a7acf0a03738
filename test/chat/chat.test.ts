import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Scope } from '../../src/lib/scope.ts'
import { receptionist } from '../../src/main/seed.ts'
import { local } from '../../src/providers/agents/local/local.ts'
import { openaiCompatible } from '../../src/providers/llm/openai-compatible/openai-compatible.ts'
import { openHouse, type House } from '../e2e/gateway.ts'
import { until } from '../e2e/until.ts'
import { callIn, type Caller } from './caller.ts'
import { fakeParts, type Parts } from './parts.ts'
import { callsTool, says, startChat, type ChatServer } from './server.ts'

const key = 'sk-test-4711-do-not-tell-anybody'

interface Stage {
  readonly house: House
  readonly chat: ChatServer
  readonly parts: Parts
}

async function openStage(scope: Scope, values: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const parts = fakeParts(['When do you open?'])
  const house = scope.use(
    await openHouse({
      values,
      providers: {
        agents: [local],
        recognisers: [parts.recogniser],
        models: [openaiCompatible],
        speakers: [parts.speaker],
      },
    }),
  )
  return { house, parts, chat: await startChat(scope) }
}

/** As a user would: the ready-made agent, three settings more. */
async function connect({ house, chat }: Stage, settings: Readonly<Record<string, unknown>> = {}) {
  return house.request('PUT', `/v1/agents/${receptionist}`, {
    name: 'Chatty',
    provider: 'local',
    settings: { chatUrl: chat.url, chatModel: 'tiny', chatKey: key, greeting: 'Hello.', idleTimeout: 0, ...settings },
  })
}

const said = (caller: Caller, text: string) =>
  until(`"${text}"`, async () => (await caller.transcript()).includes(`agent: ${text}`))

describe('a chat server in the place of the script', () => {
  const scope = new Scope('chat')
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(scope)
    await connect(stage)
  })
  afterAll(() => scope.close())

  /** One turn of a new caller, answered by what is next. */
  async function turn(): Promise<Caller> {
    const caller = await callIn(stage.house)
    await caller.speak()
    return caller
  }

  test('gets the talk, the model, the key and the tools, and its words are spoken without its thoughts', async () => {
    const { chat } = stage
    chat.next(says('<think>They ask ', 'for hours.</thi', 'nk>We open ', 'at nine.'))
    const caller = await turn()
    await said(caller, 'We open at nine.')
    const asked = chat.requests.at(-1)!
    expect(asked).toMatchObject({ path: 'POST /v1/chat/completions', model: 'tiny', authorization: `Bearer ${key}` })
    expect(asked.messages.map(({ role, content }) => `${role}: ${content}`)).toEqual([
      expect.stringMatching(/^system: You are the receptionist of the Blue Door/),
      'assistant: Hello.',
      'user: When do you open?',
    ])
    expect(asked.tools).toEqual(expect.arrayContaining(['hang_up', 'transfer_call', 'send_digits']))
    expect(stage.parts.spoken.join(' ')).not.toContain('hours')
    caller.phone.hangup()
    await caller.event('call.closed')
    const used = (await caller.events()).flatMap(({ event }) => (event.type === 'usage.counted' ? [event] : []))
    expect(used).toContainEqual(
      expect.objectContaining({
        part: 'llm',
        usage: expect.objectContaining({ inputTokens: 21, outputTokens: 7 }),
      }),
    )
  })

  test('uses a tool that comes in fragments, after its last words', async () => {
    stage.chat.next({ type: 'stream', parts: ['Good', 'bye.', ...callsTool('c1', 'hang_up', ['{', '}'])] })
    const caller = await turn()
    expect(await caller.event('call.ended')).toMatchObject({ reason: 'agent-hangup' })
    expect((await caller.events()).map(({ event }) => event.type)).toEqual(
      expect.arrayContaining(['tool.called', 'tool.returned']),
    )
    expect(await caller.transcript()).toContain('agent: Goodbye.')
  })

  test('may take its time for the first word', async () => {
    stage.chat.next({ type: 'stream', parts: ['At nine.'], firstAfter: 2_500 })
    const caller = await turn()
    await said(caller, 'At nine.')
    const measured = await caller.event('turn.measured')
    expect(measured['timings']).toMatchObject({ firstToken: expect.any(Number) })
    expect((measured['timings'] as { firstToken: number }).firstToken).toBeGreaterThan(2_400) // given above
    caller.phone.hangup()
  })

  test.each([
    ['is busy', { type: 'refusal', status: 429, message: 'slow down', retryAfter: 1 }],
    ['drops the connection before a word', { type: 'cut' }],
  ] as const)('that %s is asked again, and the caller hears nothing of it', async (_, first) => {
    stage.chat.next(first, says('At nine, as I said.'))
    const caller = await turn()
    await said(caller, 'At nine, as I said.')
    expect((await caller.events()).some(({ event }) => event.type === 'agent.failed')).toBe(false)
    caller.phone.hangup()
  })

  test.each([
    ['reports an error', 'error', /ran out of memory/],
    ['drops the connection', 'cut', /./],
  ] as const)('that %s in the middle has said what it said, and answers the next turn', async (_, ending, why) => {
    stage.chat.next({ type: 'stream', parts: ['We open at nine. ', 'And we'], ending }, says('What else?'))
    const caller = await turn()
    expect(await caller.event('agent.failed')).toMatchObject({
      code: 'vendor.failed',
      message: expect.stringMatching(why),
    })
    await until('the first sentence', async () =>
      (await caller.transcript()).some((one) => one.startsWith('agent: We open at nine.')),
    )
    await caller.speak()
    await said(caller, 'What else?')
    caller.phone.hangup()
  })

  test('that refuses the key costs the caller an apology, and nobody learns the key', async () => {
    const { house, chat, parts } = stage
    chat.next({ type: 'refusal', status: 401, message: `Incorrect API key provided: ${key}` })
    const caller = await turn()
    expect(await caller.event('call.ended')).toMatchObject({ reason: 'agent-failed' })
    expect(await caller.event('agent.failed')).toMatchObject({
      code: 'vendor.credentials',
      message: expect.stringMatching(/127\.0\.0\.1:\d+ answered HTTP 401.*check the API key/),
    })
    expect(parts.spoken.join(' ')).toContain('something went wrong on our side')
    const shown = await (await house.request('GET', `/v1/agents/${receptionist}`)).json()
    expect(shown).toMatchObject({ settings: { chatKey: '••••body', chatUrl: chat.url } })
    const answers = [shown, await caller.events(), await caller.transcript(), house.logger.lines]
    for (const answer of answers) expect(JSON.stringify(answer)).not.toContain(key)
  })

  test('keeps its key when a form with the mask is sent back', async () => {
    const { house, chat } = stage
    const { data } = await house.client.GET('/v1/agents/{id}', { params: { path: { id: receptionist } } })
    const { name, provider, settings } = data!
    const put = await house.request('PUT', `/v1/agents/${receptionist}`, { name, provider, settings })
    expect(await put.text()).not.toContain(key)
    chat.next(says('Still here.'))
    const caller = await turn()
    await said(caller, 'Still here.')
    expect(chat.requests.at(-1)?.authorization).toBe(`Bearer ${key}`)
    caller.phone.hangup()
  })
})

test('a chat server on this machine needs the operator: without OFFHOOK_ALLOW_HOSTS the caller hears an apology, and the event says what to set', async () => {
  await using scope = new Scope('chat refused')
  const stage = await openStage(scope, { OFFHOOK_ALLOW_HOSTS: '' })
  const put = await connect(stage, { mistakeMessage: 'Sorry, we cannot talk today.' })
  expect(put.status).toBe(200)
  const caller = await callIn(stage.house)
  await caller.speak()
  const failed = await caller.event('agent.failed')
  const { port } = new URL(stage.chat.url)
  expect(failed).toMatchObject({ code: 'address.blocked' })
  expect(failed['message']).toContain(`127.0.0.1 port ${port} refused`)
  expect(failed['message']).toContain('OFFHOOK_ALLOW_HOSTS')
  expect(await caller.event('call.ended')).toMatchObject({ reason: 'agent-failed' })
  expect(stage.parts.spoken.join(' ')).toContain('we cannot talk today')
  expect(stage.chat.requests).toEqual([])
})
