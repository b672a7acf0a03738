/** The simulators' own network edge: HTTP requests and WebSockets out, small enough to be replaced in tests. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { WebSocket, type RawData } from 'ws'
import type { Clock, Timer } from '../src/lib/clock.ts'
import type { Scope } from '../src/lib/scope.ts'

export interface WireRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Limits in ms: to connect, to the whole answer after connecting, and to everything. */
  readonly limits: { readonly connect: number; readonly read: number; readonly total: number }
  readonly maxBytes: number
  readonly signal: AbortSignal
}

export interface WireReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** No usable answer. `connect`: not even a connection; `name`: no such host; `read`: too slow; `size`: too large; `broken`: cut off. */
export class WireFailure extends Error {
  override readonly name = 'WireFailure'
  readonly stage: 'connect' | 'name' | 'read' | 'size' | 'broken' | 'aborted'

  constructor(stage: WireFailure['stage'], message: string, cause?: unknown) {
    super(message, { cause })
    this.stage = stage
  }
}

export interface WireSocket {
  /** Bytes accepted and not yet with the operating system. */
  buffered(): number
  send(message: string | Uint8Array): void
  close(code: number): void
  /** Cuts the connection without a word. */
  cut(): void
}

/** After `failed` or `closed` nothing more comes. */
export interface SocketEvents {
  opened(): void
  text(message: string): void
  binary(bytes: Uint8Array): void
  closed(code: number): void
  failed(failure: SocketFailure): void
}

export type SocketFailure =
  | { readonly type: 'timeout' | 'refused' | 'malformed' }
  /** The server answered the upgrade with something else than 101. */
  | { readonly type: 'handshake'; readonly status: number }
  /** Never tried: the carrier does not connect to such an address. */
  | { readonly type: 'unfit'; readonly code: number; readonly why: string }

export interface Wire {
  /** Rejects with WireFailure only. Follows no redirect. */
  request(request: WireRequest): Promise<WireReply>
  socket(url: string, headers: Readonly<Record<string, string>>, timeout: number, events: SocketEvents): WireSocket
}

/** The real network. Connections are kept for the next request until the scope closes. */
export function netWire(clock: Clock, scope: Scope): Wire {
  const http = new HttpAgent({ keepAlive: true })
  const https = new HttpsAgent({ keepAlive: true })
  const sockets = new Set<WebSocket>()
  scope.defer(() => {
    for (const socket of sockets) socket.terminate()
    http.destroy()
    https.destroy()
  })
  return {
    request: (request) => send(clock, request, { http, https }),
    socket: (url, headers, timeout, events) => open(clock, url, { headers, timeout, sockets }, events),
  }
}

function send(
  clock: Clock,
  request: WireRequest,
  agents: { readonly http: HttpAgent; readonly https: HttpsAgent },
): Promise<WireReply> {
  const secure = request.url.startsWith('https:')
  const out = (secure ? httpsRequest : httpRequest)(request.url, {
    method: request.method,
    headers: { ...request.headers, ...lengthOf(request.body) },
    agent: secure ? agents.https : agents.http,
  })
  const { promise, resolve, reject } = Promise.withResolvers<WireReply>()
  const timers: Timer[] = []
  let connected = false
  const stop = (failure: WireFailure) => {
    reject(failure)
    out.destroy()
  }
  const within = (ms: number) => {
    const late = () => {
      const stage = connected ? 'read' : 'connect'
      stop(new WireFailure(stage, `no ${stage} within ${ms} ms`))
    }
    timers.push(clock.timer(ms, late))
  }
  const aborted = () => stop(new WireFailure('aborted', 'the simulator was closed', request.signal.reason))
  // Destroying a request makes it fail once more: this listener stays for good.
  out.on('error', (error) => stop(failureOf(error, connected && !out.reusedSocket)))
  const reached = () => {
    connected = true
    timers.pop()?.cancel() // the connection's; the total's stays below it
    within(request.limits.read)
  }
  out.once('socket', (socket) => {
    if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', reached)
    else reached()
  })
  out.once('response', (response) => void answered(response, request.maxBytes).then(resolve, stop))
  request.signal.addEventListener('abort', aborted, { once: true })
  within(request.limits.total)
  within(request.limits.connect)
  if (request.signal.aborted) aborted()
  else out.end(request.body)
  return promise.finally(() => {
    for (const timer of timers) timer.cancel()
    request.signal.removeEventListener('abort', aborted)
  })
}

async function answered(response: IncomingMessage, maxBytes: number): Promise<WireReply> {
  const body = await collect(response, maxBytes)
  return { status: response.statusCode ?? 0, headers: plain(response), body }
}

function lengthOf(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
}

/** A kept connection that breaks was closed by the peer meanwhile: as good as none. */
function failureOf(error: Error, connected: boolean): WireFailure {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new WireFailure('name', 'no such host', error)
  return new WireFailure(connected ? 'broken' : 'connect', code || error.message, error)
}

async function collect(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response) {
      chunks.push(chunk)
      size += chunk.length
      if (size > maxBytes) break
    }
  } catch (cause) {
    throw new WireFailure('broken', 'the answer broke off', cause)
  }
  if (size > maxBytes) throw new WireFailure('size', `the answer is larger than ${maxBytes} bytes`)
  return Buffer.concat(chunks)
}

function plain(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value ?? '')]))
}

function open(
  clock: Clock,
  url: string,
  options: {
    readonly headers: Readonly<Record<string, string>>
    readonly timeout: number
    readonly sockets: Set<WebSocket>
  },
  events: SocketEvents,
): WireSocket {
  const socket = new WebSocket(url, { headers: options.headers, perMessageDeflate: false, maxPayload: 16 << 20 })
  options.sockets.add(socket)
  let over = false
  const end = (tell: () => void) => {
    timer.cancel()
    if (over) return
    over = true
    tell()
  }
  const timer = clock.timer(options.timeout, () => {
    end(() => events.failed({ type: 'timeout' }))
    socket.terminate()
  })
  let opened = false
  socket.on('open', () => {
    opened = true
    timer.cancel()
    if (!over) events.opened()
  })
  socket.on('message', (data: RawData, binary: boolean) => {
    if (over) return
    if (binary) events.binary(bytesOf(data))
    else events.text(data.toString())
  })
  socket.on('unexpected-response', (request, response) => {
    end(() => events.failed({ type: 'handshake', status: response.statusCode ?? 0 }))
    request.destroy()
    options.sockets.delete(socket)
  })
  socket.on('error', (error) =>
    end(() => events.failed({ type: !opened && 'code' in error ? 'refused' : 'malformed' })),
  )
  socket.on('close', (code) => {
    options.sockets.delete(socket)
    end(() => events.closed(code))
  })
  return {
    buffered: () => socket.bufferedAmount,
    send(message) {
      if (socket.readyState === WebSocket.OPEN) socket.send(message)
    },
    close: (code) => socket.close(code),
    cut: () => socket.terminate(),
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}
