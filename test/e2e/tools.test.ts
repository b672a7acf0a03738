/** Tools of the user's own on whole calls: a telephone, a simulated carrier, a real gateway, the user's servers. */
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callerNumber, over, person } from '../conformance/live/stage.ts'
import { openHouse, type House } from './gateway.ts'
import { twilioLive } from './twilio-line.ts'
import { until } from './until.ts'
import { mcpServer, toolServer, type Asked } from './users-tools.ts'

const key = 'a-signing-key-of-the-tests'
const toolSecret = `whsec_${Buffer.from(key).toString('base64url')}`
const authorization = 'Bearer tool-0123456789abcdef'
const parameters = { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] }

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

/** A call that is answered by an agent with these settings. */
async function call(settings: object) {
  const agent = await house.agent({ ...settings })
  const line = await twilioLive.line(house, agent.id)
  const leg = line.ring({ from: callerNumber, phone: person() })
  const { id } = await house.callByRef(leg.ref)
  const player = await house.studio.player(agent.key)
  await house.callWhen('answered', id, ({ status }) => status === 'in-progress')
  return { id, player, agent, hangUp: () => player.ask('hang_up') }
}

describe('an HTTP tool', () => {
  const tool = (url: string, more: object = {}) => ({
    ...{ type: 'http', name: 'find_table', description: 'Finds a table.', parameters, url },
    ...{ headers: { authorization }, ...more },
  })

  test('is offered, asked with a signature, and its answer reaches the agent; headers stay secret', async () => {
    const asked: Asked[] = []
    const url = await toolServer(house.scope, (one) => {
      asked.push(one)
      return { text: '{"table":4}' }
    })
    const { id, player, agent, hangUp } = await call({ tools: [tool(url)], toolSecret })
    expect(player.brief.tools.map(({ name }) => name)).toEqual([
      'hang_up',
      'transfer_call',
      'send_digits',
      'find_table',
    ])
    expect(await player.use('find_table', { day: 'Friday' })).toMatchObject({ ok: true, result: { table: 4 } })
    expect(await player.use('find_table', {})).toMatchObject({ ok: false })
    expect(asked).toHaveLength(1)
    const { headers, body } = asked[0]!
    expect(headers.authorization).toBe(authorization)
    expect(JSON.parse(body)).toMatchObject({ tool: 'find_table', arguments: { day: 'Friday' }, call: { id } })
    const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
    hangUp()
    const events = await until('both results in the events', async () => {
      const all = await house.events(id)
      return all.filter(({ event }) => event.type === 'tool.returned').length > 1 && all
    })
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'tool.called', name: 'find_table', arguments: { day: 'Friday' } }),
        expect.objectContaining({ type: 'tool.returned', name: 'find_table', ok: true, result: { table: 4 } }),
      ]),
    )
    const { data } = await house.client.GET('/v1/agents/{id}', { params: { path: { id: agent.id } } })
    expect(data!.settings).toMatchObject({ tools: [{ headers: { authorization: '••••cdef' } }] })
    expect(JSON.stringify([events, data, house.logger.lines])).not.toMatch(/tool-0123456789abcdef|whsec_/)
    const { name, provider, settings } = data!
    const saved = { name, provider, settings }
    const again = await house.client.PUT('/v1/agents/{id}', { params: { path: { id: agent.id } }, body: saved })
    expect(again.error).toBeUndefined()
  })

  test('that is slow is covered by a filler, once; one that fails is told to the agent, and the call goes on', async () => {
    const answers = [Promise.withResolvers<{ status: number; text: string }>(), { status: 500, text: 'oops' }]
    const url = await toolServer(house.scope, () => {
      const next = answers.shift()!
      return 'promise' in next ? next.promise : next
    })
    const slow = answers[0] as PromiseWithResolvers<{ status: number; text: string }> // the first
    const { id, player, hangUp } = await call({ tools: [tool(url, { filler: 'One moment.', fillerAfter: 50 })] })
    const outcome = player.use('find_table', { day: 'Friday' })
    await until('the filler', () => player.orders.some((order) => order.type === 'say'))
    slow.resolve({ status: 200, text: '{}' })
    expect(await outcome).toMatchObject({ ok: true })
    expect(await player.use('find_table', { day: 'Monday' })).toMatchObject({ ok: false })
    expect(player.orders.filter(({ type }) => type === 'say')).toEqual([{ type: 'say', text: 'One moment.' }])
    expect(await house.callWhen('going on', id, ({ status }) => status === 'in-progress')).toBeDefined()
    hangUp()
  })

  test('on an address that must not be reached is refused by the guard', async () => {
    const { player, hangUp } = await call({ tools: [tool('http://169.254.169.254/latest')] })
    const { ok, result } = await player.use('find_table', { day: 'Friday' })
    expect(ok).toBe(false)
    expect(JSON.stringify(result)).toMatch(/169\.254\.169\.254.*refused/)
    hangUp()
  })

  test('that makes no sense is refused when it is saved, field by field', async () => {
    const wrong = [tool('http://127.0.0.1:9', { name: 'hang_up', parameters: { type: 'string' } })]
    const { error } = await house.client.POST('/v1/agents', {
      body: { name: 'wrong', provider: 'studio', settings: { tools: wrong } },
    })
    expect(JSON.stringify(error)).toMatch(/tools\.0\.name.*tools\.0\.parameters/)
  })
})

describe('an MCP server', () => {
  test('gives each call a session of its own, with the tools that are allowed and a token where it wants one', async () => {
    const server = await mcpServer(house.scope)
    const text = JSON.stringify({ access_token: 'oauth-0123456789', token_type: 'Bearer', expires_in: 3600 })
    const tokenUrl = await toolServer(house.scope, () => ({ text }))
    const mcp = { url: server.url, allow: ['sum.add', 'fail'] }
    const [one, two] = await Promise.all([
      call({ mcp: [{ ...mcp, headers: { authorization } }] }),
      call({ mcp: [{ ...mcp, tokenUrl, clientId: 'offhook', clientSecret: 'client-0123456789abcdef' }] }),
    ])
    expect(one.player.brief.tools.map(({ name }) => name).slice(3)).toEqual(['sum_add', 'fail'])
    expect(one.player.brief.tools[3]!.parameters).toMatchObject({ properties: { by: { type: 'number' } } })
    expect(await one.player.use('sum_add', { by: 2 })).toMatchObject({ ok: true, result: 'the sum is 2' })
    expect(await one.player.use('sum_add', { by: 3 })).toMatchObject({ ok: true, result: 'the sum is 5' })
    expect(await two.player.use('sum_add', { by: 7 })).toMatchObject({ ok: true, result: 'the sum is 7' })
    expect(await two.player.use('sum_add', { by: 'x' })).toMatchObject({ ok: false })
    expect(await two.player.use('fail')).toMatchObject({ ok: false, result: { error: 'out of numbers' } })
    expect(server.sessions.toSorted()).toEqual([authorization, 'Bearer oauth-0123456789'].toSorted())
    one.hangUp()
    two.hangUp()
    await until('both sessions at their end', () => server.ended === 2)
    const told = JSON.stringify([await house.events(one.id), await house.events(two.id), house.logger.lines])
    for (const secret of ['tool-0123456789abcdef', 'oauth-0123456789', 'client-0123456789abcdef'])
      expect(told).not.toContain(secret)
  })

  test('that is not there costs the call its tools, not the call', async () => {
    const { id, player, hangUp } = await call({ mcp: [{ url: 'http://127.0.0.1:9/mcp' }] })
    expect(player.brief.tools).toHaveLength(3)
    const failed = await until('the failure in the events', async () =>
      (await house.events(id)).find(({ event }) => event.type === 'agent.failed'),
    )
    expect(failed.event).toMatchObject({ code: 'tool.failed' })
    hangUp()
  })
})

describe('a guardrail', () => {
  const rule = { name: 'pitch', type: 'terms', terms: ['700 hz'], message: 'Something else.' }

  test('cuts a speaking agent off, has it say something else, and tells the rule, not the words', async () => {
    const { id, player, hangUp } = await call({ guardrails: [rule] })
    player.say(3_000, 700)
    await until('the words in their place', () => player.orders.some((order) => order.type === 'say'))
    expect(player.orders.map((order) => (order.type === 'say' ? order.text : order.type))).toEqual([
      'interrupt',
      'Something else.',
    ])
    const hits = await until('the rule in the events', async () => {
      const found = (await house.events(id)).filter(({ event }) => event.type === 'guardrail.hit')
      return found.length > 0 && found
    })
    expect(hits.map(({ event }) => event)).toEqual([{ type: 'guardrail.hit', rule: 'pitch', action: 'replaced' }])
    hangUp()
  })

  test('ends the call once its message was heard', async () => {
    const { id, player } = await call({ guardrails: [{ ...rule, after: 'hang-up' }] })
    player.say(3_000, 700)
    await until('the words in their place', () => player.orders.some((order) => order.type === 'say'))
    expect(await over(house, id)).toMatchObject({ status: 'completed', endReason: 'agent-hangup' })
  })

  test('asks the user’s server about each sentence, signed', async () => {
    const asked: Asked[] = []
    const url = await toolServer(house.scope, (one) => {
      asked.push(one)
      return { text: '{"allow":false}' }
    })
    const check = { name: 'check', type: 'check', url, headers: { authorization }, message: 'Something else.' }
    const { id, player, hangUp } = await call({ guardrails: [check], toolSecret })
    player.say(3_000, 700)
    await until('the words in their place', () => player.orders.some((order) => order.type === 'say'))
    expect(JSON.parse(asked[0]!.body)).toMatchObject({ check: 'check', text: '700 Hz', call: { id } })
    expect(asked[0]!.headers['webhook-signature']).toMatch(/^v1,/)
    hangUp()
  })
})

describe('an agent that reaches a machine', () => {
  test.each([
    ['leaves its message', { message: 'Please call back.' }, 'voicemail-left'],
    ['with nothing to leave hangs up', {}, 'agent-hangup'],
  ])('%s', async (_, given, endReason) => {
    const agent = await house.agent()
    const line = await twilioLive.line(house, agent.id)
    const { data, error } = await house.client.POST('/v1/calls', {
      body: { connection: line.connection, from: line.number, to: callerNumber, agent: agent.id },
    })
    if (!data) throw new Error(JSON.stringify(error))
    const player = await house.studio.player(agent.key)
    await house.callWhen('answered', data.id, ({ status }) => status === 'in-progress')
    expect(player.brief.tools.map(({ name }) => name)).toContain('voicemail_reached')
    player.ask('voicemail_reached', given)
    expect(await over(house, data.id)).toMatchObject({ endReason })
    const seen = (await house.events(data.id)).find(({ event }) => event.type === 'machine.detected')
    expect(seen?.event).toMatchObject({ result: 'machine', raw: 'agent' })
  })
})
