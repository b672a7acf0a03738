/** Outgoing webhooks: signed, tried again until taken, spooled, and never sent where they must not go. */
import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Line } from '../../conformance/live/fixture.ts'
import { inCall, over } from '../../conformance/live/stage.ts'
import { openHouse, type House } from '../gateway.ts'
import { twilioLive } from '../twilio-line.ts'
import { until } from '../until.ts'

let house: House
let line: Line
let agent: { readonly id: string; readonly key: string }

beforeAll(async () => {
  house = await openHouse()
  agent = await house.agent()
  line = await twilioLive.line(house, agent.id)
})
afterAll(() => house[Symbol.asyncDispose]())

interface Taken {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly at: number
}

/** A user's server; `answers` are the statuses it gives, the last one for ever. */
async function receiver(
  ...answers: readonly number[]
): Promise<{ readonly url: string; readonly taken: readonly Taken[] }> {
  const taken: Taken[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    taken.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), at: performance.now() })
    response.writeHead(answers[taken.length - 1] ?? answers.at(-1) ?? 204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  house.scope.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // a TCP server has one while it listens
  return { url: `http://127.0.0.1:${port}/hook`, taken }
}

async function subscribe(url: string, events: string[]) {
  const { data } = await house.client.POST('/v1/webhooks', { body: { url, events, enabled: true } })
  return data!
}

async function someCall(): Promise<string> {
  const { call, leg } = await inCall({ house, line, agent })
  leg.hangup()
  await over(house, call.id)
  return call.id
}

async function deliveries(id: string) {
  const { data } = await house.client.GET('/v1/webhooks/{id}/deliveries', { params: { path: { id } } })
  return data!.items
}

describe('an outgoing webhook', () => {
  test('brings the wanted events, each signed so that its receiver can check it', async () => {
    const { url, taken } = await receiver(204)
    const { id, secret } = await subscribe(url, ['call.offered', 'call.ended'])
    const call = await someCall()
    await until('both', () => taken.length === 2)
    const events = taken.map(({ body }) => JSON.parse(body))
    expect(events.map(({ event }) => String(event.type)).toSorted()).toEqual(['call.ended', 'call.offered'])
    expect(events.every((event) => event.call === call)).toBe(true)
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64url')
    for (const { headers, body } of taken) {
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
      const wanted = createHmac('sha256', key).update(signed).digest('base64')
      expect(headers['webhook-signature']).toBe(`v1,${wanted}`)
      expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(30)
    }
    await until('both settled', async () => (await deliveries(id)).every(({ status }) => status === 'delivered'))
  })

  test('is tried again under the same id after a failure, and later events do not wait for it', async () => {
    const { url, taken } = await receiver(500, 204)
    const { id } = await subscribe(url, ['call.offered', 'call.ended'])
    await someCall()
    const three = await until('the second try', () => (taken.length === 3 ? taken : undefined), 20_000)
    const ids = three.map(({ headers }) => headers['webhook-id'])
    expect(ids[2]).toBe(ids[0])
    expect(three[2]!.body).toBe(three[0]!.body)
    expect(three[2]!.at - three[0]!.at).toBeGreaterThan(4_500)
    await until('both settled', async () => (await deliveries(id)).every(({ status }) => status === 'delivered'))
    expect((await deliveries(id)).map(({ attempts }) => attempts).toSorted((a, b) => a - b)).toEqual([1, 2])
  })

  test('that nobody takes stays in the spool, with the reason', async () => {
    const { id } = await subscribe('http://127.0.0.1:1/nobody', ['call.ended'])
    await someCall()
    const waiting = await until('a failed try', async () => (await deliveries(id)).find(({ attempts }) => attempts > 0))
    expect(waiting).toMatchObject({ status: 'waiting', attempts: 1, lastStatus: null })
    expect(waiting.lastError).toBeTruthy()
    expect(waiting.nextAt).toBeGreaterThan(Date.now())
  })

  test.each(['http://169.254.169.254/latest/meta-data', 'http://10.0.0.1/x', 'http://[::ffff:10.0.0.1]/x'])(
    'never goes to %s',
    async (url) => {
      const { id } = await subscribe(url, ['call.ended'])
      await someCall()
      const waiting = await until('a failed try', async () =>
        (await deliveries(id)).find(({ attempts }) => attempts > 0),
      )
      expect(waiting).toMatchObject({ lastStatus: null })
      expect(waiting.lastError).toMatch(/refused: is in a \w+ range/)
    },
  )

  test('that is switched off brings nothing', async () => {
    const { url, taken } = await receiver(204)
    const { id } = await subscribe(url, ['*'])
    await house.client.PUT('/v1/webhooks/{id}', {
      params: { path: { id } },
      body: { url, events: ['*'], enabled: false },
    })
    await someCall()
    expect(taken).toEqual([])
    expect(await deliveries(id)).toEqual([])
  })
})
