/** What listens for browsers: the routes that clients know, and the calls that came of them. */
import { OffhookError } from '../../../spec/errors.ts'
import type { Reply } from '../../../spec/http.ts'
import type { Listener, ListenerHttp, ListenerRequest, ListenHost, Principal } from '../../../spec/listen.ts'
import { readCandidates, readOfferBody, readStart, type OfferBody } from './bodies.ts'
import { Desk } from './desk.ts'
import { iceServers } from './ice.ts'
import { load } from './peer.ts'
import { Sessions } from './sessions.ts'
import { listed } from '../../../lib/list.ts'
import type { Settings } from './settings.ts'

export async function listen(host: ListenHost<Settings>): Promise<Listener> {
  const desk = new Desk(host)
  host.scope.defer(() => desk.close())
  return {
    http: new Front(host, desk),
    perform: async ({ type }, call) => (type === 'hangup' || type === 'reject' ? desk.hangUp(call.id) : {}),
    async invite(id, organization) {
      const connections = await host.connections(organization)
      const connection = id === undefined ? connections[0] : connections.find((one) => one.id === id)
      if (!connection) return undefined
      void load()
      const servers = iceServers(connection.settings, host.clock.now(), organization)
      return { connection: connection.id, path: 'api/offer', iceServers: servers }
    },
  }
}

const offers = ['/api/offer', '/sessions/:session/api/offer']

/** The endpoints of the SmallWebRTC clients. */
class Front implements ListenerHttp {
  readonly routes = [
    { method: 'GET', path: '/status' },
    { method: 'POST', path: '/start' },
    ...offers.flatMap((path) => [{ method: 'POST', path } as const, { method: 'PATCH', path } as const]),
  ] as const
  /** An offer's SDP in JSON, with what the client's program adds. */
  readonly largestBody = 262_144
  readonly #host: ListenHost<Settings>
  readonly #desk: Desk
  readonly #sessions: Sessions

  constructor(host: ListenHost<Settings>, desk: Desk) {
    this.#host = host
    this.#desk = desk
    this.#sessions = new Sessions(host)
  }

  async allows(origin: string): Promise<boolean> {
    const connections = await this.#host.connections()
    return connections.some(({ settings }) => listed(settings.origins).some((one) => one === '*' || one === origin))
  }

  async handle(request: ListenerRequest): Promise<Reply> {
    switch (request.route) {
      case '/status':
        return json({ status: 'ready', transports: ['webrtc'] })
      case '/start':
        return this.#start(request)
      default:
        return this.#signal(request)
    }
  }

  async #start(request: ListenerRequest): Promise<Reply> {
    const principal = await request.principal()
    void load()
    const { iceServers: wanted, data } = readStart(request.json)
    const connection = await this.#desk.connectionOf(principal, data, request.query)
    const sessionId = this.#sessions.open({ principal, data, query: request.query })
    const servers = wanted ? iceServers(connection.settings, this.#host.clock.now(), sessionId.slice(0, 8)) : []
    return json({ sessionId, ...(servers.length > 0 ? { iceConfig: { iceServers: servers } } : {}) })
  }

  /** Offers and candidates: of a session, whose name is its own proof; else of whoever the API knows. */
  async #signal(request: ListenerRequest): Promise<Reply> {
    const name = request.params['session']
    const session = name === undefined ? undefined : this.#sessions.find(name)
    if (name !== undefined && !session) throw new OffhookError('not-found', 'Invalid or not-yet-ready session_id')
    const principal = session?.principal ?? (await request.principal())
    if (request.method === 'PATCH') return this.#candidates(request, principal)
    const body = readOfferBody(request.json, session?.data)
    return this.#offer(body, principal, session?.query ?? request.query, request.address)
  }

  async #offer(body: OfferBody, principal: Principal, query: URLSearchParams, address: string): Promise<Reply> {
    const { answer, id, call } = await this.#desk.take({ body, principal, query, address })
    // The last is ours: where the call is found under /v1/calls.
    return json({ sdp: answer, type: 'answer', pc_id: id, call })
  }

  async #candidates({ json: given }: ListenerRequest, principal: Principal): Promise<Reply> {
    await this.#desk.addCandidates(readCandidates(given), principal)
    return json({ status: 'success' })
  }
}

function json(value: unknown): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  }
}
