/** A customer with an application of their own: it answers the carrier, and sends the media where it likes. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveCarrier, simulatedCarrier, type CarrierSimulator } from '../../simulators/index.ts'
import { realClock } from '../../src/lib/clock.ts'
import { randomIds } from '../../src/lib/ids.ts'
import type { Scope } from '../../src/lib/scope.ts'
import type { House } from './gateway.ts'

/** Where the customer sends a stream. */
export interface Address {
  /** With the token in it. */
  readonly address: string
  readonly url: string
  readonly token: string
}

export interface Account {
  readonly settings: Readonly<Record<string, unknown>>
  readonly simulator: CarrierSimulator
}

export const number = '+15550100010'

export interface Line extends Account {
  readonly connection: string
  readonly numberId: string
  readonly agent: { readonly id: string; readonly key: string }
}

/** An account at a simulated carrier whose number belongs to an application of the customer's own. */
export async function customerLine(house: House, name: string): Promise<Line> {
  const { client, scope } = house
  const carrier = simulatedCarrier(name)
  const drawn = carrier.draw(randomIds)
  const options = { clock: realClock, ids: randomIds, scope, ringGraceMs: 0, priceAfterMs: 500 }
  const simulator = await serveCarrier(carrier.open(drawn, options), { scope })
  const settings = { ...drawn, ...carrier.address(simulator.url) }
  const agent = await house.agent({ greeting: 'hello' })
  const { data } = await client.POST('/v1/connections', {
    body: { kind: 'carrier', provider: name, name: randomIds.token(), settings },
  })
  const added = await client.POST('/v1/numbers', {
    body: { connection: data!.id, number, agent: agent.id, point: false },
  })
  return { connection: data!.id, numberId: added.data!.id, agent, settings, simulator }
}

/** A customer's own application. `answer` writes what it answers to the carrier. */
export async function application(
  scope: Scope,
  answer: (request: IncomingMessage, body: string) => Promise<string> | string,
): Promise<string> {
  const server = createServer((request, response) => void reply(request, response))
  const reply = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const written = await answer(request, Buffer.concat(chunks).toString())
    const type = written.startsWith('<') ? 'application/xml' : 'application/json'
    response.writeHead(200, { 'content-type': type }).end(written)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.defer(() => new Promise((resolve) => server.close(() => resolve(undefined))))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/voice`
}

type Answer = (line: Account, address: Address) => (request: IncomingMessage, body: string) => Promise<string> | string

const markup =
  (stream: (address: Address) => string): Answer =>
  (_, address) =>
  () =>
    `<?xml version="1.0"?><Response>${stream(address)}</Response>`

const parameters = ({ token }: Address) =>
  `<Parameter name="token" value="${token}"/><Parameter name="plan" value="gold"/>`
const plivoStream = ({ address }: Address) =>
  `<Stream bidirectional="true" keepCallAlive="true" contentType="audio/x-mulaw;rate=8000">${address}</Stream>`

/** How a customer sends the stream of each carrier here, with the token where that carrier can carry one. */
export const answers: Readonly<Record<string, Answer>> = {
  twilio: markup((one) => `<Connect><Stream url="${one.url}">${parameters(one)}</Stream></Connect>`),
  cloudonix: markup((one) => `<Connect><Stream url="${one.url}">${parameters(one)}</Stream></Connect>`),
  plivo: markup(plivoStream),
  vobiz: markup(plivoStream),
  vonage: (_, { url, token }) => {
    const headers = { token, plan: 'gold' }
    const endpoint = { type: 'websocket', uri: url, 'content-type': 'audio/l16;rate=16000', headers }
    return (request, body) => {
      const told = body ? (JSON.parse(body) as Record<string, string>) : Object.fromEntries(queryOf(request))
      const leg = told['uuid'] ?? ''
      return JSON.stringify([
        { action: 'connect', endpoint: [{ ...endpoint, headers: { ...headers, leg, from: told['from'] } }] },
      ])
    }
  },
  exotel: (_, { url, token }) => {
    const address = new URL(url)
    Object.assign(address, { username: 'offhook', password: token, search: '?sample-rate=16000&plan=gold' })
    return () => JSON.stringify({ url: address.href })
  },
  telnyx: ({ settings, simulator }, { url, token }) => {
    const order = async (call: string, action: string, body: object) => {
      const response = await fetch(`${simulator.url}/v2/calls/${encodeURIComponent(call)}/actions/${action}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${String(settings['apiKey'])}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!response.ok) throw new Error(`${action}: ${await response.text()}`)
    }
    return async (_request, body) => {
      const { data } = JSON.parse(body) as { data: { event_type: string; payload: { call_control_id: string } } }
      const { event_type: type, payload } = data
      if (type === 'call.initiated') await order(payload.call_control_id, 'answer', {})
      if (type === 'call.answered')
        await order(payload.call_control_id, 'streaming_start', {
          ...{ stream_url: url, stream_auth_token: token, stream_track: 'inbound_track' },
          ...{ stream_bidirectional_mode: 'rtp', stream_bidirectional_codec: 'PCMU' },
          custom_parameters: [{ name: 'plan', value: 'gold' }],
        })
      return '{}'
    }
  },
}

function queryOf(request: IncomingMessage): URLSearchParams {
  return new URL(request.url ?? '/', 'http://host').searchParams
}
