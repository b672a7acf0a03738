/** The way out: guarded HTTP and sockets in the shapes that the rooms take, their failures as our own errors. */
import type { Clock } from '../lib/clock.ts'
import { LibError, type LibCode } from '../lib/failure.ts'
import { createHttpClient, type HttpClient } from '../lib/http/client.ts'
import { createGuard, type Guard } from '../lib/http/guard.ts'
import type { Ids } from '../lib/ids.ts'
import type { Scope } from '../lib/scope.ts'
import { connectSocket } from '../lib/socket/client.ts'
import type { Socket } from '../lib/socket/socket.ts'
import type { Requester } from '../calls/operation.ts'
import { OffhookError, type ErrorCode } from '../spec/errors.ts'
import type { PartHost } from '../spec/speech.ts'

export interface Network {
  /** For carriers' APIs and outgoing webhooks. */
  readonly request: Requester
  readonly stream: PartHost['stream']
  /** Resolves when the connection is there, or cannot be. */
  warm(url: string): Promise<void>
  connect(options: {
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly protocols?: readonly string[]
    readonly signal: AbortSignal
  }): Promise<Socket>
}

export interface NetworkOptions {
  readonly clock: Clock
  readonly ids: Ids
  readonly scope: Scope
  /** The operator's exceptions; asked once, with the first request, when our own port is known. */
  readonly allowHosts: () => readonly string[]
}

/** Per vendor: every call may be in the middle of an answer at once. */
const connections = 512
/** Total time of a request that names none, ms. */
const usualTimeout = 10_000

export function openNetwork({ clock, ids, scope, allowHosts }: NetworkOptions): Network {
  const guard = lateGuard(allowHosts)
  const client = scope.use(createHttpClient({ clock, ids, guard, retry: { attempts: 3 }, connections }))
  return {
    request: async (request, signal) => {
      const { method, url, headers, body, timeout = usualTimeout, repeatable } = request
      const retry = repeatable === undefined ? {} : { retry: { attempts: repeatable ? 3 : 1, safe: repeatable } }
      return named(
        client.request({ method, url, headers, timeout, signal, ...retry, ...(body === undefined ? {} : { body }) }),
      )
    },
    stream: async ({ method, url, headers, body, timeout, signal }) => {
      const answer = await named(
        client.stream({
          method,
          url,
          headers,
          signal,
          ...(body === undefined ? {} : { body }),
          ...(timeout === undefined ? {} : { timeout }),
        }),
      )
      return { status: answer.status, headers: answer.headers, body: namedBody(answer.body) }
    },
    warm: (url) => warm(client, url),
    connect: (options) => named(connectSocket({ ...options, clock, guard })),
  }
}

/** A request that cannot be made says so itself: nothing is lost without its connection. */
async function warm(client: HttpClient, url: string): Promise<void> {
  try {
    await client.warm(url)
  } catch {
    // Whoever asks in earnest learns what is wrong.
  }
}

function lateGuard(allowHosts: () => readonly string[]): Guard {
  let made: Guard | undefined
  const guard = (): Guard => (made ??= createGuard({ allowHosts: allowHosts() }))
  return {
    check: (url) => guard().check(url),
    addresses: (host, port) => guard().addresses(host, port),
    lookup: (port) => guard().lookup(port),
  }
}

async function named<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw ours(error)
  }
}

/** A body may break off long after its beginning. */
async function* namedBody(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw ours(error)
  }
}

function ours(error: unknown): unknown {
  if (!(error instanceof LibError)) return error
  return new OffhookError(codes[error.code] ?? 'carrier.failed', error.message, { cause: error })
}

const codes: Partial<Record<LibCode, ErrorCode>> = {
  'url.blocked': 'address.blocked',
  'url.invalid': 'request.invalid',
  'http.timeout': 'carrier.timeout',
  'socket.timeout': 'carrier.timeout',
}
