/** The UDP socket of one call's sound: fifty small datagrams a second each way, so nothing is looked up, copied or awaited. */
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Source } from '../../../../protocols/rtp/latch.ts'

export interface Datagrams {
  readonly local: Source
  /** What the network loses nobody hears of. The bytes stay with the socket. */
  send(bytes: Uint8Array, to: Source): void
  /** One listener; undefined: what comes is dropped. */
  listener: ((bytes: Uint8Array, from: Source) => void) | undefined
  close(): Promise<void>
}

/** Rejects with the system's error where the port is taken: the bind is the lock between processes. */
export async function openDatagrams(address: string, port: number): Promise<Datagrams> {
  const six = isIPv6(address)
  const socket = createSocket({
    type: six ? 'udp6' : 'udp4',
    ipv6Only: six,
    // Only literals come here: looking them up would cost a turn of the event loop for every packet.
    lookup: (host, _, found) => found(null, host, six ? 6 : 4),
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('error', reject)
  socket.bind({ address, port, exclusive: true }, resolve)
  try {
    await promise
  } catch (error) {
    socket.close()
    throw error
  }
  socket.off('error', reject)
  return new UdpSocket(socket)
}

class UdpSocket implements Datagrams {
  readonly local: Source
  listener: Datagrams['listener']
  readonly #socket: Socket
  #closed: Promise<void> | undefined

  constructor(socket: Socket) {
    const { address, port } = socket.address()
    this.local = { address, port }
    this.#socket = socket
    // Of an earlier datagram nobody took: silence is noticed by the media timeout.
    socket.on('error', () => undefined)
    socket.on('message', (bytes, from) => this.listener?.(bytes, from))
  }

  send(bytes: Uint8Array, to: Source): void {
    if (!this.#closed) this.#socket.send(bytes, to.port, to.address)
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => this.#socket.close(() => resolve()))
    return this.#closed
  }
}
