import { createServer } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Scope } from '../../src/lib/scope.ts'
import { callerNumber, over, person } from '../conformance/live/stage.ts'
import type { House } from '../e2e/gateway.ts'
import { pause, until } from '../e2e/until.ts'
import { openDesk, openPair, startServices, type Desk, type Pair } from './pair.ts'

const servers = new Scope('servers')
const scope = new Scope('reading')
const services = await startServices(servers)
afterAll(async () => {
  await scope.close()
  await servers.close()
})

interface Shown {
  readonly position: number
  readonly call: string
  readonly sequence: number
}

/** Follows `/v1/events` of a gateway from now on. */
async function follow(house: House): Promise<readonly Shown[]> {
  const leaving = new AbortController()
  scope.defer(() => leaving.abort())
  const headers = { authorization: `Bearer ${house.key}` }
  const response = await fetch(`${house.url}/v1/events`, { headers, signal: leaving.signal })
  const seen: Shown[] = []
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  const first = await reader.read()
  let rest = first.value ?? ''
  const read = async (): Promise<void> => {
    for (;;) {
      const events = rest.split('\n\n')
      rest = events.pop() ?? ''
      for (const text of events) {
        const data = /^data: (.*)$/m.exec(text)?.[1]
        if (data) seen.push(JSON.parse(data) as Shown) // our own API's event
      }
      const { done, value } = await reader.read()
      if (done) return
      rest += value
    }
  }
  read().catch(() => undefined) // cut off when the test is over
  return seen
}

/** A user's server, and what it was sent: the journal's positions. */
async function receiver() {
  const positions: number[] = []
  const ids = new Set<string>()
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      positions.push((JSON.parse(Buffer.concat(chunks).toString()) as Shown).position) // our own API's event
      ids.add(String(request.headers['webhook-id']))
      // Slow enough that both spoolers meet the same deliveries.
      await pause(20)
      response.writeHead(204).end()
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  scope.defer(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return { positions, ids, url: `http://127.0.0.1:${address.port}/events` }
}

describe.skipIf(!services)('whoever reads at either gateway', () => {
  let pair: Pair
  let desks: readonly Desk[]
  beforeAll(async () => {
    pair = await openPair(scope, services!)
    desks = [await openDesk(pair.a), await openDesk(pair.b)]
  })

  /** Calls that both gateways have, with callbacks and media anywhere. */
  async function talk(calls: number): Promise<readonly string[]> {
    const { front, a, b } = pair
    let turn = 0
    front.route = () => (turn++ % 3 === 0 ? a.url : b.url)
    return Promise.all(
      Array.from({ length: calls }, async (_, index) => {
        const leg = desks[index % 2]!.line.ring({ from: callerNumber, phone: person() })
        const { id } = await a.callByRef(leg.ref)
        await a.callWhen('in-progress', id, ({ status }) => status === 'in-progress')
        await pause(200)
        leg.hangup()
        await over(b, id)
        return id
      }),
    )
  }

  const journal = async (from: number, ids: readonly string[]) => {
    const entries = await pair.a.gateway.store.journal.after(from, { limit: 5_000 })
    return entries.filter(({ call }) => ids.includes(call))
  }

  test('sees the events of all calls in order, each once', async () => {
    const streams = [await follow(pair.a), await follow(pair.b)]
    const ids = await talk(12)
    await pause(3_000) // what the calls cost comes after their end
    const written = (await journal(0, ids)).map(({ position }) => position)
    expect(written.length).toBeGreaterThan(12 * 8)
    for (const seen of streams) {
      await until('all events', () => seen.filter(({ call }) => ids.includes(call)).length >= written.length)
      expect(seen.filter(({ call }) => ids.includes(call)).map(({ position }) => position)).toEqual(written)
    }
  })

  test('and a user’s server gets each event exactly once', async () => {
    const user = await receiver()
    const { error } = await pair.a.client.POST('/v1/webhooks', { body: { url: user.url, events: ['*'] } })
    expect(error).toBeUndefined()
    const before = (await pair.a.gateway.store.journal.after(0, { limit: 5_000 })).at(-1)?.position ?? 0
    const ids = await talk(12)
    await pause(3_000)
    const written = (await journal(before, ids)).map(({ position }) => position)
    await until('all deliveries', () => user.positions.length >= written.length, 30_000)
    await pause(1_500)
    expect(user.positions.toSorted((one, other) => one - other)).toEqual(written)
    expect(user.ids.size).toBe(written.length)
  })
})
