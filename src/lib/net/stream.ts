/** A TCP or TLS connection as an endpoint: bytes both ways, bounded, ended once. */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { plainAddress, type NetAddress } from './address.ts'

export interface StreamEndpoint extends Disposable {
  readonly local: NetAddress
  readonly remote: NetAddress
  /** Names of the peer's certificate, where it showed one that we trust (RFC 5922 §7.1: SIP URIs and DNS names). */
  readonly peerNames: readonly string[] | undefined
  /** False: closed, or the peer reads too slowly and is cut off. */
  send(bytes: Uint8Array): boolean
  onBytes(listener: (bytes: Uint8Array) => void): void
  /** Once; at once to whoever asks later. */
  onClosed(listener: (why: string) => void): void
  close(why: string): void
}

/** Bytes that may wait for a peer that does not read. */
const mostWaiting = 1 << 20

export function streamEndpoint(socket: Socket): StreamEndpoint {
  return new Stream(socket)
}

class Stream implements StreamEndpoint {
  readonly local: NetAddress
  readonly remote: NetAddress
  readonly peerNames: readonly string[] | undefined
  readonly #socket: Socket
  #ended: string | undefined
  #failure: string | undefined
  readonly #onClosed: ((why: string) => void)[] = []

  constructor(socket: Socket) {
    this.#socket = socket
    this.local = { address: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 }
    this.remote = { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }
    this.peerNames = socket instanceof TLSSocket && socket.authorized ? certificateNames(socket) : undefined
    socket.setNoDelay(true).setKeepAlive(true, 60_000)
    socket.on('error', (error) => (this.#failure = error.message))
    socket.on('close', () => this.#end(this.#failure ?? 'the peer closed the connection'))
  }

  send(bytes: Uint8Array): boolean {
    if (this.#ended !== undefined || this.#socket.writableEnded) return false
    if (this.#socket.writableLength > mostWaiting) {
      this.close('the peer does not read what it is sent')
      return false
    }
    this.#socket.write(bytes)
    return true
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    // Until the last of ours is written a socket that was closed still reads.
    this.#socket.on('data', (bytes: Uint8Array) => (this.#ended === undefined ? listener(bytes) : undefined))
  }

  onClosed(listener: (why: string) => void): void {
    if (this.#ended === undefined) this.#onClosed.push(listener)
    else listener(this.#ended)
  }

  close(why: string): void {
    if (this.#ended !== undefined) return
    this.#failure ??= why
    this.#socket.end()
    this.#socket.destroySoon()
    this.#end(why)
  }

  [Symbol.dispose](): void {
    this.close('closed')
  }

  #end(why: string): void {
    if (this.#ended !== undefined) return
    this.#ended = why
    for (const listener of this.#onClosed.splice(0)) listener(why)
  }
}

/** Subject alternative names; the common name only where there are none. */
function certificateNames(socket: TLSSocket): readonly string[] {
  const { subjectaltname = '', subject } = socket.getPeerCertificate()
  const alternatives = subjectaltname
    .split(', ')
    .flatMap((entry) => /^(?:DNS|URI|IP Address):(.+)$/.exec(entry)?.[1] ?? [])
    .map((name) => name.replace(/^sips?:/i, '').toLowerCase())
  const common = subject?.CN
  return alternatives.length > 0 || typeof common !== 'string' ? alternatives : [common.toLowerCase()]
}
