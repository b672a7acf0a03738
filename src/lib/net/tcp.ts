/** TCP and TLS: listening with limits, and connecting with a deadline. */
import { connect as connectTcp, createServer, isIP, type Server, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer, rootCertificates, type TLSSocket } from 'node:tls'
import { LibError } from '../failure.ts'
import { formatAddress, plainAddress, type NetAddress } from './address.ts'
import { streamEndpoint, type StreamEndpoint } from './stream.ts'
import { why } from './udp.ts'

/** PEM texts. */
export interface Certificates {
  readonly cert: string
  readonly key: string
  /** Who signs those we believe, beside (for connections of ours) the public authorities. */
  readonly ca?: string
}

export interface TcpServerOptions {
  readonly host: string
  /** 0: any. */
  readonly port: number
  /** Present: TLS. Peers are asked for a certificate, and known by its names if they show one that `ca` signed. */
  readonly tls?: Certificates
  /** Connections at a time, in all and from one address. */
  readonly most: number
  readonly mostPerAddress: number
  readonly onConnection: (connection: StreamEndpoint) => void
  /** Somebody was turned away: too many. */
  readonly onRefused?: (address: string) => void
}

export interface TcpServer extends AsyncDisposable {
  readonly local: NetAddress
}

/** Rejects with `setting.invalid` when the address is not ours or the port is taken. */
export async function listenTcp(options: TcpServerOptions): Promise<TcpServer> {
  const { host, port, tls } = options
  const door = new Door(options)
  const server = tls
    ? createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: false, handshakeTimeout: 10_000 })
    : createServer()
  // Counted before the handshake: that is what a flood costs.
  server.on('connection', (socket: Socket) => door.enter(socket))
  if (tls) server.on('secureConnection', (socket: TLSSocket) => door.open(socket))
  else server.on('connection', (socket: Socket) => door.open(socket))
  server.on('tlsClientError', (_, socket: Socket) => socket.destroy())
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ host, port, exclusive: true }, resolve)
  await promise.catch((error: unknown) => {
    const place = formatAddress({ address: host, port })
    throw new LibError('setting.invalid', `TCP ${place} cannot be opened: ${why(error)}`, { cause: error })
  })
  server.off('error', reject)
  return { local: localOf(server), [Symbol.asyncDispose]: () => door.close(server) }
}

function localOf(server: Server): NetAddress {
  const at = server.address()
  if (at === null || typeof at === 'string') throw new LibError('setting.invalid', 'a TCP server has no address')
  return { address: plainAddress(at.address), port: at.port }
}

/** Who is inside. */
class Door {
  readonly #options: TcpServerOptions
  readonly #inside = new Map<Socket, string>()

  constructor(options: TcpServerOptions) {
    this.#options = options
  }

  enter(socket: Socket): void {
    const { most, mostPerAddress, onRefused } = this.#options
    const address = plainAddress(socket.remoteAddress ?? '')
    socket.on('error', () => undefined)
    const same = [...this.#inside.values()].filter((one) => one === address).length
    if (this.#inside.size >= most || same >= mostPerAddress) {
      onRefused?.(address)
      return void socket.destroy()
    }
    this.#inside.set(socket, address)
    socket.once('close', () => this.#inside.delete(socket))
  }

  open(socket: Socket): void {
    if (!socket.destroyed) this.#options.onConnection(streamEndpoint(socket))
  }

  async close(server: Server): Promise<void> {
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
    for (const socket of this.#inside.keys()) socket.destroy()
    await closed
  }
}

export interface ConnectOptions {
  readonly to: NetAddress
  readonly signal: AbortSignal
  /** Whose certificate is expected: its name. Present: TLS. */
  readonly serverName?: string
  /** Our own, shown when asked (mutual TLS), and whom we believe beside the public authorities. */
  readonly certificates?: Partial<Certificates>
  /** The peer's certificate is not checked: only for peers reached by an address that no certificate can name. */
  readonly unchecked?: boolean
}

/** Rejects with `socket.unreachable`, or with the signal's reason. */
export async function openStream({ to, signal, ...tls }: ConnectOptions): Promise<StreamEndpoint> {
  signal.throwIfAborted()
  const socket =
    tls.serverName === undefined ? connectTcp(to.port, to.address) : secure(to, { ...tls, serverName: tls.serverName })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  socket.once('error', reject)
  socket.once(tls.serverName === undefined ? 'connect' : 'secureConnect', resolve)
  try {
    await promise
    return streamEndpoint(socket)
  } catch (error) {
    socket.destroy()
    if (signal.aborted) throw error
    throw new LibError('socket.unreachable', `${formatAddress(to)} cannot be reached: ${why(error)}`, { cause: error })
  } finally {
    signal.removeEventListener('abort', abort)
    socket.off('error', reject)
  }
}

function secure(
  to: NetAddress,
  { serverName, certificates = {}, unchecked = false }: Omit<ConnectOptions, 'to' | 'signal'> & { serverName: string },
): TLSSocket {
  return connectTls({
    host: to.address,
    port: to.port,
    // An address is no server name (RFC 6066 §3); the certificate must still name it.
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    ...certificates,
    ...(certificates.ca === undefined ? {} : { ca: [...rootCertificates, certificates.ca] }),
    rejectUnauthorized: !unchecked,
  })
}
