/** A collector of the user's: it gets a trace per call and the figures, and whatever it does, calls go on. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Scope } from '../../src/lib/scope.ts'
import { openHouse, type House } from './gateway.ts'
import { twilioLive } from './twilio-line.ts'

interface Got {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

async function collector(scope: Scope, status = 200): Promise<{ readonly url: string; readonly got: Got[] }> {
  const got: Got[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts)
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
      got.push({ path: request.url ?? '', headers: request.headers, body: plain })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.defer(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return { url: `http://127.0.0.1:${address.port}`, got }
}

const traceId = '0af7651916cd43dd8448eb211c80319c'

/** A call that nobody takes: short, and with all that a trace is made of. */
async function ring(house: House): Promise<string> {
  const { id: agent } = await house.agent({})
  const line = await twilioLive.line(house, agent)
  line.onDial(() => ({ type: 'busy', afterMs: 20 }))
  const metadata = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
  const { data, error } = await house.client.POST('/v1/calls', {
    body: { to: '+15550190001', agent, connection: line.connection, metadata },
  })
  if (!data) throw new Error(JSON.stringify(error))
  await house.callWhen('the end', data.id, ({ status }) => status === 'busy')
  return data.id
}

test('each call becomes a trace with its id and side, under the caller’s own; the figures come along', async () => {
  await using scope = new Scope('telemetry')
  const { url, got } = await collector(scope)
  const values = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_HEADERS: 'x-team=voice' }
  const house = await openHouse({ options: { values } })
  const call = await ring(house)
  await house[Symbol.asyncDispose]()
  const traces = got.filter(({ path }) => path === '/v1/traces')
  expect(traces.map(({ headers }) => [headers['content-type'], headers['x-team']])).toContainEqual([
    ...['application/x-protobuf', 'voice'],
  ])
  const sent = Buffer.concat(traces.map(({ body }) => body))
  for (const word of [call, 'call outbound', 'offhook.call.side', 'ring', 'dial'])
    expect(sent.includes(word)).toBe(true)
  expect(sent.includes(Buffer.from(traceId, 'hex'))).toBe(true)
  expect(sent.includes('5550190001')).toBe(false)
  const figures = Buffer.concat(got.filter(({ path }) => path === '/v1/metrics').map(({ body }) => body))
  for (const word of ['offhook.calls.running', 'offhook.calls.ended']) expect(figures.includes(word)).toBe(true)
})

test('a collector that refuses or is not there is told of, and no call notices', async () => {
  await using scope = new Scope('telemetry')
  const { url } = await collector(scope, 400)
  const house = await openHouse({ options: { values: { OTEL_EXPORTER_OTLP_ENDPOINT: url } } })
  const call = await ring(house)
  expect((await house.callWhen('the end', call, () => true)).status).toBe('busy')
  await house[Symbol.asyncDispose]()
  expect(JSON.stringify(house.logger)).toMatch(/telemetry: /)
})
