import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { realClock, VirtualClock, type Clock } from '../../src/lib/clock.ts'
import { Scope } from '../../src/lib/scope.ts'
import { json } from '../carrier/rest.ts'
import { paced } from './pace.ts'
import { authorization, serverSent } from './request.ts'
import { serveVendor, type VendorApi, type VendorServer } from './server.ts'
import type { VendorSocket } from './socket.ts'

let scope: Scope
beforeEach(() => {
  scope = new Scope('test')
})
afterEach(() => scope.close())

const key = 'secret-key-0123'

/** Echoes what it hears; tells its refusals in JSON. */
const parrot: VendorApi = {
  route: (request) =>
    request.path === '/words'
      ? { status: 200, headers: { 'content-type': 'text/event-stream' }, body: serverSent(words(), () => 'word') }
      : json(200, { method: request.method, q: request.query.get('q'), size: request.body.length }),
  upgrade: (request) => (authorization(request, 'Token') === key ? echo : json(401, { err: 'no such key' })),
  refuse: (status) => json(status, { err: `status ${status}` }, { 'x-why': 'asked' }),
}

async function* words() {
  yield { word: 'one' }
  yield { word: 'two' }
  yield '[DONE]'
}

function echo(socket: VendorSocket): void {
  socket.json({ type: 'hello', path: socket.request.path })
  socket.onMessage((message) => {
    if ('text' in message && message.text === 'bye') return socket.close(4001, 'as you like')
    socket.send('text' in message ? message.text : message.binary)
  })
}

function serve(options: { readonly tls?: boolean; readonly clock?: Clock } = {}): Promise<VendorServer> {
  return serveVendor(parrot, { scope, clock: realClock, secrets: [key], ...options })
}

function dial(server: VendorServer, token = key, protocols: string[] = []): WebSocket {
  const socket = new WebSocket(`${server.socketUrl}/talk?api_key=${token}`, protocols, {
    headers: { authorization: `Token ${token}` },
  })
  socket.on('error', () => undefined)
  scope.defer(() => socket.terminate())
  return socket
}

async function next(socket: WebSocket): Promise<string> {
  const [data] = await once(socket, 'message')
  return String(data)
}

describe('requests', () => {
  test('carry method, query and body, and answer', async () => {
    const server = await serve()
    const reply = await fetch(`${server.url}/any?q=1`, { method: 'POST', body: 'abc' })
    expect([reply.status, await reply.json()]).toEqual([200, { method: 'POST', q: '1', size: 3 }])
    expect(server.log.map(({ from, kind, text }) => [from, kind, text.split('\n')[0]])).toEqual([
      ['client', 'request', 'POST /any?q=1'],
      ['vendor', 'reply', '200'],
    ])
  })

  test('are answered by streams', async () => {
    const server = await serve()
    const body = await (await fetch(`${server.url}/words`)).text()
    expect(body).toBe('event: word\ndata: {"word":"one"}\n\nevent: word\ndata: {"word":"two"}\n\ndata: [DONE]\n\n')
  })

  test('are refused in the vendor’s words, so often as asked, on the paths asked', async () => {
    const server = await serve()
    server.faults.refuse = { status: 429, times: 1, path: /words/ }
    expect((await fetch(`${server.url}/any`)).status).toBe(200)
    const refused = await fetch(`${server.url}/words`)
    expect([refused.status, await refused.json(), refused.headers.get('x-why')]).toEqual([
      429,
      { err: 'status 429' },
      'asked',
    ])
    expect((await fetch(`${server.url}/words`)).status).toBe(200)
  })

  test('break off after so many pieces, or hold one that cannot be read', async () => {
    const server = await serve()
    server.faults.malformed = { after: 1, times: 1 }
    expect(await (await fetch(`${server.url}/words`)).text()).toContain('\n\n{"type":"data: [DONE]')
    server.faults.drop = { after: 1, times: 1 }
    await expect(fetch(`${server.url}/words`).then((reply) => reply.text())).rejects.toThrow('terminated')
    expect(await (await fetch(`${server.url}/words`)).text()).toContain('[DONE]')
  })
})

test('a silent vendor answers no request', async () => {
  const server = await serve()
  server.faults.silent = true
  const gone = new AbortController()
  const asked = fetch(`${server.url}/any`, { signal: gone.signal })
  await server.until(({ kind }) => kind === 'request')
  server.faults.silent = false
  // What was asked later is answered; what was asked before is not.
  expect((await fetch(`${server.url}/any`)).status).toBe(200)
  expect(server.log.filter(({ kind }) => kind === 'reply')).toHaveLength(1)
  gone.abort()
  await expect(asked).rejects.toThrow('aborted')
})

describe('sockets', () => {
  test('are turned away before they open', async () => {
    const server = await serve()
    const socket = dial(server, 'another')
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(401)
    expect(String(await once(response, 'data'))).toContain('no such key')
    expect(server.connections.size).toBe(0)
  })

  test('carry text and bytes, and close with code and reason', async () => {
    const server = await serve()
    const socket = dial(server, key, ['first', 'second'])
    expect(await next(socket)).toBe('{"type":"hello","path":"/talk"}')
    expect(socket.protocol).toBe('first')
    socket.send(Buffer.from([1, 2]))
    const [data, binary] = await once(socket, 'message')
    expect([data, binary]).toEqual([Buffer.from([1, 2]), true])
    socket.send(`it is ${key}`)
    expect(await next(socket)).toBe(`it is ${key}`)
    socket.send('bye')
    const [code, reason] = await once(socket, 'close')
    expect([code, String(reason)]).toEqual([4001, 'as you like'])
    expect(JSON.stringify(server.log)).not.toContain(key)
    expect((await server.until(({ kind }) => kind === 'binary')).bytes).toEqual(Buffer.from([1, 2]))
  })

  test('are late, lost and garbled on demand', async () => {
    const clock = new VirtualClock()
    const server = await serve({ clock })
    server.faults.malformed = { after: 1 }
    server.faults.drop = { after: 2 }
    const socket = dial(server)
    await next(socket)
    server.faults.slowMs = 50
    socket.send('heard')
    await server.until(({ kind }) => kind === 'text' && server.log.length > 2)
    expect(server.log.filter(({ from, kind }) => from === 'vendor' && kind === 'text')).toHaveLength(1)
    clock.advance(50)
    expect(await next(socket)).toBe('{"type":"')
    socket.send('heard again')
    await server.until(({ text }) => text === 'heard again')
    clock.advance(50)
    expect((await once(socket, 'close'))[0]).toBe(1006)
    expect(clock.pending).toBe(0)
  })

  test('say nothing when the vendor is silent, and are gone when it closes', async () => {
    const server = await serve()
    server.faults.silent = true
    const socket = dial(server)
    await once(socket, 'open')
    socket.send('anybody there?')
    await server.until(({ text }) => text === 'anybody there?')
    expect(server.log.some(({ from, kind }) => from === 'vendor' && kind === 'text')).toBe(false)
    await Promise.all([once(socket, 'close'), scope.close()])
    expect(server.connections.size).toBe(0)
    await expect(fetch(server.url)).rejects.toThrow('fetch failed')
  })
})

test('with TLS, clients may trust the certificate', async () => {
  const before = getCACertificates('default')
  const server = await serve({ tls: true })
  await expect(fetch(`${server.url}/any`)).rejects.toThrow('fetch failed')
  setDefaultCACertificates([...before, server.certificate!])
  scope.defer(() => setDefaultCACertificates(before))
  expect((await fetch(`${server.url}/any`)).status).toBe(200)
  const socket = dial(server)
  expect(await next(socket)).toContain('hello')
})

test('pieces leave on deadlines', async () => {
  const clock = new VirtualClock()
  const taken: (readonly [number, number])[] = []
  const done = (async () => {
    for await (const piece of paced([1, 2, 3], { clock, every: 20, signal: scope.signal })) {
      taken.push([piece, clock.monotonic()])
    }
  })()
  await clock.advanceAsync(100)
  await done
  expect(taken).toEqual([
    [1, 0],
    [2, 20],
    [3, 40],
  ])
})
