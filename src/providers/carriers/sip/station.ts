/** SIP, open: doors, user agent, trunks and calls of this process, put together. */
import { isIP } from 'node:net'
import type { SipRequest } from '../../../protocols/sip/message/message.ts'
import { createResolver } from '../../../protocols/sip/transport/resolve.ts'
import type { Answer, Flow } from '../../../protocols/sip/transport/contract.ts'
import { createUserAgent } from '../../../protocols/sip/ua/agent.ts'
import type { IncomingSession, SessionTerms, UserAgent } from '../../../protocols/sip/ua/contract.ts'
import type { CallCommand } from '../../../spec/call.ts'
import type { Accepted, CallSeen } from '../../../spec/carrier.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Door, LineCall, ListenHost } from '../../../spec/listen.ts'
import { advertisedFor, keyWarnings, warningsFor } from './address.ts'
import { Captures } from './captures.ts'
import { Doorkeeper } from './doorkeeper.ts'
import { Extensions } from './extensions.ts'
import { Ladder } from './ladder.ts'
import { Legs } from './legs.ts'
import { Load } from './load.ts'
import { systemNames } from './lookup.ts'
import { Ports } from './media/ports.ts'
import { prepareOnward } from './onward.ts'
import { dial, referTo, sessionTerms, type DialOptions } from './outgoing.ts'
import { certificatesOf, portsOf, type DoorPlan, type ProcessSettings } from './process.ts'
import { Probes } from './probes.ts'
import { Reception } from './reception.ts'
import { Refusals } from './refusals.ts'
import { Registrations } from './registrations.ts'
import type { Settings } from './settings.ts'
import { openSound, type Sound } from './sound.ts'
import { likeliest, type Trunk } from './trunk.ts'
import type { Trunks } from './trunks.ts'
import { openWire, type SipWire } from './wire.ts'

export interface StationOptions {
  readonly host: ListenHost<Settings>
  readonly process: ProcessSettings
  readonly trunks: Trunks
  readonly refusals: Refusals
  readonly doors: readonly DoorPlan[]
  /** A registration, ours or an extension's, is another now. */
  readonly onStanding: () => void
}

/** Closes with the host's scope. Rejects when a door cannot be opened. */
export async function openStation(options: StationOptions): Promise<Station> {
  const { host, process, doors, refusals } = options
  const scope = host.scope.child('sip')
  const wire = scope.use(
    await openWire({
      ...{ doors, clock: host.clock, certificates: await certificatesOf(process) },
      advertise: (bound) => advertisedFor(bound, process.publicAddress),
      refused: (address) =>
        refusals.add({ cause: 'connections', says: `too many connections from ${address}`, from: address }),
    }),
  )
  const load = scope.use(new Load({ clock: host.clock, mostLag: process.mostLag, mostCalls: process.mostCalls }))
  const ports = new Ports({ clock: host.clock, fraction: () => host.ids.fraction(), range: portsOf(process) })
  scope.defer(() => ports.close())
  const station = new Station(options, { wire, load, ports })
  // Calls are told first, then the registrations, then nothing is sent any more.
  scope.defer(() => station.close())
  return station
}

interface Parts {
  readonly wire: SipWire
  readonly load: Load
  readonly ports: Ports
}

export class Station {
  readonly extensions: Extensions
  readonly registrations: Registrations
  readonly probes: Probes
  readonly #options: StationOptions
  readonly #parts: Parts
  readonly #agent: UserAgent
  readonly #doorkeeper: Doorkeeper
  readonly #captures: Captures
  readonly #ladder: Ladder
  readonly #legs: Legs
  readonly #reception: Reception
  readonly #warned = new Set<string>()

  constructor(options: StationOptions, parts: Parts) {
    const { host, trunks, refusals } = options
    const { clock, ids } = host
    const { wire, load } = parts
    const random = (bytes: number): string => Buffer.from(ids.token(bytes), 'base64url').toString('hex')
    this.#options = options
    this.#parts = parts
    this.#captures = new Captures(clock)
    this.#ladder = new Ladder(this.#captures)
    const isOurs = (host: string): boolean =>
      wire.listeners.some(({ bound, advertised }) => advertised.host === host || bound.address === host)
    this.extensions = new Extensions({ clock, isOurs })
    this.#doorkeeper = new Doorkeeper({
      clock,
      ids,
      trunks,
      load,
      refusals,
      random,
      key: Buffer.from(ids.token(), 'base64url'),
      digest: options.process.digest,
      isExtension: (request, flow) => this.extensions.isFrom(request, flow),
    })
    const resolve = createResolver({ lookup: systemNames, random: () => ids.fraction() })
    this.#agent = createUserAgent({
      ...{ clock, wire, random, product: 'Offhook', allow: ['REGISTER'] },
      resolve: (uri, signal) => this.extensions.targets(uri) ?? resolve(uri, signal),
      standing: this.#doorkeeper.standing,
      admit: this.#doorkeeper.admit,
      terms: (request, flow) => this.#termsFor(request, flow),
      onInvite: (session) => void this.#invited(session),
      onRequest: (request, flow) => this.#asked(request, flow),
      onMessage: (entry) => this.#ladder.seen(entry),
      onError: (error) => host.logger.error('SIP went wrong', { error }),
    })
    this.#legs = new Legs({
      ...{ host, ladder: this.#ladder, captures: this.#captures, load },
      prepare: (refer, trunk, line) => prepareOnward(refer, trunk, line, this.#ways()),
    })
    this.#reception = new Reception({
      ...{ host, load, refusals, legs: this.#legs },
      openSound: (trunk, listener) => this.#openSound(trunk, listener),
    })
    this.registrations = new Registrations({
      ...{ host, agent: this.#agent, random, onState: options.onStanding },
      listenerOf: (trunk) => this.#doorOf(trunk, undefined).name,
    })
    this.probes = new Probes({
      ...{ host, agent: this.#agent, changed: options.onStanding },
      doorOf: (trunk) => this.#doorOf(trunk, undefined),
    })
  }

  get doors(): readonly Door[] {
    return this.#parts.wire.listeners.map(({ protocol, bound }) => ({
      protocol,
      host: bound.address,
      port: bound.port,
    }))
  }

  /** The trunks are others now. */
  changed(trunks: readonly Trunk[]): void {
    this.registrations.follow(trunks)
    this.probes.follow(trunks)
    this.extensions.follow(trunks)
    for (const warning of [...warningsFor(this.#parts.wire.listeners, trunks), ...keyWarnings(trunks)]) {
      if (this.#warned.has(warning)) continue
      this.#warned.add(warning)
      this.#options.host.logger.warn(warning)
    }
  }

  async perform(command: CallCommand, call: CallSeen, line: LineCall): Promise<Accepted> {
    const { ref = '' } = call
    switch (command.type) {
      case 'answer':
        await this.#reception.answer(ref, line)
        return {}
      case 'reject':
        return this.#reception.reject(ref, line, command.reason, call.agent === '') ? {} : { gone: true }
      case 'dial':
        return { ref: await this.#dial(call, line), status: 'initiated' }
      case 'hangup':
        return this.#hangUp(call.id)
      case 'send-digits':
        await this.#legOf(call).sendDigits(command.digits)
        return {}
      case 'transfer':
        await this.#transfer(call, command.to, command.timeoutSeconds)
        return {}
      case 'leave-message':
      case 'record':
        throw new OffhookError('command.unsupported', `A SIP trunk has no "${command.type}"`)
      default:
        return command satisfies never
    }
  }

  /** A pcap file of what passed on the wire of a call. */
  capture(call: string): Uint8Array | undefined {
    return this.#captures.of(call)
  }

  async close(): Promise<void> {
    this.#legs.close()
    this.probes.close()
    await this.registrations.close()
    this.#agent[Symbol.dispose]()
  }

  async #invited(session: IncomingSession): Promise<void> {
    const caller = this.#doorkeeper.callerOf(session.request)
    if (caller) return this.#reception.receive(session, caller)
    session.refuse(403)
  }

  /** Asked before the called number tells trunks of one peer apart. */
  #termsFor(request: SipRequest, flow: Flow): SessionTerms {
    const trunk = likeliest(this.#doorkeeper.callerOf(request)?.trunks ?? [], flow.remote.port)
    return trunk ? sessionTerms(trunk.settings) : {}
  }

  /** Outside of calls: registrations of extensions; all else is answered as the RFC says. */
  #asked(request: SipRequest, flow: Flow): Answer | undefined {
    if (request.method !== 'REGISTER') return undefined
    const answer = this.extensions.register(request, flow, this.#doorkeeper.callerOf(request))
    this.#options.onStanding()
    return answer
  }

  async #dial(call: CallSeen, line: LineCall): Promise<string> {
    return dial(call, line, await this.#trunkOf(call), {
      ...this.#ways(),
      legs: this.#legs,
    })
  }

  /** By which calls leave. */
  #ways(): Omit<DialOptions, 'legs'> {
    return {
      ...{ extensions: this.extensions, agent: this.#agent },
      openSound: (trunk, listener) => this.#openSound(trunk, listener),
      ownHost: (trunk) => this.#ownHost(trunk),
      requireAlive: (trunk, uri) => this.probes.requireAlive(trunk, uri),
    }
  }

  async #trunkOf({ connection }: CallSeen): Promise<Trunk> {
    const { trunks } = this.#options
    if (!trunks.byId(connection)) await trunks.refresh()
    const trunk = trunks.byId(connection)
    if (trunk) return trunk
    throw new OffhookError('not-found', `SIP trunk "${connection}" no longer exists`)
  }

  #hangUp(call: string): Accepted {
    const leg = this.#legs.of(call)
    leg?.hangUp('we hung up')
    return leg ? {} : { gone: true }
  }

  async #transfer(call: CallSeen, to: string, timeoutSeconds: number | undefined): Promise<void> {
    const leg = this.#legOf(call)
    const { trunk } = leg
    if (trunk.settings.transfers === 'second-leg')
      throw new OffhookError('command.unsupported', 'This trunk transfers by a second leg')
    // Whoever is registered here is nobody the peer could reach.
    if (this.extensions.find(trunk, to))
      throw new OffhookError('command.unsupported', 'Extensions of ours are called by a second leg')
    await leg.transfer(referTo(to, trunk, this.#ownHost(trunk)), timeoutSeconds)
  }

  #legOf({ id }: CallSeen) {
    const leg = this.#legs.of(id)
    if (leg) return leg
    throw new OffhookError('call.state', `Call ${id} has no SIP session in this process`)
  }

  #openSound(trunk: Trunk, listener: string | undefined): Promise<Sound> {
    const { bound, advertised, protocol } = this.#doorOf(trunk, listener)
    const { host, process } = this.#options
    const { ports } = this.#parts
    // Sound goes to addresses, never to names.
    const seen = isIP(advertised.host) === 0 ? advertisedFor(bound.address, process.publicAddress) : advertised.host
    const secret = protocol === 'tls' || protocol === 'wss'
    return openSound({ host, ports, settings: trunk.settings, bind: bound.address, advertised: seen, secret })
  }

  #ownHost(trunk: Trunk): string {
    return this.#doorOf(trunk, undefined).advertised.host
  }

  /** The door that a trunk's calls leave by. */
  #doorOf({ settings }: Trunk, listener: string | undefined) {
    const { listeners } = this.#parts.wire
    const door =
      listeners.find(({ name }) => name === listener) ??
      listeners.find(({ protocol }) => protocol === settings.transport) ??
      listeners[0]
    if (door) return door
    throw new OffhookError('provider.unavailable', 'SIP listens nowhere: see OFFHOOK_SIP_LISTEN')
  }
}
