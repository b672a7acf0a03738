/** Spoiled, reordered, doubled and huge messages on real media sockets; and peers that stall, crowd or come without a token. */
import fc from 'fast-check'
import { connect, type Socket as TcpSocket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { realClock } from '../../../src/lib/clock.ts'
import { randomIds } from '../../../src/lib/ids.ts'
import { pause, until } from '../../e2e/until.ts'
import { fuzzHouse, newCallSid, type FuzzHouse } from './house.ts'
import { messages, runs, spoiledMessage } from './seeds.ts'

let fuzz: FuzzHouse
beforeAll(async () => {
  fuzz = await fuzzHouse()
})
afterAll(() => fuzz[Symbol.asyncDispose]())

interface Ended {
  readonly code: number
  readonly reason: string
}

/** Opens the socket; resolves once it is open, or with the status it was refused with. */
function open(
  url: string,
): Promise<{ readonly socket: WebSocket; readonly ended: Promise<Ended> } | { readonly status: number }> {
  const socket = new WebSocket(url)
  const ended = new Promise<Ended>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
  })
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve({ socket, ended }))
    socket.on('unexpected-response', (request, response) => {
      resolve({ status: response.statusCode ?? 0 })
      request.destroy()
    })
    socket.on('error', reject)
  })
}

async function opened(url: string) {
  const one = await open(url)
  if ('status' in one) throw new Error(`refused with ${one.status}`)
  return one
}

/** The stream's messages as this account and call would write them. */
function named(callSid: string): (text: string) => string {
  return (text) => text.replaceAll(/CA[0-9a-f]{32}/g, callSid).replaceAll(/AC[0-9a-f]{32}/g, fuzz.accountSid)
}

const live = () => fuzz.house.gateway.engine.live

describe('media sockets', () => {
  test('take any messages, in any order, and end without harm', async () => {
    // Names are put in when the call is known.
    const story = fc.record({
      begins: fc.boolean(),
      messages: fc.array(
        spoiledMessage((text) => text),
        { maxLength: 25 },
      ),
      ends: fc.constantFrom('close', 'terminate', 'stop'),
    })
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        const callSid = newCallSid()
        const name = named(callSid)
        const { socket, ended } = await opened(await fuzz.offer(callSid))
        if (told.begins) for (const text of messages.slice(0, 2)) socket.send(name(text))
        for (const one of told.messages) socket.send(typeof one === 'string' ? name(one) : one)
        if (told.ends === 'stop') socket.send(name(messages.at(-1)!))
        if (told.ends === 'terminate') socket.terminate()
        else socket.close()
        const { code } = await ended
        expect([1000, 1005, 1006, 1007, 1008, 1009]).toContain(code)
      }),
      { numRuns: runs(60) },
    )
    await until('every line to be over', () =>
      [...live().values()].every(({ running }) => running.ended || running.call.media !== 'open'),
    )
    // A message that we stumble over closes its socket with 1011, or is logged: the peer, who has gone, sees neither.
    const { store } = fuzz.house.gateway
    const told = (await Promise.all([...live().keys()].map((id) => store.journal.history(id)))).flat()
    const lost = told.flatMap(({ event }) => (event.type === 'media.lost' ? [event.cause] : []))
    expect(lost.filter((cause) => cause.startsWith('1011'))).toEqual([])
    expect(fuzz.house.logger.lines.filter(({ level }) => level === 'error')).toEqual([])
    await fuzz.expectGoodCall()
  })

  test('a frame larger than any carrier sends is refused with 1009', async () => {
    const callSid = newCallSid()
    const { socket, ended } = await opened(await fuzz.offer(callSid))
    for (const text of messages.slice(0, 2)) socket.send(named(callSid)(text))
    socket.send('x'.repeat(70_000))
    expect(await ended).toMatchObject({ code: 1009 })
  })

  test('a peer that stops reading is let go of before it costs more than a few megabytes', async () => {
    const callSid = newCallSid()
    const { socket, ended } = await opened(await fuzz.offer(callSid))
    for (const text of messages.slice(0, 2)) socket.send(named(callSid)(text))
    const call = await until('the call', () =>
      [...live().values()].find((one) => one.running.call.ref === callSid && one.leg),
    )
    const raw = Reflect.get(socket, '_socket') as TcpSocket // ws has no way to stop reading
    raw.pause()
    const before = process.memoryUsage().rss
    // More than the gateway's buffers and the kernel's hold: marks are not paced.
    for (let sent = 0; sent < 40 && call.leg && call.running.call.media === 'open'; sent++) {
      for (let index = 0; index < 2_000; index++) call.leg.order({ type: 'mark', name: 'm'.repeat(200) })
      await pause(1)
    }
    await until('the line to be lost', () => call.running.call.media !== 'open', 5_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20)
    raw.resume()
    socket.terminate()
    await ended
  })

  test('an upgrade without a token, or with one that was never issued, is refused before a byte is read', async () => {
    const base = fuzz.house.url.replace('http', 'ws')
    expect(await open(`${base}/media/`)).toEqual({ status: 404 })
    expect(await open(`${base}/media/short`)).toEqual({ status: 404 })
    expect(await open(`${base}/media/${randomIds.token()}`)).toEqual({ status: 403 })
    expect(await open(`${base}/carriers/twilio/voice`)).toEqual({ status: 404 })
  })

  test('an upgrade that breaks off, or is no HTTP at all, costs nothing', async () => {
    const port = Number(new URL(fuzz.house.url).port)
    const words = [
      'GET /media/x HTTP/1.1\r\nUpgrade: websocket\r\n',
      'GET /media/x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      `GET /media/${'t'.repeat(43)} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n`,
      '\u0016\u0003\u0001\u0002\u0000',
      `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(5_000)}`,
    ]
    for (const text of words) {
      const raw = connect(port, '127.0.0.1')
      raw.on('error', () => undefined) // refused is what it should be
      raw.write(text)
      await pause(20)
      raw.destroy()
    }
    expect(fuzz.unhandled).toEqual([])
  })
})

describe('a crowd', () => {
  test(
    'a thousand sockets of one peer that claim nothing are capped, and leave room again',
    { timeout: 120_000 },
    async () => {
      const url = await fuzz.offer(newCallSid())
      const held: WebSocket[] = []
      let refused = 0
      for (let batch = 0; batch < 20; batch++) {
        const tried = await Promise.all(Array.from({ length: 50 }, () => open(url)))
        for (const one of tried) {
          if ('status' in one) {
            expect(one.status).toBe(503)
            refused++
          } else held.push(one.socket)
        }
      }
      expect(held.length).toBe(200)
      expect(refused).toBe(800)
      // Nobody claims them: they are closed when their start message is overdue.
      const began = realClock.monotonic()
      await Promise.all(held.map((socket) => new Promise((resolve) => socket.on('close', resolve))))
      expect(realClock.monotonic() - began).toBeLessThan(15_000)
      await fuzz.expectGoodCall()
    },
  )
})
