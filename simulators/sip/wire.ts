/** The simulators' sockets for SIP: UDP and TCP on one port of loopback, WebSockets outwards; connections are reused. */
import type { NetAddress } from '../../src/lib/net/address.ts'
import { formatAddress } from '../../src/lib/net/address.ts'
import type { StreamEndpoint } from '../../src/lib/net/stream.ts'
import { listenTcp, openStream } from '../../src/lib/net/tcp.ts'
import { openUdp, type UdpEndpoint } from '../../src/lib/net/udp.ts'
import type { Scope } from '../../src/lib/scope.ts'
import type { Flow, Protocol, Target, Wire } from '../../src/protocols/sip/transport/contract.ts'
import { nowhere, openWebSocket } from './web.ts'

export interface SipSockets {
  readonly wire: Wire
  /** Both listen here. */
  readonly at: NetAddress
}

type BytesHeard = (flow: Flow, bytes: Uint8Array) => void
type FlowClosed = (flow: Flow, why: string) => void

/** Ports that are free for UDP may be taken for TCP: tried so often. */
const attempts = 10

/** Closes with the scope. */
export async function openSockets(scope: Scope, host = '127.0.0.1'): Promise<SipSockets> {
  const sockets = new Sockets()
  for (let left = attempts; ; left--) {
    const udp = await openUdp({ host, port: 0 })
    try {
      const { port } = udp.local
      const onConnection = (connection: StreamEndpoint) => void sockets.adopt(connection)
      const server = await listenTcp({ host, port, most: 1000, mostPerAddress: 1000, onConnection })
      scope.use(server)
      scope.use(udp)
      scope.defer(() => sockets.end())
      sockets.begin(udp)
      return { wire: sockets, at: udp.local }
    } catch (error) {
      await udp[Symbol.asyncDispose]()
      if (left === 0) throw error
    }
  }
}

class Sockets implements Wire {
  #udp: UdpEndpoint | undefined
  readonly #streams = new Map<string, StreamEndpoint>()
  readonly #heard: BytesHeard[] = []
  readonly #closed: FlowClosed[] = []

  begin(udp: UdpEndpoint): void {
    this.#udp = udp
    udp.onMessage((bytes, from) => this.#tell(this.#flow('udp', udp.local, from), bytes))
  }

  get listeners(): Wire['listeners'] {
    const bound = this.#bound()
    const advertised = { host: bound.address, port: bound.port }
    const own = (['udp', 'tcp'] as const).map((protocol) => ({ name: protocol, protocol, bound, advertised }))
    // Nobody connects to a browser.
    return [...own, { name: 'ws', protocol: 'ws', bound, advertised: { host: nowhere, port: 80 } }]
  }

  send(flow: Flow, bytes: Uint8Array): boolean {
    if (flow.protocol === 'udp') return this.#udp?.send(bytes, flow.remote) ?? false
    return this.#streams.get(flow.id)?.send(bytes) ?? false
  }

  async connect({ protocol, address, port }: Target, signal: AbortSignal): Promise<Flow> {
    const to = { address, port }
    if (protocol === 'udp') return this.#flow('udp', this.#bound(), to)
    if (protocol !== 'tcp' && protocol !== 'ws') throw new Error(`the simulator speaks no ${protocol}`)
    const known = [...this.#streams.values()].find(({ remote }) => formatAddress(remote) === formatAddress(to))
    if (known) return this.#flow(protocol, known.local, known.remote)
    return protocol === 'ws'
      ? this.adopt(await openWebSocket(to, this.#bound().address, signal), 'ws')
      : this.adopt(await openStream({ to, signal }))
  }

  adopt(stream: StreamEndpoint, protocol: 'tcp' | 'ws' = 'tcp'): Flow {
    const flow = this.#flow(protocol, stream.local, stream.remote)
    this.#streams.set(flow.id, stream)
    stream.onBytes((bytes) => this.#tell(flow, bytes))
    stream.onClosed((why) => {
      this.#streams.delete(flow.id)
      for (const told of this.#closed) told(flow, why)
    })
    return flow
  }

  close(flow: Flow): void {
    this.#streams.get(flow.id)?.close('closed')
  }

  onBytes(listener: BytesHeard): void {
    this.#heard.push(listener)
  }

  onClosed(listener: FlowClosed): void {
    this.#closed.push(listener)
  }

  end(): void {
    for (const stream of this.#streams.values()) stream.close('the simulator was closed')
  }

  #bound(): NetAddress {
    if (!this.#udp) throw new Error('the sockets are not open yet')
    return this.#udp.local
  }

  #flow(protocol: Protocol, local: NetAddress, remote: NetAddress): Flow {
    return {
      id: `${protocol} ${formatAddress(local)} ${formatAddress(remote)}`,
      protocol,
      listener: protocol,
      local,
      remote,
    }
  }

  #tell(flow: Flow, bytes: Uint8Array): void {
    for (const told of this.#heard) told(flow, bytes)
  }
}
