/** A WebSocket that is open: what every one does, whoever speaks its protocol below. */
import type { Clock, Timer } from '../clock.ts'
import { LibError } from '../failure.ts'
import { Listeners } from './listeners.ts'
import { Pressure } from './pressure.ts'
import type { Socket, SocketClose, SocketCounts, SocketMessage, SocketOptions } from './socket.ts'
import { checkCode, fitReason, socketDefaults } from './socket.ts'
import type { Transport } from './transport.ts'

export class WireSocket implements Socket {
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #pingEvery: number
  readonly #highWater: number
  readonly #pressure: Pressure
  readonly #messages = new Listeners<SocketMessage>()
  readonly #closes = new Listeners<SocketClose>()
  readonly #congestions = new Listeners<number>()
  readonly #drains = new Listeners<void>()
  #ping: Timer | undefined
  #heard = true
  #reading = false
  #sent = 0
  #received = 0
  #unsent = 0
  /** How it will be said to have ended, once we know more than the transport does. */
  #ending: SocketClose | undefined
  #error: unknown
  #closed: SocketClose | undefined

  constructor(transport: Transport, options: SocketOptions) {
    const { highWater, hardCap, pingEvery } = { ...socketDefaults, ...options }
    this.#transport = transport
    this.#clock = options.clock
    this.#pingEvery = pingEvery
    this.#highWater = highWater
    this.#pressure = new Pressure(highWater, hardCap)
    transport.listen({
      message: (data, binary) => this.#receive(data, binary),
      alive: () => (this.#heard = true),
      broken: (code, reason, error) => {
        this.#error = error
        this.#ending ??= { code, reason, by: 'us', error }
      },
      failed: (error) => (this.#error = error),
      closed: (code, reason) => this.#end(code, reason),
    })
    this.#armPing()
  }

  get open(): boolean {
    return this.#transport.open
  }

  get bufferedBytes(): number {
    return this.#transport.bufferedBytes
  }

  get protocol(): string {
    return this.#transport.protocol
  }

  get counts(): SocketCounts {
    const congestions = this.#pressure.congestions
    return { sent: this.#sent, received: this.#received, unsent: this.#unsent, congestions }
  }

  send(data: string | Uint8Array, binary = typeof data !== 'string'): boolean {
    if (!this.open) {
      this.#unsent++
      return false
    }
    this.#sent++
    this.#transport.send(data, binary, this.#mayCongest(data.length) ? this.#flushed : undefined)
    const waiting = this.#transport.bufferedBytes
    const state = this.#pressure.grew(waiting)
    if (state === 'risen') this.#congestions.tell(waiting)
    else if (state === 'overflowing') this.close(1013, `${waiting} bytes wait for a peer that reads too slowly`)
    return state === 'fine'
  }

  close(code = 1000, reason = ''): void {
    checkCode(code)
    if (!this.open) return
    const fitted = fitReason(reason)
    this.#ending ??= { code, reason: fitted, by: 'us' }
    // The peer's answer can only be seen by reading.
    this.#read()
    this.#transport.close(code, fitted)
  }

  terminate(reason = 'terminated'): void {
    if (this.#closed) return
    this.#ending ??= { code: 1006, reason, by: 'us' }
    this.#transport.terminate()
  }

  onMessage(listener: (message: SocketMessage) => void): Disposable {
    const added = this.#messages.add(listener)
    this.#read()
    return added
  }

  onClose(listener: (close: SocketClose) => void): Disposable {
    if (this.#closed) listener(this.#closed)
    return this.#closes.add(listener)
  }

  onCongestion(listener: (bufferedBytes: number) => void): Disposable {
    return this.#congestions.add(listener)
  }

  onDrain(listener: () => void): Disposable {
    return this.#drains.add(listener)
  }

  [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.onClose(() => resolve())
    this.close(1001, 'going away')
    return promise
  }

  #read(): void {
    if (this.#reading) return
    this.#reading = true
    this.#heard = true
    this.#transport.read()
  }

  /** Only then will anybody have to be told that it has passed. A text has up to three bytes for each of its letters. */
  #mayCongest(length: number): boolean {
    return this.#pressure.congested || this.#transport.bufferedBytes + length * 3 > this.#highWater
  }

  #receive(data: Buffer, binary: boolean): void {
    this.#heard = true
    this.#received++
    try {
      this.#messages.tell({ data, binary })
    } catch (error) {
      this.#ending ??= { code: 1011, reason: 'internal error', by: 'us', error }
      this.close(1011, 'internal error')
    }
  }

  readonly #flushed = (): void => {
    if (this.#pressure.congested && this.#pressure.shrank(this.#transport.bufferedBytes)) this.#drains.tell()
  }

  #end(code: number, reason: string): void {
    if (this.#closed) return
    this.#ping?.cancel()
    const error = this.#error === undefined ? {} : { error: this.#error }
    this.#closed = this.#ending ?? { code, reason, by: code === 1006 ? 'network' : 'peer', ...error }
    this.#closes.tell(this.#closed)
  }

  #armPing(): void {
    if (this.#pingEvery > 0) this.#ping = this.#clock.timer(this.#pingEvery, () => this.#checkPeer())
  }

  /** While we do not read, the peer's pongs cannot reach us: its silence proves nothing. */
  #checkPeer(): void {
    if (!this.open) return
    if (this.#reading && !this.#heard) {
      const error = new LibError('socket.timeout', `peer silent for ${this.#pingEvery} ms after a ping`)
      this.#ending ??= { code: 1006, reason: error.message, by: 'us', error }
      this.#transport.terminate()
      return
    }
    this.#heard = false
    this.#transport.ping()
    this.#armPing()
  }
}
