/** A client's connection as a simulated vendor sees it: typed messages both ways, timers that end with it, faults on the way out. */
import { WebSocket, type RawData } from 'ws'
import type { Clock, Timer } from '../../src/lib/clock.ts'
import { Scope } from '../../src/lib/scope.ts'
import { drawFaults, unreadable, type DrawnFaults, type VendorFaults } from './faults.ts'
import type { VendorLog } from './log.ts'
import type { VendorRequest } from './request.ts'

export type VendorMessage = { readonly text: string } | { readonly binary: Uint8Array }

export interface SocketSetting {
  readonly number: number
  readonly request: VendorRequest
  readonly clock: Clock
  readonly faults: VendorFaults
  readonly log: VendorLog
}

export class VendorSocket {
  /** What asked for it. */
  readonly request: VendorRequest
  /** Counted from 1, over all connections of the server. */
  readonly number: number
  /** Closes with the connection, whoever ended it. */
  readonly scope: Scope
  readonly #socket: WebSocket
  readonly #setting: SocketSetting
  readonly #drawn: DrawnFaults
  readonly #timers = new Set<Timer>()
  #listener: (message: VendorMessage) => void = () => undefined
  #sent = 0
  #lastDue = 0

  /** `end`: a WebSocket of the `ws` package, which declarations of ours must not name: users have none of its own. */
  constructor(end: object, setting: SocketSetting) {
    const socket = end as WebSocket // what the server hands in
    this.#socket = socket
    this.#setting = setting
    this.#drawn = drawFaults(setting.faults)
    this.number = setting.number
    this.request = setting.request
    this.scope = new Scope(`connection ${setting.number}`)
    this.scope.defer(() => {
      for (const timer of this.#timers) timer.cancel()
    })
    socket.on('message', (data, binary) => this.#received(bytesOf(data), binary))
    // A broken frame closes the connection; `close` tells of it.
    socket.on('error', () => undefined)
    socket.on('close', (code, reason) => {
      this.#note('client', 'close', `${code} ${reason}`.trim())
      void this.scope.close()
    })
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** One listener; set it before the function that got the socket returns. */
  onMessage(listener: (message: VendorMessage) => void): void {
    this.#listener = listener
  }

  json(message: object): void {
    this.send(JSON.stringify(message))
  }

  send(message: string | Uint8Array): void {
    this.#later(() => this.#deliver(message))
  }

  /** After everything that was sent. */
  close(code: number, reason = ''): void {
    this.#later(() => {
      if (!this.open) return
      this.#note('vendor', 'close', `${code} ${reason}`.trim())
      this.#socket.close(code, reason)
    })
  }

  /** Breaks the connection at once, without a word. */
  cut(): void {
    this.#socket.terminate()
  }

  /** A timer that ends with the connection. */
  after(delay: number, run: () => void): Timer {
    const timer = this.#setting.clock.timer(delay, () => {
      this.#timers.delete(timer)
      if (!this.scope.closed) run()
    })
    this.#timers.add(timer)
    const cancel = () => {
      timer.cancel()
      this.#timers.delete(timer)
    }
    return { cancel, [Symbol.dispose]: cancel }
  }

  #received(bytes: Uint8Array, binary: boolean): void {
    if (this.scope.closed) return
    const text = binary ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
    if (binary) this.#note('client', 'binary', `${bytes.length} bytes`, bytes)
    else this.#note('client', 'text', text)
    this.#listener(binary ? { binary: bytes } : { text })
  }

  #deliver(message: string | Uint8Array): void {
    const { faults } = this.#setting
    if (!this.open || faults.silent) return
    const count = this.#sent++
    if (count >= this.#drawn.dropAfter) return this.cut()
    const said = count === this.#drawn.malformedAt ? unreadable : message
    if (typeof said === 'string') this.#note('vendor', 'text', said)
    else this.#note('vendor', 'binary', `${said.length} bytes`, said)
    this.#socket.send(said)
  }

  /** Late by the fault, and never before what was given earlier. */
  #later(run: () => void): void {
    const { clock, faults } = this.#setting
    const now = clock.monotonic()
    const due = Math.max(this.#lastDue, now + (faults.slowMs ?? 0))
    this.#lastDue = due
    if (due <= now) run()
    else this.after(due - now, run)
  }

  #note(from: 'client' | 'vendor', kind: 'text' | 'binary' | 'close', text: string, bytes?: Uint8Array): void {
    this.#setting.log.add({ from, kind, text, socket: this.number, ...(bytes && { bytes }) })
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}
