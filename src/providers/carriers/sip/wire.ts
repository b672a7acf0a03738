/** SIP's sockets: our doors, and the connections through them and out of them, as the protocol wants to see them. */
import { isIPv6 } from 'node:net'
import { formatAddress } from '../../../lib/net/address.ts'
import type { StreamEndpoint } from '../../../lib/net/stream.ts'
import { listenTcp, openStream, type Certificates } from '../../../lib/net/tcp.ts'
import { openUdp, type UdpEndpoint } from '../../../lib/net/udp.ts'
import { openSip } from './websocket.ts'
import type { Clock } from '../../../lib/clock.ts'
import type { Flow, ListenerAddress, Protocol, Target, Wire } from '../../../protocols/sip/transport/contract.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { DoorPlan } from './process.ts'

export interface WireOptions {
  readonly doors: readonly DoorPlan[]
  /** How peers see an address of ours, where the door itself does not say. */
  readonly advertise: (bound: string, protocol: Protocol) => string
  readonly certificates: Partial<Certificates>
  readonly clock: Clock
  /** A connection was turned away: there are too many. */
  readonly refused: (address: string) => void
}

/** Connections at a time, in all and from one address: a carrier's proxy needs one or two. */
const most = 4000
const mostPerAddress = 100
/** From the first packet to an open connection, ms. */
const patience = 8_000
/** UDP peers remembered as flows: strangers must not fill the memory. */
const mostPeers = 20_000

/** Rejects with `environment.invalid` when a door cannot be opened; those opened by then are closed. */
export async function openWire(options: WireOptions): Promise<SipWire> {
  const wire = new SipWire(options)
  try {
    for (const door of options.doors) await wire.open(door)
    return wire
  } catch (error) {
    await wire[Symbol.asyncDispose]()
    const why = error instanceof Error ? error.message : String(error)
    throw new OffhookError('environment.invalid', `SIP cannot listen: ${why}. See OFFHOOK_SIP_LISTEN`, { cause: error })
  }
}

/** What carries the bytes of one flow. */
interface Pipe {
  readonly flow: Flow
  /** Whose certificate was asked for when it was made. */
  readonly serverName?: string | undefined
  send(bytes: Uint8Array): boolean
  close(why: string): void
}

export class SipWire implements Wire, AsyncDisposable {
  readonly listeners: ListenerAddress[] = []
  readonly #options: WireOptions
  readonly #sockets = new Map<string, UdpEndpoint>()
  readonly #peers = new Map<string, Flow>()
  readonly #pipes = new Map<string, Pipe>()
  /** Connections of ours, also while they are being made: one for all who ask. */
  readonly #connecting = new Map<string, Promise<Flow>>()
  readonly #open: AsyncDisposable[] = []
  #onBytes: (flow: Flow, bytes: Uint8Array) => void = () => undefined
  #onClosed: (flow: Flow, why: string) => void = () => undefined
  readonly #ending = new AbortController()
  #count = 0
  #closed = false

  constructor(options: WireOptions) {
    this.#options = options
  }

  onBytes(listener: (flow: Flow, bytes: Uint8Array) => void): void {
    this.#onBytes = listener
  }

  onClosed(listener: (flow: Flow, why: string) => void): void {
    this.#onClosed = listener
  }

  async open(door: DoorPlan): Promise<void> {
    const name = `${door.protocol}:${this.listeners.length}`
    if (door.protocol === 'udp') {
      const socket = await openUdp(door)
      this.#open.push(socket)
      this.#sockets.set(name, socket)
      socket.onMessage((bytes, from) => this.#onBytes(this.#peer(name, socket, from), bytes))
      return this.#listens(name, door, socket.local)
    }
    const { cert, key, ca } = this.#options.certificates
    const secure = door.protocol === 'tls' || door.protocol === 'wss'
    if (secure && (cert === undefined || key === undefined))
      throw new Error(`${door.protocol} needs a certificate: set OFFHOOK_SIP_TLS_CERT and OFFHOOK_SIP_TLS_KEY`)
    const plain = { host: door.host, port: door.port, most, mostPerAddress, onRefused: this.#options.refused }
    const tls = secure ? { tls: { cert: cert ?? '', key: key ?? '', ...(ca === undefined ? {} : { ca }) } } : {}
    const server = door.protocol.startsWith('ws')
      ? await openSip({
          ...plain,
          ...tls,
          clock: this.#options.clock,
          onConnection: (stream) => this.#entered(name, door.protocol, stream),
        })
      : await listenTcp({ ...plain, ...tls, onConnection: (stream) => this.#entered(name, door.protocol, stream) })
    this.#open.push(server)
    this.#listens(name, door, server.local)
  }

  send(flow: Flow, bytes: Uint8Array): boolean {
    if (flow.protocol === 'udp') return this.#sockets.get(flow.listener)?.send(bytes, flow.remote) ?? false
    return this.#pipes.get(flow.id)?.send(bytes) ?? false
  }

  async connect(target: Target, signal: AbortSignal, listener?: string): Promise<Flow> {
    if (this.#closed) throw new Error('SIP is closed')
    if (target.protocol === 'udp') return this.#datagrams(target, listener)
    const there = this.#connectionTo(target)
    if (there) return there
    if (target.protocol.startsWith('ws'))
      throw new Error(`${target.address} reaches us over WebSocket: its connection is gone`)
    const key = `${target.protocol} ${formatAddress(target)} ${target.serverName ?? ''}`
    let making = this.#connecting.get(key)
    if (!making) {
      making = this.#connect(target, listener).finally(() => this.#connecting.delete(key))
      this.#connecting.set(key, making)
    }
    return unless(signal, making)
  }

  close(flow: Flow): void {
    this.#pipes.get(flow.id)?.close('closed')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#ending.abort(new Error('SIP is closed'))
    await Promise.allSettled(this.#connecting.values())
    for (const pipe of [...this.#pipes.values()]) pipe.close('SIP is closed')
    await Promise.all(this.#open.map((one) => one[Symbol.asyncDispose]()))
  }

  #listens(name: string, { protocol, advertised }: DoorPlan, bound: { address: string; port: number }): void {
    const host = advertised?.host ?? this.#options.advertise(bound.address, protocol)
    this.listeners.push({ name, protocol, bound, advertised: { host, port: advertised?.port ?? bound.port } })
  }

  /** One flow for all datagrams of a peer. */
  #peer(name: string, socket: UdpEndpoint, remote: { address: string; port: number }): Flow {
    const id = `${name} ${formatAddress(remote)}`
    const known = this.#peers.get(id)
    if (known) return known
    if (this.#peers.size >= mostPeers) this.#peers.clear()
    const flow: Flow = { id, protocol: 'udp', listener: name, local: socket.local, remote }
    this.#peers.set(id, flow)
    return flow
  }

  #datagrams(target: Target, listener: string | undefined): Flow {
    const named = listener === undefined ? undefined : this.#sockets.get(listener)
    const six = isIPv6(target.address)
    const [name, socket] =
      named && listener !== undefined
        ? [listener, named]
        : ([...this.#sockets].find(([, { local }]) => isIPv6(local.address) === six) ?? [])
    if (!name || !socket) throw new Error(`No UDP door of ours reaches ${target.address}: see OFFHOOK_SIP_LISTEN`)
    return this.#peer(name, socket, { address: target.address, port: target.port })
  }

  /** A connection there is already: of ours, or one the peer made (a phone behind NAT can be reached by no other). */
  #connectionTo({ protocol, address, port, serverName }: Target): Flow | undefined {
    for (const { flow, serverName: proved } of this.#pipes.values()) {
      const same = flow.protocol === protocol && flow.remote.address === address && flow.remote.port === port
      const name = serverName ?? address
      if (same && (protocol !== 'tls' || proved === name || flow.peerNames?.includes(name))) return flow
    }
    return undefined
  }

  /** Has its own patience: whoever asked first may leave, and others still wait for it. */
  async #connect(target: Target, listener: string | undefined): Promise<Flow> {
    const { clock, certificates } = this.#options
    const late = new AbortController()
    const timer = clock.timer(patience, () => late.abort(new Error(`${formatAddress(target)} does not answer`)))
    const door =
      this.listeners.find(({ name, protocol }) => name === listener && protocol === target.protocol) ??
      this.listeners.find(({ protocol }) => protocol === target.protocol) ??
      this.listeners[0]
    try {
      const stream = await openStream({
        to: target,
        signal: AbortSignal.any([this.#ending.signal, late.signal]),
        ...(target.protocol === 'tls' ? { serverName: target.serverName ?? target.address, certificates } : {}),
      })
      return this.#entered(door?.name ?? '', target.protocol, stream, target.serverName ?? target.address)
    } finally {
      timer.cancel()
    }
  }

  #entered(listener: string, protocol: Protocol, stream: StreamEndpoint, serverName?: string): Flow {
    const { local, remote, peerNames } = stream
    const flow: Flow = {
      ...{ id: `${protocol}#${++this.#count}`, protocol, listener, local, remote },
      ...(peerNames ? { peerNames } : {}),
    }
    this.#pipes.set(flow.id, {
      flow,
      serverName,
      send: (bytes) => stream.send(bytes),
      close: (why) => stream.close(why),
    })
    stream.onBytes((bytes) => this.#onBytes(flow, bytes))
    stream.onClosed((why) => {
      if (this.#pipes.delete(flow.id)) this.#onClosed(flow, why)
    })
    return flow
  }
}

/** Rejects with the signal's reason when that comes first; what was waited for goes on. */
async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const leave = (): void => reject(signal.reason)
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
