/** Opens a WebSocket to somebody else's server: guarded, bounded in time, refused with what the server said. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { LibError } from '../failure.ts'
import type { Guard } from '../http/guard.ts'
import { parseUrl, portOf } from '../http/guard.ts'
import { redactText, redactUrl } from '../redact.ts'
import { clientTransport } from './client-transport.ts'
import type { Socket, SocketOptions } from './socket.ts'
import { socketDefaults } from './socket.ts'
import { WireSocket } from './wire.ts'

export interface ConnectOptions extends SocketOptions {
  readonly url: string | URL
  readonly headers?: Readonly<Record<string, string>>
  /** Subprotocols offered. The server must choose one of them, or none. */
  readonly protocols?: readonly string[]
  /** From the name to the upgraded connection, ms. Default 10 s. */
  readonly handshakeTimeout?: number
  readonly guard: Guard
  /** Gives up connecting; an open socket is not its concern. */
  readonly signal?: AbortSignal
}

const handshakeTimeout = 10_000

/** Rejects with `url.*`, `name.unresolved`, `socket.*` (with `status` and `said` when refused), or the signal's reason. */
export async function connectSocket(options: ConnectOptions): Promise<Socket> {
  const { guard, headers = {}, protocols = [], signal } = options
  const { maxPayload, closeTimeout } = { ...socketDefaults, ...options }
  signal?.throwIfAborted()
  const url = parseUrl(options.url)
  guard.check(url)
  // The options stand apart because the types of `ws` do not know `closeTimeout` yet.
  const settings = {
    headers: { ...headers },
    maxPayload,
    closeTimeout,
    perMessageDeflate: false,
    // Checked by `guard.check`: a scheme without a port does not come this far.
    lookup: guard.lookup(portOf(url) ?? 0),
  }
  return handshake(new WebSocket(url, [...protocols], settings), url, options)
}

function handshake(ws: WebSocket, url: URL, options: ConnectOptions): Promise<Socket> {
  const { clock, signal } = options
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const limit = options.handshakeTimeout ?? handshakeTimeout
  const name = redactUrl(url.href)
  const giveUp = (reason: unknown) => {
    finish()
    reject(reason)
    // Aborting a handshake makes `ws` report an error that nobody needs any more.
    ws.on('error', () => undefined)
    ws.terminate()
  }
  const aborted = () => giveUp(signal?.reason)
  const timer = clock.timer(limit, () =>
    giveUp(new LibError('socket.timeout', `${name} did not open within ${limit} ms`)),
  )
  const finish = () => {
    timer.cancel()
    signal?.removeEventListener('abort', aborted)
    ws.removeAllListeners()
  }
  signal?.addEventListener('abort', aborted, { once: true })
  ws.on('open', () => {
    finish()
    resolve(new WireSocket(clientTransport(ws), options))
  })
  ws.on('error', (error) => giveUp(explain(error, name)))
  ws.on('unexpected-response', (_request: ClientRequest, response: IncomingMessage) => {
    void readBeginning(response).then((said) => giveUp(refused(name, response.statusCode ?? 0, said)))
  })
  return promise
}

function refused(name: string, status: number, said: string): LibError {
  const retryable = status >= 500 || status === 429 || status === 408
  return new LibError('socket.refused', `${name} answered HTTP ${status} instead of opening`, {
    status,
    said,
    retryable,
  })
}

const enough = 4096

/** As much of an error page as helps to understand it. */
async function readBeginning(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response) {
      const bytes = Buffer.from(chunk)
      chunks.push(bytes)
      size += bytes.length
      if (size >= enough) break
    }
  } catch {
    // Cut off in the middle: what came so far is all there is to tell.
  }
  return redactText(Buffer.concat(chunks).subarray(0, enough).toString())
}

function explain(error: Error, name: string): LibError {
  if (error instanceof LibError) return error
  const code = 'code' in error ? String(error.code) : ''
  if (code.startsWith('E') && !code.startsWith('ERR_')) {
    return new LibError('socket.unreachable', `${name} could not be reached (${code})`, { cause: error })
  }
  const message = `${name} did not open a WebSocket: ${redactText(error.message)}`
  return new LibError('socket.refused', message, { cause: error })
}
