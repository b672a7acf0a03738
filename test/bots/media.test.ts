/** A bot that was written for Twilio's media streams answers Vonage's and Exotel's calls, unchanged. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import twilio from 'twilio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { simulatedCarrier, tone } from '../../simulators/index.ts'
import { twilioStream } from '../../src/providers/agents/twilio-stream/twilio-stream.ts'
import { exotel } from '../../src/providers/carriers/exotel/exotel.ts'
import { vonage } from '../../src/providers/carriers/vonage/vonage.ts'
import { callerNumber, over, person, toneMs } from '../conformance/live/stage.ts'
import { lineAt } from '../e2e/carrier-line.ts'
import { openHouse, type House } from '../e2e/gateway.ts'
import { startBot, type Bot } from './bot.ts'

const bearerToken = 'bot-token-0123456789'

let house: House
let bot: Bot
beforeAll(async () => {
  house = await openHouse({ providers: { carriers: [vonage, exotel], agents: [twilioStream] } })
  bot = await startBot('media', house.scope, { BOT_TOKEN: bearerToken })
})
afterAll(() => house[Symbol.asyncDispose]())

async function agent(settings: object = {}) {
  const { data, error } = await house.client.POST('/v1/agents', {
    body: {
      ...{ name: JSON.stringify(settings), provider: 'twilio-stream' },
      settings: { url: `ws://127.0.0.1:${bot.port}/media`, bearerToken, ...settings },
    },
  })
  if (!data) throw new Error(`no agent: ${JSON.stringify(error)}`)
  return data.id
}

const lines = [
  {
    carrier: 'vonage',
    way: 'its stream',
    line: lineAt({ carrier: simulatedCarrier('vonage'), account: 'applicationId' }),
  },
  {
    carrier: 'exotel',
    way: 'its webhook',
    line: lineAt({ carrier: simulatedCarrier('exotel'), account: 'accountSid' }),
  },
]

const authToken = 'auth-token-0123456789abcdef'

/** The bot's voice webhook, checked as Twilio's users check theirs: says where its stream is, with a parameter of its own. */
async function webhook(): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const fields = Object.fromEntries(new URLSearchParams(body))
    const signed = twilio.validateRequest(authToken, String(request.headers['x-twilio-signature']), url, fields)
    if (!signed || fields['CallStatus'] !== 'ringing') return response.writeHead(403).end()
    const stream = `<Stream url="ws://127.0.0.1:${bot.port}/media"><Parameter name="asked" value="${fields['CallSid']}"/></Stream>`
    response.writeHead(200, { 'content-type': 'text/xml' })
    return response.end(`<Response><Say>Hello</Say><Connect>${stream}</Connect></Response>`)
  })
  house.scope.defer(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // listens on a port
  const url = `http://127.0.0.1:${port}/voice?from=test`
  return url
}

describe.each(lines)('a bot for Twilio on a call from $carrier, met by $way', ({ way, line }) => {
  test('is heard, hears, gets keys, and ends the call', async () => {
    const asked = way === 'its webhook' ? { url: await webhook(), authToken } : {}
    const { ring } = await line(house, await agent(asked))
    const phone = person(async (self) => {
      await self.waitForSpeech()
      await self.waitForSilence(300)
      await self.say(tone(300, 800))
      await self.waitForSilence(600)
      await self.press('#')
    })
    const leg = ring({ from: callerNumber, phone })
    const { id } = await house.callByRef(leg.ref)
    expect(await over(house, id, 30_000)).toMatchObject({ status: 'completed', endReason: 'agent-hangup' })
    expect(toneMs(leg.heard(), 500)).toBeGreaterThanOrEqual(560)
    expect(toneMs(leg.heard(), 300)).toBeGreaterThanOrEqual(700)
    const start = bot.lines.findLast((one) => one.startsWith('start')) ?? ''
    expect(JSON.parse(start.slice(6))).toMatchObject({
      callSid: expect.stringMatching(/^CA[\da-f]{32}$/),
      customParameters: {
        ...{ call: id, from: callerNumber, direction: 'inbound' },
        ...(way === 'its webhook' && { asked: expect.stringMatching(/^CA[\da-f]{32}$/) }),
      },
    })
    expect(JSON.stringify([await house.events(id), house.logger.lines])).not.toContain(bearerToken)
  })
})

test('a bot whose socket breaks is met again, as the same call on a new stream', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  house.scope.defer(() => server.close())
  await once(server, 'listening')
  const starts: Readonly<Record<string, string>>[] = []
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const { event, start } = JSON.parse(data.toString())
      if (event !== 'start') return
      starts.push(start)
      if (starts.length === 1) return socket.close(1011)
      const { streamSid } = start
      const payload = Buffer.from(Array.from({ length: 4800 }, (_, at) => (at % 16 < 8 ? 0x9f : 0x1f))).toString(
        'base64',
      )
      socket.send(JSON.stringify({ event: 'media', streamSid, media: { payload } }))
    })
  })
  const address = server.address() as AddressInfo // listens on a port
  const { ring } = await lines[0]!.line(house, await agent({ url: `ws://127.0.0.1:${address.port}/media` }))
  const phone = person(async (self) => {
    await self.waitForSpeech()
    await self.waitForSilence(400)
    self.hangup()
  })
  const leg = ring({ from: callerNumber, phone })
  const { id } = await house.callByRef(leg.ref)
  expect(await over(house, id, 20_000)).toMatchObject({ status: 'completed' })
  expect(starts).toHaveLength(2)
  expect(starts[1]?.['callSid']).toBe(starts[0]?.['callSid'])
  expect(starts[1]?.['streamSid']).not.toBe(starts[0]?.['streamSid'])
  expect(toneMs(leg.heard(), 500)).toBeGreaterThanOrEqual(560)
})

test('a caller who hangs up is told as a stop; a bot that refuses us ends the call', async () => {
  const [vonageLine] = lines
  const { ring } = await vonageLine!.line(house, await agent())
  const phone = person(async (self) => {
    await self.waitForSpeech()
    self.hangup()
  })
  ring({ from: callerNumber, phone })
  expect(await bot.said('stop')).toMatch(/"callSid":"CA[\da-f]{32}"/)

  const refused = await vonageLine!.line(house, await agent({ bearerToken: 'not-the-token-0123' }))
  const leg = refused.ring({ from: callerNumber, phone: person() })
  const { id } = await house.callByRef(leg.ref)
  expect(await over(house, id)).toMatchObject({ endReason: 'agent-failed' })
  const failed = (await house.events(id)).find(({ event }) => event.type === 'agent.failed')
  expect(failed?.event).toMatchObject({ code: 'vendor.credentials' })
})
