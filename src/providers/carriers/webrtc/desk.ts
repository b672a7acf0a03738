/** Where offers become calls: who may come in, which line a connection belongs to, and who may signal for it. */
import { OffhookError } from '../../../spec/errors.ts'
import type { LineCall, ListenConnection, ListenHost, Principal } from '../../../spec/listen.ts'
import { Admission } from './admission.ts'
import type { CandidateBody, OfferBody } from './bodies.ts'
import { iceServers, takesPrivate } from './ice.ts'
import { Line } from './line.ts'
import { Peer } from './peer.ts'
import { isWelcome, readOffer, type Offer } from './sdp.ts'
import type { Settings } from './settings.ts'
import { variablesOf, type Given } from './variables.ts'

type Connection = ListenConnection<Settings>

export interface Request {
  readonly body: OfferBody
  readonly principal: Principal
  readonly query: URLSearchParams
  readonly address: string
}

export interface Answered {
  readonly answer: string
  /** What the client calls its connection from now on. */
  readonly id: string
  /** Our id of the call. */
  readonly call: string
}

/** A line with who may signal for it. */
interface Known {
  readonly line: Line
  readonly connection: Connection
  readonly principal: Principal
}

export class Desk {
  readonly #host: ListenHost<Settings>
  readonly #admission: Admission
  /** By what the client calls its connection. */
  readonly #lines = new Map<string, Known>()
  /** By our id of the call. */
  readonly #calls = new Map<string, Known>()

  constructor(host: ListenHost<Settings>) {
    this.#host = host
    this.#admission = new Admission(host.clock)
  }

  /** A known connection is negotiated anew, or begun anew; any other id makes a new call. */
  async take(request: Request): Promise<Answered> {
    const { body, principal, address } = request
    const known = body.id === undefined ? undefined : this.#known(body.id, principal)
    const connection = known?.connection ?? (await this.connectionOf(principal, body.data, request.query))
    this.#admission.knock(address, connection.settings)
    const offer = this.#read(body.sdp, connection)
    if (!known) return this.#newCall(request, connection, offer)
    if (!body.restart) return { answer: await known.line.renegotiate(offer), id: known.line.id, call: known.line.call }
    const before = known.line.id
    const id = this.#host.ids.id('pc')
    const answer = await known.line.connect(id, offer)
    this.#lines.delete(before)
    this.#lines.set(id, known)
    return { answer, id, call: known.line.call }
  }

  async addCandidates({ id, candidates }: CandidateBody, principal: Principal): Promise<void> {
    const known = this.#known(id, principal)
    if (!known) throw new OffhookError('not-found', `There is no peer connection "${id.slice(0, 60)}" here`)
    const privates = this.#takesPrivate(known.connection)
    for (const one of candidates)
      // An empty one says that no more will come: there may still be one that the caller's own checks show.
      if (isWelcome(one.candidate, privates)) await known.line.addCandidate(one)
  }

  /** The goodbye is said meanwhile: nobody waits for it. */
  hangUp(call: string): { readonly gone?: boolean } {
    const known = this.#calls.get(call)
    if (!known) return { gone: true }
    void known.line.close('we hung up')
    return {}
  }

  async close(): Promise<void> {
    await Promise.all([...this.#calls.values()].map(({ line }) => line.close('this process stops')))
  }

  /** The line that a request is for: named, else the organization's first. */
  async connectionOf(
    principal: Principal,
    data: Readonly<Record<string, unknown>>,
    query: URLSearchParams,
  ): Promise<Connection> {
    const connections = await this.#host.connections(principal.organization)
    const wanted = principal.grant?.connection ?? query.get('connection') ?? data['connection']
    const connection = typeof wanted === 'string' ? connections.find(({ id }) => id === wanted) : connections[0]
    if (connection) return connection
    throw typeof wanted === 'string'
      ? new OffhookError('not-found', `There is no browser line "${wanted.slice(0, 60)}"`)
      : new OffhookError('connection.none', 'There is no browser line: add one under /v1/connections')
  }

  /** One's own line: nobody signals for a call of another. */
  #known(id: string, principal: Principal): Known | undefined {
    const known = this.#lines.get(id)
    if (!known || known.line.over) return undefined
    const own = known.principal.organization === principal.organization && known.principal.name === principal.name
    return own ? known : undefined
  }

  async #newCall(
    { body, principal, query, address }: Request,
    connection: Connection,
    offer: Offer,
  ): Promise<Answered> {
    const { settings } = connection
    const given = variablesOf(body.data, principal.grant)
    const agent = principal.grant?.agent ?? given.agent ?? query.get('agent') ?? settings.agent
    if (!agent)
      throw new OffhookError(
        'settings.missing',
        'Nobody answers: name an agent in requestData, or in the settings of the line',
      )
    const room = this.#admission.enter(address, settings)
    try {
      await principal.grant?.claim()
      const id = this.#host.ids.id('pc')
      const call = await this.#offer(id, connection, { ...given, agent })
      const line = this.#open(id, call, { connection, principal }, room)
      return { answer: await this.#connect(line, id, offer), id, call: call.id }
    } catch (error) {
      room[Symbol.dispose]()
      throw error
    }
  }

  #offer(ref: string, { id, settings }: Connection, given: Given & { readonly agent: string }): Promise<LineCall> {
    const { connection: _, ...rest } = given
    return this.#host.offer({ ...rest, connection: id, ref, mediaTimeout: (settings.connectTimeout + 5) * 1000 })
  }

  #open(id: string, call: LineCall, owner: Omit<Known, 'line'>, room: Disposable): Line {
    const host = this.#host
    const config = owner.connection.settings
    const servers = iceServers(config, host.clock.now(), call.id)
    const line: Line = new Line(id, {
      ...{ host, config, call },
      open: (offer, on) =>
        Peer.open(offer, {
          ...{ config, iceServers: servers, looks: call.looks, on },
          now: () => host.clock.monotonic(),
          fraction: () => host.ids.fraction(),
        }),
      gone: () => {
        room[Symbol.dispose]()
        this.#lines.delete(line.id)
        this.#calls.delete(call.id)
      },
    })
    const known: Known = { line, ...owner }
    this.#lines.set(id, known)
    this.#calls.set(call.id, known)
    return line
  }

  async #connect(line: Line, id: string, offer: Offer): Promise<string> {
    try {
      return await line.connect(id, offer)
    } catch (error) {
      line.fail('offer', error instanceof OffhookError ? error.message : 'the offer could not be answered')
      throw error
    }
  }

  #read(sdp: string, connection: Connection): Offer {
    return readOffer(sdp, { codec: connection.settings.codec, privateCandidates: this.#takesPrivate(connection) })
  }

  #takesPrivate({ settings }: Connection): boolean {
    return takesPrivate(settings, this.#host.publicUrl())
  }
}
