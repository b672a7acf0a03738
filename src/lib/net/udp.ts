/** A UDP socket as an endpoint: datagrams out, datagrams in, one address. */
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { LibError } from '../failure.ts'
import { formatAddress, plainAddress, type NetAddress } from './address.ts'

export interface UdpOptions {
  readonly host: string
  /** 0: any. */
  readonly port: number
  /** Kernel buffers, bytes; a flood between two turns of the event loop must fit. Default 1 MiB. */
  readonly buffer?: number
}

export interface UdpEndpoint extends AsyncDisposable {
  readonly local: NetAddress
  /** False: closed, or not an address this socket can reach. What the network loses nobody hears of. */
  send(bytes: Uint8Array, to: NetAddress): boolean
  onMessage(listener: (bytes: Uint8Array, from: NetAddress) => void): void
}

/** Rejects with `setting.invalid` when the address is not ours or the port is taken. */
export async function openUdp({ host, port, buffer = 1 << 20 }: UdpOptions): Promise<UdpEndpoint> {
  const six = isIPv6(host)
  const socket = createSocket({ type: six ? 'udp6' : 'udp4', ipv6Only: six && host !== '::' })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('error', reject)
  socket.bind({ address: host, port, exclusive: true }, resolve)
  try {
    await promise
  } catch (error) {
    socket.close()
    throw new LibError(
      'setting.invalid',
      `UDP ${formatAddress({ address: host, port })} cannot be opened: ${why(error)}`,
      {
        cause: error,
      },
    )
  }
  socket.off('error', reject)
  return new Udp(socket, buffer, six)
}

export function why(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code // node's errors carry one
  if (code === 'EADDRINUSE') return 'the port is taken by another program'
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address'
  if (code === 'EACCES') return 'ports below 1024 need permission'
  return error instanceof Error ? error.message : String(error)
}

class Udp implements UdpEndpoint {
  readonly local: NetAddress
  readonly #socket: Socket
  readonly #six: boolean
  #closed = false

  constructor(socket: Socket, buffer: number, six: boolean) {
    const { address, port } = socket.address()
    this.local = { address: plainAddress(address), port }
    this.#socket = socket
    this.#six = six
    // Refused by a kernel with a lower bound: then it is what that allows.
    socket.setRecvBufferSize(buffer)
    socket.setSendBufferSize(buffer)
    // An ICMP "port unreachable" of an earlier datagram: the protocol above notices silence by itself.
    socket.on('error', () => undefined)
  }

  send(bytes: Uint8Array, to: NetAddress): boolean {
    const six = isIPv6(to.address)
    if (this.#closed || (six && !this.#six)) return false
    const address = this.#six && !six ? `::ffff:${to.address}` : to.address
    this.#socket.send(bytes, to.port, address, () => undefined)
    return true
  }

  onMessage(listener: (bytes: Uint8Array, from: NetAddress) => void): void {
    this.#socket.on('message', (bytes, { address, port }) => listener(bytes, { address: plainAddress(address), port }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await new Promise<void>((resolve) => void this.#socket.close(resolve))
  }
}
