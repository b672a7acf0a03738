/** An internet in memory for tests: hosts with UDP and TCP doors, and whatever happens to datagrams on their way. */
import type { Clock } from '../../../lib/clock.ts'
import type { Endpoint, Flow, ListenerAddress, Protocol, Target, Wire } from './contract.ts'

export interface Weather {
  /** ms that everything takes. */
  readonly delay: number
  /** Drawn for each datagram: none is lost, one arrives; `late` ms are added to each. */
  readonly fate: () => readonly number[]
}

const fair: Weather = { delay: 1, fate: () => [0] }

export class FakeNetwork {
  readonly #clock: Clock
  readonly #hosts = new Map<string, FakeWire>()
  weather: Weather

  constructor(clock: Clock, weather: Weather = fair) {
    this.#clock = clock
    this.weather = weather
  }

  /** A host with one door for each protocol, at port 5060. */
  host(address: string, protocols: readonly Protocol[] = ['udp', 'tcp']): FakeWire {
    const wire = new FakeWire(this, address, protocols)
    this.#hosts.set(address, wire)
    return wire
  }

  find(address: string): FakeWire | undefined {
    return this.#hosts.get(address)
  }

  datagram(deliver: () => void): void {
    for (const late of this.weather.fate()) this.#clock.timer(this.weather.delay + late, deliver)
  }

  /** What a stream carries: late, but never lost. */
  piece(deliver: () => void): void {
    this.#clock.timer(this.weather.delay, deliver)
  }
}

export class FakeWire implements Wire {
  readonly listeners: readonly ListenerAddress[]
  readonly address: string
  /** Everything that was sent, as text. */
  readonly sent: string[] = []
  /** Where to, in the same order. */
  readonly sentTo: string[] = []
  readonly #network: FakeNetwork
  readonly #ends = new Map<string, { readonly peer: FakeWire; readonly there: Flow; readonly here: Flow }>()
  readonly #flows = new Map<string, Flow>()
  #hear: ((flow: Flow, bytes: Uint8Array) => void)[] = []
  #close: ((flow: Flow, why: string) => void)[] = []
  #ports = 49_152

  constructor(network: FakeNetwork, address: string, protocols: readonly Protocol[]) {
    this.#network = network
    this.address = address
    this.listeners = protocols.map((protocol) => {
      const bound = { address, port: 5060 }
      return { name: protocol, protocol, bound, advertised: { host: address, port: 5060 } }
    })
  }

  /** Connections that are open. */
  get streams(): number {
    return this.#ends.size
  }

  send(flow: Flow, bytes: Uint8Array): boolean {
    const end = this.#ends.get(flow.id)
    if (flow.protocol !== 'udp' && !end) return false
    this.sent.push(Buffer.from(bytes).toString())
    this.sentTo.push(`${flow.remote.address}:${flow.remote.port}`)
    if (end) this.#network.piece(() => end.peer.arrive(end.there, bytes))
    else this.#network.datagram(() => this.#network.find(flow.remote.address)?.datagram(flow.local, flow.remote, bytes))
    return true
  }

  async connect(target: Target, signal: AbortSignal): Promise<Flow> {
    signal.throwIfAborted()
    if (target.protocol === 'udp') return this.#udp({ address: this.address, port: 5060 }, target)
    const open = [...this.#ends.values()].find(({ here }) => isTo(here, target))
    if (open) return open.here
    const peer = this.#network.find(target.address)
    if (!peer?.listeners.some(({ protocol }) => protocol === target.protocol))
      throw new Error(`${target.address} refuses ${target.protocol}`)
    return this.#join(peer, target)
  }

  close(flow: Flow): void {
    const end = this.#ends.get(flow.id)
    if (!end) return
    this.#forget(end.here, 'closed by us')
    this.#network.piece(() => end.peer.#forget(end.there, 'closed by the peer'))
  }

  onBytes(listener: (flow: Flow, bytes: Uint8Array) => void): void {
    this.#hear.push(listener)
  }

  onClosed(listener: (flow: Flow, why: string) => void): void {
    this.#close.push(listener)
  }

  arrive(flow: Flow, bytes: Uint8Array): void {
    if (flow.protocol !== 'udp' && !this.#ends.has(flow.id)) return
    for (const listener of this.#hear) listener(flow, bytes)
  }

  datagram(from: Endpoint, to: Endpoint, bytes: Uint8Array): void {
    if (to.port === 5060) this.arrive(this.#udp(to, from), bytes)
  }

  #udp(local: Endpoint, { address, port }: Endpoint): Flow {
    const id = `udp ${address} ${port}`
    return this.#flows.getOrInsertComputed(id, () => {
      return { id, protocol: 'udp', listener: 'udp', local, remote: { address, port } }
    })
  }

  #join(peer: FakeWire, { address, port, protocol }: Target): Flow {
    const local = { address: this.address, port: this.#ports++ }
    const id = `${protocol} ${local.address}:${local.port} ${address}:${port}`
    const here: Flow = { id, protocol, listener: protocol, local, remote: { address, port } }
    const there: Flow = { ...here, local: here.remote, remote: local }
    this.#ends.set(id, { peer, there, here })
    peer.#ends.set(id, { peer: this, there: here, here: there })
    return here
  }

  #forget(flow: Flow, why: string): void {
    if (this.#ends.delete(flow.id)) for (const listener of this.#close) listener(flow, why)
  }
}

function isTo({ protocol, remote }: Flow, target: Target): boolean {
  return protocol === target.protocol && remote.address === target.address && remote.port === target.port
}
