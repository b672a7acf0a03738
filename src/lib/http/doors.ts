/** Connections to each server, some of them opened before there is a request for them. */
import type { Socket } from 'node:net'
import { buildConnector } from 'undici'
import type { Clock, Timer } from '../clock.ts'
import type { Guard } from './guard.ts'
import { portOf } from './guard.ts'

export interface DoorOptions {
  readonly clock: Clock
  readonly guard: Guard
  readonly connectTimeout: number
}

/** Nobody came: servers hang up on connections without a request, too, ms. */
const patience = 30_000
/** Open for the same server and without a request, at most. */
const most = 16

interface Waiting {
  readonly socket: Socket
  readonly timer: Timer
}

export class Doors implements Disposable {
  readonly #options: DoorOptions
  readonly #connectors = new Map<string, buildConnector.connector>()
  readonly #waiting = new Map<string, Waiting[]>()
  #closed = false

  constructor(options: DoorOptions) {
    this.#options = options
  }

  /** Whoever connects to `origin` gets a connection that stands open, or a new one. */
  connector(origin: string): buildConnector.connector {
    const open = this.#connector(origin)
    return (options, done) => {
      const socket = this.#take(origin)
      // Not at once: whoever asks is not prepared for that, since a network never answers at once.
      if (socket) queueMicrotask(() => done(null, socket))
      else open(options, done)
    }
  }

  /** Opens a connection for a request that will come. Rejects when it cannot be opened. */
  async warm({ origin, hostname, host, protocol, port }: URL): Promise<void> {
    if ((this.#waiting.get(origin)?.length ?? 0) >= most) return
    const { promise, resolve, reject } = Promise.withResolvers<Socket>()
    this.#connector(origin)({ hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port }, (error, socket) => {
      if (error) reject(error)
      else resolve(socket)
    })
    const socket = await promise
    if (this.#closed) socket.destroy()
    else this.#keep(origin, socket)
  }

  [Symbol.dispose](): void {
    this.#closed = true
    for (const { socket, timer } of [...this.#waiting.values()].flat()) {
      timer.cancel()
      socket.destroy()
    }
    this.#waiting.clear()
  }

  #connector(origin: string): buildConnector.connector {
    const { guard, connectTimeout } = this.#options
    const known = this.#connectors.get(origin)
    if (known) return known
    // Addresses written as such are never looked up: those are checked before anybody asks.
    const lookup = guard.lookup(portOf(new URL(origin)) ?? 0)
    const connector = buildConnector({ lookup, timeout: connectTimeout, allowH2: false, port: 0 })
    this.#connectors.set(origin, connector)
    return connector
  }

  #keep(origin: string, socket: Socket): void {
    const timer = this.#options.clock.timer(patience, () => socket.destroy())
    const waiting = { socket, timer }
    const list = this.#waiting.get(origin) ?? []
    this.#waiting.set(origin, list)
    list.push(waiting)
    socket.once('close', () => this.#forget(list, waiting))
    // Only who reads learns that the other side hung up.
    socket.on('readable', read)
  }

  #take(origin: string): Socket | undefined {
    const list = this.#waiting.get(origin) ?? []
    for (let next = list.shift(); next; next = list.shift()) {
      next.timer.cancel()
      next.socket.off('readable', read)
      if (!next.socket.destroyed && next.socket.writable) return next.socket
    }
    return undefined
  }

  #forget(list: Waiting[], waiting: Waiting): void {
    waiting.timer.cancel()
    const at = list.indexOf(waiting)
    if (at >= 0) list.splice(at, 1)
  }
}

/** A server that speaks before it is asked speaks no HTTP. */
function read(this: Socket): void {
  if (this.read() !== null) this.destroy()
}
