/** The HTTP client: every request is bounded in time and size, guarded, and sent again only where that is harmless. */
import type { Clock } from '../clock.ts'
import { LibError } from '../failure.ts'
import type { Ids } from '../ids.ts'
import type { Attempt, Tried } from './attempts.ts'
import { tryPlan } from './attempts.ts'
import type { Answer, Headers, Hop } from './exchange.ts'
import { Doors } from './doors.ts'
import { createAgent, discard, exchange } from './exchange.ts'
import { explain, nameOf, timedOut } from './explain.ts'
import type { Guard } from './guard.ts'
import { parseUrl } from './guard.ts'
import type { RetryOptions } from './retry.ts'

export interface HttpRequest {
  readonly method: string
  readonly url: string | URL
  readonly headers?: Headers
  readonly body?: string | Uint8Array
  /** Everything together: attempts, waits, redirects and body (for `stream`: until the headers). Default 30 s. */
  readonly timeout?: number
  /** One attempt. Default: `timeout`. */
  readonly attemptTimeout?: number
  /** Largest response body, bytes. Default 8 MiB. Not for `stream`. */
  readonly maxBytes?: number
  /** Default: the client's. */
  readonly retry?: RetryOptions
  readonly signal?: AbortSignal
  /** Redirects to follow; 0 makes a redirect an answer. Default 5 for GET and HEAD, else 0. */
  readonly redirects?: number
}

export interface HttpTiming {
  /** Wall time of the start. */
  readonly started: number
  /** Ms from the start to the headers of the last attempt. */
  readonly headers: number
  /** Ms from the start to the last byte. */
  readonly total: number
  readonly attempts: number
}

export interface HttpResponse {
  readonly status: number
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: Headers
  readonly body: Uint8Array
  /** Where the answer came from, after redirects. */
  readonly url: string
  readonly timing: HttpTiming
}

export interface HttpStreamRequest extends Omit<HttpRequest, 'maxBytes'> {
  /** Longest silence between chunks, ms. Default 60 s. */
  readonly idleTimeout?: number
}

export interface HttpStream extends Omit<HttpResponse, 'body' | 'timing'> {
  /** Read once. Leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Uint8Array>
  /** Gives up the rest. Idempotent; needed when `body` is not read to its end. */
  close(): void
}

/** Any status is an answer. Rejects with `LibError` (`url.*`, `name.*`, `http.*`), or the signal's reason when aborted. */
export interface HttpClient extends AsyncDisposable {
  request(request: HttpRequest): Promise<HttpResponse>
  stream(request: HttpStreamRequest): Promise<HttpStream>
  /** Opens a connection for a request that will come soon. Rejects when it cannot be opened, or must not. */
  warm(url: string): Promise<void>
  /** Breaks off what is under way. */
  close(): Promise<void>
}

export interface HttpClientOptions {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'fraction'>
  readonly guard: Guard
  /** For requests that name none. Default: one attempt. */
  readonly retry?: RetryOptions
  /** Default 5 s. */
  readonly connectTimeout?: number
  /** Connections per origin. Default 64. */
  readonly connections?: number
}

const defaults = {
  timeout: 30_000,
  maxBytes: 8 << 20,
  idleTimeout: 60_000,
  connectTimeout: 5000,
  connections: 64,
} as const

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { clock, guard } = options
  const { connectTimeout, connections } = { ...defaults, ...options }
  const doors = new Doors({ clock, guard, connectTimeout })
  const agent = createAgent(doors, connections)
  const close = () => {
    doors[Symbol.dispose]()
    return agent.destroy(new LibError('http.broken', 'the HTTP client was closed', { retryable: false }))
  }

  const tried = async <T extends Tried>(request: HttpRequest, once: (attempt: Attempt) => Promise<T>): Promise<T> => {
    const { timeout = defaults.timeout, attemptTimeout = timeout, retry = options.retry, signal } = request
    return tryPlan({ hop: firstHop(request), timeout, attemptTimeout, retry, signal }, options, once)
  }

  const ask = (attempt: Attempt, request: HttpRequest) =>
    exchange(agent, guard, attempt.hop, { redirects: redirectsOf(request), signal: attempt.bound.signal })

  return {
    async request(request) {
      const [started, start] = [clock.now(), clock.monotonic()]
      const { discard: _, ...response } = await tried(request, async (attempt) => {
        const answer = await ask(attempt, request)
        const headers = clock.monotonic() - start
        const body = await readBody(answer, attempt.hop, request.maxBytes ?? defaults.maxBytes)
        attempt.bound.end()
        const timing = { started, headers, total: clock.monotonic() - start, attempts: attempt.number }
        return { status: answer.status, headers: answer.headers, body, url: answer.url.href, timing, discard: nothing }
      })
      return response
    },
    async stream(request) {
      const { answer, attempt } = await tried(request, async (current) => {
        const received = await ask(current, request)
        const done = () => discard(received).finally(current.bound.end)
        return { answer: received, attempt: current, status: received.status, headers: received.headers, discard: done }
      })
      return openStream(answer, attempt, request.idleTimeout ?? defaults.idleTimeout)
    },
    async warm(text) {
      const url = parseUrl(text)
      guard.check(url)
      await doors.warm(url)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function nothing(): Promise<void> {}

function firstHop(request: HttpRequest): Hop {
  const { method, url, headers = {}, body = null } = request
  return { method: method.toUpperCase(), url: parseUrl(url), headers, body }
}

function redirectsOf(request: HttpRequest): number {
  return request.redirects ?? (/^(?:GET|HEAD)$/i.test(request.method) ? 5 : 0)
}

async function readBody(answer: Answer, hop: Hop, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new LibError('http.too-large', `${nameOf(hop)} answered more than ${maxBytes} bytes`)
  if (hop.method !== 'HEAD' && Number(answer.headers['content-length']) > maxBytes) {
    await discard(answer)
    throw tooLarge()
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function openStream(answer: Answer, { hop, bound }: Attempt, idleTimeout: number): HttpStream {
  const late = () => timedOut(hop, idleTimeout, 'sent nothing for')
  async function* read() {
    const source: AsyncIterator<Uint8Array> = answer.body[Symbol.asyncIterator]()
    try {
      for (;;) {
        // Only waiting for the other side counts as silence, not the time our reader takes.
        bound.restart(idleTimeout, late)
        const { done, value } = await source.next()
        bound.pause()
        if (done) return
        yield value
      }
    } catch (error) {
      throw bound.signal.aborted ? bound.signal.reason : explain(error, hop)
    } finally {
      bound.end()
      await source.return?.()
    }
  }
  bound.pause()
  const close = () => {
    bound.end()
    answer.body.on('error', () => undefined).destroy()
  }
  return { status: answer.status, headers: answer.headers, url: answer.url.href, body: read(), close }
}
