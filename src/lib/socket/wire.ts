/** A WebSocket that is open: the `ws` package behind our own interface. */
import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import type { Clock, Timer } from '../clock.ts'
import { LibError } from '../failure.ts'
import { dataFrame } from './frame.ts'
import { Listeners } from './listeners.ts'
import { Pressure } from './pressure.ts'
import type { Socket, SocketClose, SocketCounts, SocketMessage, SocketOptions } from './socket.ts'
import { checkCode, fitReason, socketDefaults } from './socket.ts'

const asText = { binary: false, compress: false }
const asBinary = { binary: true, compress: false }

/** Protocol faults that `ws` closes by itself, by its error codes. Every other `WS_ERR_` is a protocol error, 1002. */
const faults: Readonly<Record<string, readonly [code: number, reason: string]>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: [1009, 'message too large'],
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: [1009, 'message too large'],
  WS_ERR_TOO_MANY_BUFFERED_PARTS: [1008, 'too many fragments'],
  WS_ERR_INVALID_UTF8: [1007, 'invalid UTF-8'],
}

export class WireSocket implements Socket {
  readonly #ws: WebSocket
  /** Of a server: what it sends is not masked, and goes past `ws` as one write of one buffer, a sixth cheaper. */
  readonly #raw: Duplex | undefined
  readonly #clock: Clock
  readonly #pingEvery: number
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
  /** How it will be said to have ended, once we know more than `ws` does. */
  #ending: SocketClose | undefined
  #error: unknown
  #closed: SocketClose | undefined

  /** `raw`: the connection below, where no extension was agreed on and we are the server. */
  constructor(ws: WebSocket, options: SocketOptions, raw?: Duplex) {
    const { highWater, hardCap, pingEvery } = { ...socketDefaults, ...options }
    this.#ws = ws
    this.#raw = raw
    this.#clock = options.clock
    this.#pingEvery = pingEvery
    this.#pressure = new Pressure(highWater, hardCap)
    ws.pause()
    ws.on('message', (data, binary) => this.#receive(data, binary))
    ws.on('pong', () => (this.#heard = true))
    ws.on('ping', () => (this.#heard = true))
    ws.on('error', (error) => this.#fail(error))
    ws.on('close', (code, reason) => this.#end(code, reason.toString()))
    this.#armPing()
  }

  get open(): boolean {
    return this.#ws.readyState === this.#ws.OPEN
  }

  get bufferedBytes(): number {
    return this.#ws.bufferedAmount
  }

  get protocol(): string {
    return this.#ws.protocol
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
    // Whole frames only, as from `ws` itself: its control frames fall in between.
    if (this.#raw) this.#raw.write(dataFrame(data, binary), this.#flushed)
    else this.#ws.send(data, binary ? asBinary : asText, this.#flushed)
    const waiting = this.#ws.bufferedAmount
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
    this.#ws.close(code, fitted)
  }

  terminate(reason = 'terminated'): void {
    if (this.#closed) return
    this.#ending ??= { code: 1006, reason, by: 'us' }
    this.#ws.terminate()
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
    this.#ws.resume()
  }

  #receive(data: RawData, binary: boolean): void {
    this.#heard = true
    this.#received++
    try {
      // `ws` hands out one Buffer per message with its default binary type.
      if (Buffer.isBuffer(data)) this.#messages.tell({ data, binary })
    } catch (error) {
      this.#ending ??= { code: 1011, reason: 'internal error', by: 'us', error }
      this.close(1011, 'internal error')
    }
  }

  readonly #flushed = (): void => {
    if (this.#pressure.congested && this.#pressure.shrank(this.#ws.bufferedAmount)) this.#drains.tell()
  }

  #fail(error: Error): void {
    this.#error = error
    const name = 'code' in error ? String(error.code) : ''
    if (!name.startsWith('WS_ERR_')) return
    const [code, reason] = faults[name] ?? [1002, 'protocol error']
    this.#ending ??= { code, reason, by: 'us', error }
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
      this.#ws.terminate()
      return
    }
    this.#heard = false
    this.#ws.ping()
    this.#armPing()
  }
}
