/** The loopback server of a simulated AI vendor: plain requests and WebSockets on a port of its own, with faults and a log. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Clock } from '../../src/lib/clock.ts'
import { redactUrl } from '../../src/lib/redact.ts'
import type { Scope } from '../../src/lib/scope.ts'
import { refuseUpgrade } from '../../src/lib/socket/server.ts'
import { selfSigned } from './certificate.ts'
import { drawFaults, refusal, unreadable, type VendorFaults } from './faults.ts'
import { VendorLog, type VendorEntry } from './log.ts'
import { vendorRequest, type VendorReply, type VendorRequest } from './request.ts'
import { VendorSocket } from './socket.ts'

/** Takes over an open connection: sets its listener and says the first word, if it is the vendor's. */
export type Talk = (socket: VendorSocket) => void

export interface VendorApi {
  /** Plain requests. Default: 404, as `refuse` says it. */
  route?(request: VendorRequest): VendorReply | Promise<VendorReply>
  /** An upgrade: turned away with a reply, or taken. Default: 404, as `refuse` says it. */
  upgrade?(request: VendorRequest): VendorReply | Talk
  /** A refusal with this status in the vendor's own words. */
  refuse(status: number): VendorReply
  /** For vendors that refuse over the open socket. Default: `refuse`, before it opens. */
  refuseSocket?(status: number, request: VendorRequest): VendorReply | Talk
  /** The subprotocol to agree on, of those offered. Default: the first. */
  protocol?(offered: readonly string[]): string | undefined
}

/** What every simulated vendor takes. */
export interface VendorOptions {
  readonly scope: Scope
  readonly clock: Clock
  /** Speak TLS, with a certificate made for it: for SDKs that insist. Default false. */
  readonly tls?: boolean
}

export interface VendorServer {
  /** `http://127.0.0.1:…`, or https. */
  readonly url: string
  /** `ws://127.0.0.1:…`, or wss. */
  readonly socketUrl: string
  /** PEM, with `tls`: for clients to trust. */
  readonly certificate: string | undefined
  readonly faults: VendorFaults
  readonly log: readonly VendorEntry[]
  /** Connections that are open now. */
  readonly connections: ReadonlySet<VendorSocket>
  /** The first entry of the log that fits, also one still to come; rejects when the scope closes. */
  until(fits: (entry: VendorEntry) => boolean): Promise<VendorEntry>
}

const bodyLimit = 32 << 20

/** `secrets`: keys the vendor knows; they are hidden in the log. Closes with the scope, and nothing is left. */
export async function serveVendor(
  api: VendorApi,
  { scope, clock, tls = false, secrets = [] }: VendorOptions & { readonly secrets?: readonly string[] },
): Promise<VendorServer> {
  const certificate = tls ? selfSigned(clock.now()) : undefined
  const server = certificate ? createTlsServer(certificate) : createServer()
  const edge = new Edge(api, scope, clock, new VendorLog(clock, secrets))
  server.on('request', (request, response) => void edge.serve(request, response))
  server.on('upgrade', (request, raw, head) => void edge.upgrade(request, raw, head))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  scope.defer(async () => {
    const open = [...edge.connections]
    for (const socket of open) socket.cut()
    await Promise.all(open.map((socket) => socket.scope.close()))
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  const place = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  return {
    url: `http${tls ? 's' : ''}://${place}`,
    socketUrl: `ws${tls ? 's' : ''}://${place}`,
    certificate: certificate?.cert,
    faults: edge.faults,
    log: edge.log.entries,
    connections: edge.connections,
    until: (fits) => edge.log.until(fits, scope.signal),
  }
}

class Edge {
  readonly faults: VendorFaults = {}
  readonly connections = new Set<VendorSocket>()
  readonly log: VendorLog
  readonly #api: VendorApi
  readonly #scope: Scope
  readonly #clock: Clock
  readonly #sockets: WebSocketServer
  #opened = 0

  constructor(api: VendorApi, scope: Scope, clock: Clock, log: VendorLog) {
    this.#api = api
    this.#scope = scope
    this.#clock = clock
    this.log = log
    this.#sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: bodyLimit,
      handleProtocols: (offered) => (api.protocol ? (api.protocol([...offered]) ?? false) : [...offered][0]!),
    })
  }

  async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort(new Error('the client went away')))
    try {
      const body = await bodyOf(incoming)
      const request = vendorRequest(incoming, body, AbortSignal.any([gone.signal, this.#scope.signal]))
      this.#note('client', 'request', `${request.method} ${redactUrl(incoming.url ?? '/')}`, body)
      await this.#wait()
      if (this.faults.silent) return
      const refused = refusal(this.faults, request.path)
      const reply = refused ? this.#api.refuse(refused) : await this.#route(request)
      this.#note('vendor', 'reply', `${reply.status}${typeof reply.body === 'string' ? `\n${reply.body}` : ''}`)
      response.writeHead(reply.status, reply.headers)
      await this.#write(reply.body, response)
      response.end()
    } catch {
      response.destroy() // the client is gone, the fault wants it, or the vendor's stream broke off
    }
  }

  async upgrade(incoming: IncomingMessage, raw: Duplex, head: Buffer): Promise<void> {
    raw.on('error', () => undefined)
    const request = vendorRequest(incoming, new Uint8Array(0), this.#scope.signal)
    this.#note('client', 'upgrade', redactUrl(incoming.url ?? '/'))
    try {
      await this.#wait()
    } catch {
      return void raw.destroy() // the simulator closes
    }
    const answer = this.#answer(request)
    if (typeof answer !== 'function') {
      const text = typeof answer.body === 'string' ? answer.body : ''
      this.#note('vendor', 'refusal', `${answer.status}\n${text}`)
      return refuseUpgrade(raw, answer.status, { headers: answer.headers, body: text })
    }
    this.#sockets.handleUpgrade(incoming, raw, head, (socket) => {
      const number = ++this.#opened
      const { faults, log } = this
      const connection = new VendorSocket(socket, { number, request, clock: this.#clock, faults, log })
      this.connections.add(connection)
      connection.scope.defer(() => this.connections.delete(connection))
      answer(connection)
    })
  }

  #answer(request: VendorRequest): VendorReply | Talk {
    const refused = refusal(this.faults, request.path)
    if (refused) return this.#api.refuseSocket?.(refused, request) ?? this.#api.refuse(refused)
    return this.#api.upgrade?.(request) ?? this.#api.refuse(404)
  }

  #route(request: VendorRequest): VendorReply | Promise<VendorReply> {
    return this.#api.route?.(request) ?? this.#api.refuse(404)
  }

  async #write(body: VendorReply['body'], response: ServerResponse): Promise<void> {
    const { dropAfter, malformedAt } = drawFaults(this.faults)
    const pieces = typeof body === 'string' || body instanceof Uint8Array ? [body] : body
    let count = 0
    for await (const piece of pieces) {
      if (response.destroyed) return
      if (count >= dropAfter) throw new Error('dropped on demand')
      const said = count === malformedAt ? unreadable : piece
      // With the system before the next one: what was said before a break arrives.
      await new Promise<void>((resolve, reject) => {
        response.write(said, (error) => (error ? reject(error) : resolve()))
      })
      count++
    }
  }

  async #wait(): Promise<void> {
    if (this.faults.slowMs) await this.#clock.sleep(this.faults.slowMs, this.#scope.signal)
  }

  #note(from: VendorEntry['from'], kind: VendorEntry['kind'], text: string, bytes?: Uint8Array): void {
    this.log.add({ from, kind, text, socket: 0, ...(bytes && bytes.length > 0 && { bytes }) })
  }
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    chunks.push(chunk)
    size += chunk.length
    if (size > bodyLimit) throw new Error('body too large')
  }
  return Buffer.concat(chunks)
}
