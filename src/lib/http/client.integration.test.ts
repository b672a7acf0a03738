/** The client against servers of every temper, on loopback. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '../clock.ts'
import { realClock } from '../clock.ts'
import { seededIds } from '../ids.ts'
import { Scope } from '../scope.ts'
import type { HttpClientOptions } from './client.ts'
import { createHttpClient } from './client.ts'
import type { GuardOptions } from './guard.ts'
import { createGuard } from './guard.ts'

let scope: Scope
beforeEach(() => void (scope = new Scope('test')))
afterEach(() => scope.close())

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function serve(handler: Handler) {
  const seen: IncomingMessage[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    seen.push(request)
    handler(request, response)
  })
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.defer(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())))
  const { port } = server.address() as AddressInfo // A TCP listener has an address of this shape.
  return { port, url: `http://127.0.0.1:${port}`, seen, connections: () => sockets.size }
}

function client(guard: GuardOptions = { allowHosts: ['127.0.0.1'] }, more: Partial<HttpClientOptions> = {}) {
  return scope.use(createHttpClient({ clock: realClock, ids: seededIds('http'), guard: createGuard(guard), ...more }))
}

/** Sleeps take no time and are written down. */
function impatient(): Clock & { readonly slept: number[] } {
  const slept: number[] = []
  return { ...realClock, slept, sleep: async (delay) => void slept.push(delay) }
}

describe('a request', () => {
  test('carries method, headers and body, and brings status, headers, body and timing', async () => {
    const { url, seen } = await serve(async (request, response) => {
      const chunks = await Array.fromAsync(request)
      response.writeHead(201, { 'X-One': 'a', 'set-cookie': ['a=1', 'b=2'] }).end(`got ${Buffer.concat(chunks)}`)
    })
    const response = await client().request({
      method: 'post',
      url: `${url}/calls?x=1`,
      headers: { 'x-id': '7' },
      body: 'To=1',
    })
    expect(response).toMatchObject({
      status: 201,
      url: `${url}/calls?x=1`,
      headers: { 'x-one': 'a', 'set-cookie': 'a=1, b=2' },
    })
    expect(Buffer.from(response.body).toString()).toBe('got To=1')
    expect(response.timing.attempts).toBe(1)
    expect(response.timing.total).toBeGreaterThanOrEqual(response.timing.headers)
    expect(response.timing.started).toBeGreaterThan(Date.UTC(2026))
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/calls?x=1',
      headers: { 'x-id': '7', 'content-length': '4' },
    })
  })

  test('turns a user and password in the URL into Basic authentication', async () => {
    const { port, seen } = await serve((_, response) => response.end())
    await client().request({ method: 'GET', url: `http://u%40x:p%3A1@127.0.0.1:${port}/` })
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('u@x:p:1').toString('base64')}`)
    await client().request({
      method: 'GET',
      url: `http://u:p@127.0.0.1:${port}/`,
      headers: { Authorization: 'Bearer x' },
    })
    expect(seen[1]?.headers.authorization).toBe('Bearer x')
  })

  test('reuses connections', async () => {
    const { url, connections } = await serve((_, response) => response.end('ok'))
    const http = client()
    for (let round = 0; round < 20; round++) await http.request({ method: 'GET', url })
    // undici frees a connection a moment after its answer ended, so the next request may open a second one.
    expect(connections()).toBeLessThanOrEqual(2)
  })

  test('that nobody listens to is unreachable, and says where', async () => {
    const { port } = await serve(() => undefined)
    await scope.close()
    scope = new Scope('test')
    await expect(client().request({ method: 'GET', url: `http://127.0.0.1:${port}/?token=abc` })).rejects.toMatchObject(
      {
        code: 'http.unreachable',
        retryable: true,
        message: `GET http://127.0.0.1:${port}/?token=[redacted]: ECONNREFUSED`,
      },
    )
  })

  test('that cannot be sent is refused and not repeated', async () => {
    const request = { method: 'GET', url: 'http://127.0.0.1:1/', headers: { 'a b': 'c' }, retry: { attempts: 3 } }
    await expect(client().request(request)).rejects.toMatchObject({ code: 'http.invalid' })
    await expect(client().request({ method: 'GET', url: 'nonsense' })).rejects.toMatchObject({ code: 'url.invalid' })
  })

  test('is refused once the client is closed, and one under way breaks off', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
    const { url } = await serve(() => arrive())
    const http = client()
    const request = http.request({ method: 'GET', url })
    await arrived
    await Promise.all([http.close(), expect(request).rejects.toMatchObject({ code: 'http.broken', retryable: false })])
    await expect(http.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'http.broken' })
  })
})

describe('bounds', () => {
  test.each([
    [
      'declared',
      (response: ServerResponse) => response.writeHead(200, { 'content-length': 2000 }).end('x'.repeat(2000)),
    ],
    ['chunked', (response: ServerResponse) => (response.write('x'.repeat(900)), response.end('x'.repeat(900)))],
    [
      'endless',
      (response: ServerResponse) => {
        const write = () => {
          while (!response.destroyed && response.write('x'.repeat(100)));
        }
        response.on('drain', write)
        write()
      },
    ],
  ])('a %s body over the cap is refused', async (_, reply) => {
    const { url } = await serve((_request, response) => reply(response))
    const request = client().request({ method: 'GET', url, maxBytes: 1000, retry: { attempts: 3 } })
    await expect(request).rejects.toMatchObject({
      code: 'http.too-large',
      message: `GET ${url}/ answered more than 1000 bytes`,
    })
  })

  test('a body of exactly the cap passes, and HEAD has none', async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(200, { 'content-length': 1000 }).end('x'.repeat(1000)),
    )
    expect((await client().request({ method: 'GET', url, maxBytes: 1000 })).body).toHaveLength(1000)
    expect((await client().request({ method: 'HEAD', url, maxBytes: 10 })).body).toHaveLength(0)
  })

  test('silence before the headers times out, and so does a slow body', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/slow') response.writeHead(200).write('a')
    })
    for (const path of ['/silent', '/slow']) {
      await expect(client().request({ method: 'GET', url: url + path, timeout: 50 })).rejects.toMatchObject({
        code: 'http.timeout',
        message: `GET ${url}${path} took longer than 50 ms`,
      })
    }
  })

  test('a connection that is never made times out', async () => {
    const guard = { resolve: () => new Promise<never>(() => undefined) }
    const request = client(guard, { connectTimeout: 50 }).request({ method: 'GET', url: 'http://never.example/' })
    await expect(request).rejects.toMatchObject({ code: 'http.timeout', message: /no connection within/ })
  })

  test('the caller may give up, for its own reason, before and during', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
    const { url } = await serve(() => arrive())
    const controller = new AbortController()
    const request = client().request({ method: 'GET', url, signal: controller.signal, retry: { attempts: 5 } })
    await arrived
    controller.abort('hung up')
    await expect(request).rejects.toBe('hung up')
    await expect(client().request({ method: 'GET', url, signal: controller.signal })).rejects.toBe('hung up')
  })

  test('a connection that breaks off is named', async () => {
    const { url } = await serve((_, response) => void response.socket?.destroy())
    await expect(client().request({ method: 'GET', url })).rejects.toMatchObject({
      code: 'http.broken',
      retryable: true,
    })
  })

  test('an answer that is no HTTP is named', async () => {
    const server = createTcpServer(
      (socket) =>
        void socket
          .on('error', () => undefined)
          .resume()
          .end('SSH-2.0-x\r\n'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    scope.defer(() => new Promise((resolve) => server.close(resolve)))
    const { port } = server.address() as AddressInfo // As above.
    const request = client().request({ method: 'GET', url: `http://127.0.0.1:${port}` })
    await expect(request).rejects.toMatchObject({ code: 'http.broken' })
  })
})

/** Fails some times, then answers. */
const flaky = (failures: number, fail: Handler) => {
  let count = 0
  return serve((request, response) => (count++ < failures ? fail(request, response) : void response.end('at last')))
}

describe('retries', () => {
  test('repeat an idempotent request after statuses and breaks, waiting as the jitter says', async () => {
    const { url, seen } = await flaky(2, (_, response) =>
      seen.length === 1 ? response.writeHead(503).end('later') : response.socket?.destroy(),
    )
    const clock = impatient()
    const response = await client(undefined, { clock }).request({
      method: 'GET',
      url,
      retry: { attempts: 3, base: 100 },
    })
    expect([response.status, response.timing.attempts, seen.length]).toEqual([200, 3, 3])
    const ids = seededIds('http')
    expect(clock.slept).toEqual([ids.fraction() * 100, ids.fraction() * 200])
  })

  test('honour Retry-After, capped', async () => {
    const { url } = await flaky(2, (_, response) => response.writeHead(429, { 'retry-after': '3' }).end())
    const clock = impatient()
    await client(undefined, { clock }).request({ method: 'GET', url, retry: { attempts: 3, max: 2000 } })
    expect(clock.slept).toEqual([2000, 2000])
  })

  test('leave a POST alone unless the caller says it is safe', async () => {
    const { url, seen } = await serve((_, response) => response.writeHead(503).end('busy'))
    const http = client(undefined, { clock: impatient(), retry: { attempts: 3 } })
    const once = await http.request({ method: 'POST', url, body: 'x' })
    expect([once.status, Buffer.from(once.body).toString(), seen.length]).toEqual([503, 'busy', 1])
    await http.request({ method: 'POST', url, body: 'x', retry: { attempts: 2, safe: true } })
    expect(seen).toHaveLength(3)
  })

  test('repeat an attempt that hangs, within the whole time', async () => {
    const { url, seen } = await flaky(1, () => undefined)
    const http = client(undefined, { clock: impatient() })
    const response = await http.request({ method: 'GET', url, attemptTimeout: 500, retry: { attempts: 2 } })
    expect([response.status, seen.length]).toEqual([200, 2])
  })

  test('do not wait longer than there is time: the answer at hand is given', async () => {
    const { url, seen } = await serve((_, response) => response.writeHead(503, { 'retry-after': '5' }).end())
    const response = await client().request({ method: 'GET', url, timeout: 2000, retry: { attempts: 3 } })
    expect([response.status, seen.length]).toEqual([503, 1])
  })
})

const frontAndInner = async (host: string) => [host === 'inner.example' ? '192.168.0.1' : '127.0.0.1']

describe('redirects', () => {
  test('are followed for GET, hop by hop, and counted', async () => {
    const { url } = await serve((request, response) => {
      const left = Number(request.url?.slice(1))
      if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end('moved')
      else response.end('here')
    })
    const http = client()
    const response = await http.request({ method: 'GET', url: `${url}/5` })
    expect([Buffer.from(response.body).toString(), response.url]).toEqual(['here', `${url}/0`])
    await expect(http.request({ method: 'GET', url: `${url}/6` })).rejects.toMatchObject({ code: 'http.redirects' })
    expect((await http.request({ method: 'GET', url: `${url}/1`, redirects: 0 })).status).toBe(302)
    expect((await http.request({ method: 'POST', url: `${url}/1` })).status).toBe(302)
  })

  test('to another host lose authorization and cookies; within the host they stay', async () => {
    const { port, seen } = await serve((request, response) => {
      if (request.url === '/start') response.writeHead(302, { location: '/next' }).end()
      else if (request.url === '/next') response.writeHead(302, { location: `http://localhost:${port}/end` }).end()
      else response.end()
    })
    const headers = { authorization: 'Bearer a', cookie: 'b', 'x-api-key': 'c', accept: 'text/plain' }
    const http = client({ allowHosts: ['127.0.0.1', 'localhost'], resolve: async () => ['127.0.0.1'] })
    await http.request({ method: 'GET', url: `http://127.0.0.1:${port}/start`, headers })
    expect(seen.map(({ headers: sent }) => [sent.authorization, sent.cookie, sent['x-api-key'], sent.accept])).toEqual([
      ['Bearer a', 'b', 'c', 'text/plain'],
      ['Bearer a', 'b', 'c', 'text/plain'],
      [undefined, undefined, undefined, 'text/plain'],
    ])
  })

  test.each([
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]:1/',
    'http://inner.example/',
    'file:///etc/passwd',
  ])('to %s are refused and not repeated', async (location) => {
    const { port, seen } = await serve((_, response) => response.writeHead(307, { location }).end())
    const http = client({ allowHosts: ['front.example'], resolve: frontAndInner })
    const request = http.request({ method: 'GET', url: `http://front.example:${port}/`, retry: { attempts: 3 } })
    await expect(request).rejects.toMatchObject({ code: 'url.blocked' })
    expect(seen).toHaveLength(1)
  })
})

describe('the guard', () => {
  test('refuses a private address, written or resolved, before anything is sent', async () => {
    const { port, seen, connections } = await serve((_, response) => response.end())
    const http = client({ resolve: async () => ['93.184.216.34', '127.0.0.1'] })
    for (const host of ['127.0.0.1', 'two-faced.example', '2130706433', '[::ffff:127.0.0.1]'])
      await expect(http.request({ method: 'GET', url: `http://${host}:${port}/` })).rejects.toMatchObject({
        code: 'url.blocked',
      })
    expect([seen.length, connections()]).toEqual([0, 0])
  })

  test('connects to the address it checked: a name that changes its answer gains nothing', async () => {
    const { port, connections } = await serve((_, response) =>
      response.writeHead(200, { connection: 'close' }).end('inside'),
    )
    const answers = [['127.0.0.2'], ['127.0.0.1']]
    let asked = 0
    // The exception covers only the first answer, so the second one is the private address of an attacker.
    const http = client({ allowHosts: ['127.0.0.2/32'], resolve: async () => answers[Math.min(asked++, 1)]! })
    const url = `http://rebind.example:${port}/`
    await expect(http.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'http.unreachable' })
    expect(asked).toBe(1)
    await expect(http.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'url.blocked' })
    expect([asked, connections()]).toEqual([2, 0])
  })
})

describe('a stream', () => {
  test('gives chunks as they come, and its connection back', async () => {
    const { url, connections } = await serve((_, response) => {
      response.write('data: 1\n\n')
      setImmediate(() => response.end('data: 2\n\n'))
    })
    const http = client()
    for (let round = 0; round < 10; round++) {
      const { status, body } = await http.stream({ method: 'POST', url, body: '{}' })
      const text = Buffer.concat(await Array.fromAsync(body)).toString()
      expect([status, text]).toEqual([200, 'data: 1\n\ndata: 2\n\n'])
    }
    expect(connections()).toBeLessThanOrEqual(2)
  })

  test('ends with a named error when the server falls silent', async () => {
    const { url } = await serve((_, response) => void response.write('data: 1\n\n'))
    const { body } = await client().stream({ method: 'GET', url, idleTimeout: 50 })
    const chunks: string[] = []
    const read = async () => {
      for await (const chunk of body) chunks.push(Buffer.from(chunk).toString())
    }
    await expect(read()).rejects.toMatchObject({ code: 'http.timeout', message: `GET ${url}/ sent nothing for 50 ms` })
    expect(chunks).toEqual(['data: 1\n\n'])
  })

  test('ends with the reason of its signal, or named when the connection breaks', async () => {
    const { url } = await serve((request, response) => {
      response.write('x')
      if (request.url === '/break') setImmediate(() => response.socket?.destroy())
    })
    const controller = new AbortController()
    const { body } = await client().stream({ method: 'GET', url, signal: controller.signal })
    const read = async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const _ of chunks) controller.abort('hung up')
    }
    await expect(read(body)).rejects.toBe('hung up')
    const broken = await client().stream({ method: 'GET', url: `${url}/break` })
    await expect(read(broken.body)).rejects.toMatchObject({ code: 'http.broken' })
  })

  test.each(['close', 'leave'])('lets go of the connection on %s', async (how) => {
    const { promise: closed, resolve } = Promise.withResolvers<string>()
    const { url } = await serve((_, response) => {
      response.on('close', () => resolve('closed'))
      response.write('x')
    })
    const stream = await client().stream({ method: 'GET', url })
    if (how === 'close') stream.close()
    else for await (const _ of stream.body) break
    stream.close()
    expect(await closed).toBe('closed')
  })

  test('is retried until its headers please, and its status is an answer', async () => {
    let count = 0
    const { url } = await serve((_, response) => response.writeHead([503, 401][count++] ?? 200).end('said'))
    const http = client(undefined, { clock: impatient() })
    const { status, body } = await http.stream({ method: 'POST', url, retry: { attempts: 3, safe: true } })
    expect([status, count, Buffer.concat(await Array.fromAsync(body)).toString()]).toEqual([401, 2, 'said'])
  })
})
