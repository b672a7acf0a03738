/** How a call ends, in order: last words heard, agent closed, cost asked, measurements final, the end told whole, the trace closed. */
import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { realClock } from '../../src/lib/clock.ts'
import { Scope } from '../../src/lib/scope.ts'
import { inCall, over, person, speech, toneMs } from '../conformance/live/stage.ts'
import { openHouse, type House } from './gateway.ts'
import { twilioLive } from './twilio-line.ts'
import { until } from './until.ts'

interface Taken {
  readonly at: number
  readonly path: string
  readonly body: Buffer
}

/** A user's server: collector and webhook receiver at once. */
async function server(scope: Scope): Promise<{ readonly url: string; readonly taken: readonly Taken[] }> {
  const taken: Taken[] = []
  const listening = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer) // no encoding is set
    const body = Buffer.concat(parts)
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    taken.push({ at: realClock.now(), path: request.url ?? '', body: plain })
    response.writeHead(200).end()
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  scope.defer(() => new Promise<void>((resolve) => listening.close(() => resolve())))
  const address = listening.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return { url: `http://127.0.0.1:${address.port}`, taken }
}

interface Ended {
  readonly position: number
  readonly transcript: readonly { readonly role: string; readonly text: string; readonly interrupted: boolean }[]
  readonly metrics: readonly { readonly name: string }[]
  readonly costs: { readonly complete: boolean; readonly parts: readonly { readonly part: string }[] }
}

const prices = [
  { part: 'llm', provider: 'made-up', model: '', unit: 'input-tokens', amount: 1, currency: 'EUR' },
] as const

async function setPrices({ client }: House): Promise<void> {
  const { data: settings } = await client.GET('/v1/settings')
  const saved = await client.PUT('/v1/settings', { body: { ...settings!, prices: [...prices] } })
  expect(saved.data?.prices).toEqual(prices)
}

test('a call ends in order, and is told of with all that belongs to it', async () => {
  await using scope = new Scope('ending')
  const { url, taken } = await server(scope)
  const house = await openHouse({ options: { values: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces` } } })
  await setPrices(house)
  await house.client.POST('/v1/webhooks', { body: { url: `${url}/hook`, events: ['call.ended'], enabled: true } })
  const agent = await house.agent({ answers: true, toneMs: 800 })
  const line = await twilioLive.line(house, agent.id)
  const caller = person(async (phone) => {
    await phone.say(speech(900))
    await phone.waitForSpeech(10_000)
  })
  const { call, player, leg } = await inCall({ house, line, agent }, caller)
  await until('an answered turn', async () =>
    (await house.events(call.id)).some(({ event }) => event.type === 'turn.measured'),
  )
  player.used({ inputTokens: 2_000_000 }, { kind: 'llm', provider: 'made-up', model: 'm' })
  player.say(800)
  player.ask('hang_up')
  await over(house, call.id)
  const hook = await until('the end, told', () => taken.find(({ path }) => path === '/hook'))
  const events = await house.events(call.id)
  const { data: shown } = await house.client.GET('/v1/calls/{id}', { params: { path: { id: call.id } } })
  await until('the trace', () => taken.some(({ path }) => path === '/v1/traces'), 20_000)
  const when = (type: string) => events.findLast(({ event }) => event.type === type)?.at ?? Number.NaN
  const asked = line.log.find(({ from, kind, text }) => from === 'gateway' && kind === 'rest' && text.startsWith('GET'))
  const order: readonly (readonly [string, number])[] = [
    ['last words heard', when('message.added')],
    ['agent closed', player.closedAt ?? Number.NaN],
    ['cost asked', asked?.at ?? Number.NaN],
    ['cost known', when('cost.known')],
    ['call closed', when('call.closed')],
    ['end told', hook.at],
    ['trace closed', taken.find(({ path }) => path === '/v1/traces')?.at ?? Number.NaN],
  ]
  expect(order.map(([, at]) => at)).not.toContain(Number.NaN)
  expect(order.toSorted((a, b) => a[1] - b[1])).toEqual(order)
  // Nothing is measured, said or used once the end was told.
  expect(events.at(-1)?.event.type).toBe('call.closed')

  const ended = JSON.parse(hook.body.toString()) as Ended // the gateway's own words
  expect(ended.transcript.filter(({ role }) => role === 'agent')).toHaveLength(2)
  expect(ended.transcript.some(({ interrupted }) => interrupted)).toBe(false)
  expect(ended.metrics.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['turn.1.endOfTurn', 'turn.1.firstAudible', 'call.talk']),
  )
  expect(ended.costs).toMatchObject({ complete: true, parts: [{ part: 'carrier' }, { part: 'llm' }] })
  expect(shown?.costs.parts[1]).toMatchObject({
    provider: 'made-up',
    model: 'm',
    cost: [{ amount: 2, currency: 'EUR' }],
  })
  expect(shown?.costs.known.map(({ currency }) => currency)).toEqual(['USD', 'EUR'])
  expect(toneMs(leg.heard(), 1000)).toBeGreaterThanOrEqual(1_500)
  await house[Symbol.asyncDispose]()
}, 60_000)
