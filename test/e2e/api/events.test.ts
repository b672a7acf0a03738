/** The event stream: everything once and in order, also over connections that break. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inCall, over } from '../../conformance/live/stage.ts'
import type { Line } from '../../conformance/live/fixture.ts'
import { openHouse, type House } from '../gateway.ts'
import { twilioLive } from '../twilio-line.ts'
import { pause, until } from '../until.ts'

let house: House
let line: Line
let agent: { readonly id: string; readonly key: string }

beforeAll(async () => {
  house = await openHouse()
  agent = await house.agent({ greeting: 'hello', toneMs: 200 })
  line = await twilioLive.line(house, agent.id)
})
afterAll(() => house[Symbol.asyncDispose]())

interface Told {
  readonly id: number
  readonly event: string
  readonly call: string
}

interface Listener extends Disposable {
  readonly told: readonly Told[]
}

async function listen(query = '', headers: Readonly<Record<string, string>> = {}): Promise<Listener> {
  const stop = new AbortController()
  const response = await fetch(`${house.url}/v1/events${query}`, {
    headers: { authorization: `Bearer ${house.key}`, ...headers },
    signal: stop.signal,
  })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const told: Told[] = []
  void read(response, told).catch(() => undefined) // cut off when the test has enough
  return { told, [Symbol.dispose]: () => stop.abort() }
}

async function read(response: Response, told: Told[]): Promise<void> {
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((one) => [one.slice(0, one.indexOf(':')), one.slice(one.indexOf(':') + 2)]),
      )
      text = text.slice(end + 2)
      const data = fields.get('data')
      if (data !== undefined)
        told.push({ id: Number(fields.get('id')), event: fields.get('event') ?? '', call: JSON.parse(data).call })
    }
  }
}

async function someCall(): Promise<string> {
  const { call, leg } = await inCall({ house, line, agent })
  leg.hangup()
  await over(house, call.id)
  return call.id
}

const journal = async (after: number) =>
  (await house.gateway.store.journal.after(after, { limit: 500 })).map(({ position }) => position)

describe('the event stream', () => {
  test('tells a live call as its journal has it', async () => {
    using listener = await listen()
    const call = await someCall()
    const expected = await house.events(call)
    await until('the end', () => listener.told.some(({ event }) => event === 'call.ended'))
    await until('all of it', () => listener.told.filter((one) => one.call === call).length >= expected.length)
    expect(listener.told.slice(0, expected.length).map(({ event }) => event)).toEqual(
      expected.map(({ event }) => event.type),
    )
    expect(listener.told[0]?.event).toBe('call.offered')
  })

  test('loses and repeats nothing over connections that break', async () => {
    const [start = 0] = (await journal(0)).slice(-1)
    let last = start
    const seen: number[] = []
    const calls = Promise.all([someCall(), someCall(), someCall()])
    const state = { running: true }
    void calls.finally(() => (state.running = false))
    while (state.running) {
      using listener = await listen('', { 'last-event-id': String(last) })
      await pause(120)
      seen.push(...listener.told.map(({ id }) => id))
      last = listener.told.at(-1)?.id ?? last
    }
    await pause(300)
    using rest = await listen(`?after=${last}`)
    const wanted = await journal(start)
    await until('the rest', () => seen.length + rest.told.length >= wanted.length)
    await pause(200)
    expect([...seen, ...rest.told.map(({ id }) => id)]).toEqual(await journal(start))
  })

  test('tells one call alone, from its beginning', async () => {
    const call = await someCall()
    await someCall()
    using listener = await listen(`?after=0&call=${call}`)
    const expected = await house.events(call)
    await until('all of it', () => listener.told.length >= expected.length)
    expect(listener.told.map(({ id }) => id)).toEqual(expected.map(({ position }) => position))
  })

  test('tells another organization nothing', async () => {
    const { store, engine } = house.gateway
    const secret = `ohk_${engine.ids.token()}`
    const createdAt = engine.clock.now()
    await store.organizations.create({ id: 'org_other', name: 'Other', createdAt })
    const key = {
      id: 'key_other',
      organization: 'org_other',
      name: 'k',
      prefix: 'ohk_',
      scopes: ['admin'] as const,
      createdAt,
    }
    await store.keys.create(key, secret)
    using listener = await listen('?after=0', { authorization: `Bearer ${secret}` })
    await someCall()
    await pause(300)
    expect(listener.told).toEqual([])
  })

  test.each(['after=-1', 'after=x', 'after=1.5'])('refuses %s', async (query) => {
    expect((await house.request('GET', `/v1/events?${query}`)).status).toBe(400)
  })
})
