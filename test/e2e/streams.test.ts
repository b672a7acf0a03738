/** One socket for every carrier: somebody else's markup or flow sends a stream to `/media`, and its call begins with it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { randomIds } from '../../src/lib/ids.ts'
import { carriers } from '../../src/providers/index.ts'
import { callerNumber, over, person, toneMs } from '../conformance/live/stage.ts'
import { openers } from '../conformance/openings.ts'
import { answers, application, customerLine, number, type Address, type Line } from './customer.ts'
import { openHouse, type House } from './gateway.ts'
import { until } from './until.ts'

let house: House

beforeAll(async () => {
  house = await openHouse({ providers: { carriers } })
})
afterAll(() => house[Symbol.asyncDispose]())

async function addressOf({ connection, agent }: Line, more: object = { agent: agent.id }): Promise<Address> {
  const response = await house.request('POST', `/v1/connections/${connection}/stream-addresses`, more)
  expect(response.status).toBe(201)
  return (await response.json()) as Address
}

describe.concurrent.each(Object.keys(answers))('a stream of %s that a customer’s own answer sends', (name) => {
  test('begins a call with the agent of the address', async () => {
    const line = await customerLine(house, name)
    const voice = await application(house.scope, answers[name]!(line, await addressOf(line)))
    line.simulator.point(number, { voice, status: voice })
    const leg = line.simulator.call({ from: callerNumber, to: number, phone: person() })
    const call = await house.callByRef(leg.ref)
    expect(call).toMatchObject({ direction: 'inbound', carrier: name, connection: line.connection })
    const player = await house.studio.player(line.agent.key)
    // What the customer's answer said of the call reaches the agent; the token does not.
    if (!['plivo', 'vobiz'].includes(name)) expect(player.brief.variables).toMatchObject({ plan: 'gold' })
    expect(JSON.stringify([player.brief, await house.events(call.id)])).not.toContain('ohs_')
    await until('the greeting, heard by the caller', () => toneMs(leg.heard(), 1000) >= 500)
    leg.hangup()
    expect(await over(house, call.id)).toMatchObject({ status: 'completed', endReason: 'caller-hangup' })
    const wire = await house.request('GET', `/v1/calls/${call.id}/wire?limit=200`)
    expect(await wire.text()).not.toContain('ohs_')
    expect(JSON.stringify(house.logger.lines)).not.toContain('ohs_')
  })
})

describe('a stream address', () => {
  test('of a number is answered by whoever answers the number then', async () => {
    const line = await customerLine(house, 'twilio')
    const address = await addressOf(line, { number: line.numberId })
    const other = await house.agent()
    await house.request('PATCH', `/v1/numbers/${line.numberId}`, { agent: other.id })
    const { ref, close } = await stream('twilio', line, address)
    expect(await house.callByRef(ref)).toMatchObject({ agent: other.id, to: number })
    close()
  })

  test('takes a stream that comes back for the same call', async () => {
    const line = await customerLine(house, 'twilio')
    const address = await addressOf(line)
    const first = await stream('twilio', line, address)
    const call = await house.callByRef(first.ref)
    await house.callWhen('in-progress', call.id, ({ status }) => status === 'in-progress')
    const second = await stream('twilio', line, address, first.ref)
    await until('the first socket closed', () => first.closed.code === 1000)
    const opened = () =>
      house.events(call.id).then((all) => all.filter(({ event }) => event.type === 'media.opened').length)
    await until('the second stream', async () => (await opened()) === 2)
    second.close()
    await over(house, call.id)
  })

  test('and the token of a call may both stand in the start message: the call is the token’s', async () => {
    const line = await customerLine(house, 'twilio')
    const address = await addressOf(line)
    const first = await stream('twilio', line, address)
    const { id } = await house.callByRef(first.ref)
    const grant = { call: id, organization: 'org_default', carrier: 'twilio', connection: line.connection }
    const token = await house.gateway.engine.tokens.issue(grant, 60_000)
    const second = await stream('twilio', line, { address: address.url, url: address.url, token }, first.ref)
    await until('the first socket replaced', () => first.closed.code === 1000)
    const stranger = await stream('cloudonix', { settings: {} }, { address: address.url, url: address.url, token })
    await until('the refusal', () => stranger.closed.reason === 'the token is of another carrier than the stream')
    second.close()
    await over(house, id)
  })

  test.each([
    ['of another carrier', 'telnyx', 'the token is of another carrier than the stream'],
    ['of another account', 'twilio', 'the stream belongs to another account'],
  ])('takes no stream %s', async (_what, carrier, reason) => {
    const line = await customerLine(house, 'twilio')
    const { url, token } = await addressOf(line)
    const { closed } = await stream(
      carrier,
      { ...line, settings: {} },
      { address: `${url}?token=${token}`, url, token },
    )
    await until('the refusal', () => closed.reason === reason)
    expect(closed.code).toBe(1008)
  })

  test('is void once it is revoked, and says so before a byte is read', async () => {
    const line = await customerLine(house, 'twilio')
    const { address, url, token } = await addressOf(line)
    expect((await house.request('DELETE', `/v1/connections/${line.connection}/stream-addresses`)).status).toBe(204)
    await expect(stream('twilio', line, { address, url, token })).rejects.toThrow('403')
    const { closed } = await stream('twilio', line, { address: url, url, token })
    await until('the refusal', () => closed.reason === 'stream token unknown')
  })

  test('outlives a change of the connection, and is shown by none', async () => {
    const line = await customerLine(house, 'twilio')
    const address = await addressOf(line)
    const path = `/v1/connections/${line.connection}`
    const changed = await house.request('PUT', path, { name: 'renamed', settings: line.settings })
    expect(changed.status).toBe(200)
    expect(await changed.text()).not.toContain('streamSecret')
    const { ref, close } = await stream('twilio', line, address)
    await house.callByRef(ref)
    close()
  })

  test.each([
    ['nobody', {}, 422],
    ['two', { agent: 'agt_echo', number: 'num_1' }, 422],
    ['an agent that is not there', { agent: 'agt_none' }, 404],
    ['a number that is not there', { number: 'num_none' }, 404],
  ])('is not made for %s', async (_who, body, status) => {
    const line = await customerLine(house, 'twilio')
    const response = await house.request('POST', `/v1/connections/${line.connection}/stream-addresses`, body)
    expect([400, status]).toContain(response.status)
  })

  test('is not made for lines that open their own media', async () => {
    const response = await house.request('POST', '/v1/connections/con_browser/stream-addresses', { agent: 'agt_echo' })
    expect(response.status).toBe(422)
  })
})

describe('without a token', () => {
  test('a carrier that signs its upgrade is taken at its word: the number called answers', async () => {
    const line = await customerLine(house, 'exotel')
    const voice = await application(house.scope, () => {
      const address = new URL(`${house.url.replace('http', 'ws')}/media`)
      Object.assign(address, { username: 'offhook', password: String(line.settings['webhookSecret']) })
      return JSON.stringify({ url: address.href })
    })
    line.simulator.point(number, { voice, status: voice })
    const leg = line.simulator.call({ from: callerNumber, to: number, phone: person() })
    const call = await house.callByRef(leg.ref)
    expect(call).toMatchObject({ from: callerNumber, to: number, agent: line.agent.id })
    await until('the greeting', () => toneMs(leg.heard(), 1000) >= 500)
    leg.hangup()
    await over(house, call.id)
  })

  test('Twilio’s signature of the upgrade is enough, and nobody can make it', async () => {
    const line = await customerLine(house, 'twilio')
    const url = `${house.url.replace('http', 'ws')}/media`
    const parameters = `<Parameter name="to" value="${number}"/><Parameter name="from" value="${callerNumber}"/>`
    const markup = `<Response><Connect><Stream url="${url}">${parameters}</Stream></Connect></Response>`
    const voice = await application(house.scope, () => markup)
    line.simulator.point(number, { voice, status: voice })
    const leg = line.simulator.call({ from: callerNumber, to: number, phone: person() })
    const call = await house.callByRef(leg.ref)
    expect(call).toMatchObject({ from: callerNumber, to: number, agent: line.agent.id })
    leg.hangup()
    await over(house, call.id)
    const { closed } = await stream('twilio', line, { address: url, url, token: '' })
    await until('the refusal', () => closed.reason === 'the stream came without a token')
  })

  test('nobody else is', async () => {
    const line = await customerLine(house, 'twilio')
    const url = `${house.url.replace('http', 'ws')}/media`
    const { closed } = await stream('twilio', line, { address: url, url, token: '' })
    await until('the refusal', () => closed.reason === 'the stream came without a token')
    expect(closed.code).toBe(1008)
  })
})

interface Streaming {
  readonly ref: string
  readonly closed: { code?: number; reason?: string }
  close(): void
}

/** A stream as the carrier would open it, by hand. Rejects when the upgrade is refused. */
function stream(
  carrier: string,
  { settings }: Pick<Line, 'settings'>,
  { address, token }: Address,
  ref = `CA${randomIds
    .token()
    .replaceAll(/[^a-f0-9]/g, '')
    .padEnd(32, '0')
    .slice(0, 32)}`,
): Promise<Streaming> {
  const opener = openers.find((one) => one.carrier === carrier)!
  const account = settings['accountSid']
  const socket = new WebSocket(address)
  const closed: { code?: number; reason?: string } = {}
  socket.on('close', (code, reason) => Object.assign(closed, { code, reason: reason.toString() }))
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () => {
      const wanted = { ref, ...(token ? { token } : {}), ...(typeof account === 'string' ? { account } : {}) }
      for (const message of opener.opening(wanted)) if ('text' in message) socket.send(message.text)
      resolve({ ref, closed, close: () => socket.close() })
    })
  })
}
