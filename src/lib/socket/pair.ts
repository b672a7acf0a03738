/** Two ends of a socket in memory, for unit tests: same interface, same codes, no network. */
import type { Clock } from '../clock.ts'
import { Listeners } from './listeners.ts'
import { Pressure } from './pressure.ts'
import type { Socket, SocketClose, SocketCounts, SocketMessage } from './socket.ts'
import { checkCode, fitReason, socketDefaults } from './socket.ts'

export interface PairOptions {
  /** With a clock, what is sent arrives `latency` ms later; without, before `send` returns. */
  readonly clock?: Clock
  readonly latency?: number
  readonly protocol?: string
  readonly maxPayload?: number
  readonly highWater?: number
  readonly hardCap?: number
}

/** An end that can be made to misbehave. */
export interface MemorySocket extends Socket {
  /** Stops reading: what the other end sends piles up there. */
  stall(): void
  /** Reads on, beginning with what piled up. */
  resume(): void
}

/** Two sockets, each the other's peer. */
export function socketPair(options: PairOptions = {}): readonly [MemorySocket, MemorySocket] {
  const [one, other] = [new End(options), new End(options)]
  one.meet(other)
  other.meet(one)
  return [one, other]
}

type Item = { readonly message: SocketMessage } | { readonly close: SocketClose }

class End implements MemorySocket {
  readonly protocol: string
  readonly #options: PairOptions
  readonly #maxPayload: number
  readonly #pressure: Pressure
  readonly #messages = new Listeners<SocketMessage>()
  readonly #closes = new Listeners<SocketClose>()
  readonly #congestions = new Listeners<number>()
  readonly #drains = new Listeners<void>()
  readonly #inbox: Item[] = []
  #peer: End | undefined
  #stalled = false
  #delivering = false
  #waiting = 0
  #sent = 0
  #received = 0
  #unsent = 0
  #closing = false
  #closed: SocketClose | undefined

  constructor(options: PairOptions) {
    const { highWater, hardCap, maxPayload } = { ...socketDefaults, ...options }
    this.#options = options
    this.protocol = options.protocol ?? ''
    this.#maxPayload = maxPayload
    this.#pressure = new Pressure(highWater, hardCap)
  }

  meet(peer: End): void {
    this.#peer = peer
  }

  get open(): boolean {
    return !this.#closing && !this.#closed
  }

  get bufferedBytes(): number {
    return this.#waiting
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
    const message = { data: Buffer.from(data), binary }
    this.#waiting += message.data.length
    this.#dispatch({ message })
    const state = this.#pressure.grew(this.#waiting)
    if (state === 'risen') this.#congestions.tell(this.#waiting)
    else if (state === 'overflowing') {
      this.close(1013, `${this.#waiting} bytes wait for a peer that reads too slowly`)
    }
    return state === 'fine'
  }

  close(code = 1000, reason = ''): void {
    checkCode(code)
    if (!this.open) return
    this.#closing = true
    const close = { code, reason: fitReason(reason) }
    this.#dispatch({ close: { ...close, by: 'peer' } })
    // A real peer answers our close; one that does not read is not waited for.
    this.#end({ ...close, by: 'us' })
  }

  terminate(reason = 'terminated'): void {
    if (this.#closed) return
    this.#end({ code: 1006, reason, by: 'us' })
    this.#dispatch({ close: { code: 1006, reason: '', by: 'network' } })
  }

  onMessage(listener: (message: SocketMessage) => void): Disposable {
    const added = this.#messages.add(listener)
    this.#deliver()
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

  stall(): void {
    this.#stalled = true
  }

  resume(): void {
    this.#stalled = false
    this.#deliver()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close(1001, 'going away')
  }

  #dispatch(item: Item): void {
    const arrive = () => this.#peer?.take(item)
    const { clock, latency = 0 } = this.#options
    if (clock) clock.timer(latency, arrive)
    else arrive()
  }

  take(item: Item): void {
    this.#inbox.push(item)
    this.#deliver()
  }

  /** In order, also when a listener sends and gets an answer meanwhile. */
  #deliver(): void {
    if (this.#delivering) return
    this.#delivering = true
    for (let item = this.#next(); item; item = this.#next()) {
      this.#inbox.shift()
      if ('close' in item) this.#end(item.close)
      else this.#receive(item.message)
    }
    this.#delivering = false
  }

  #next(): Item | undefined {
    const item = this.#inbox[0]
    if (this.#stalled || !item) return undefined
    // Like a real socket, an end reads nothing until somebody listens, except once it is over.
    return 'close' in item || this.#messages.size > 0 || !this.open ? item : undefined
  }

  #receive(message: SocketMessage): void {
    this.#peer?.taken(message.data.length)
    if (!this.open) return
    if (message.data.length > this.#maxPayload) return this.close(1009, 'message too large')
    this.#received++
    try {
      this.#messages.tell(message)
    } catch (error) {
      this.#end({ code: 1011, reason: 'internal error', by: 'us', error })
      this.#dispatch({ close: { code: 1011, reason: 'internal error', by: 'peer' } })
    }
  }

  taken(bytes: number): void {
    this.#waiting -= bytes
    if (this.#pressure.shrank(this.#waiting)) this.#drains.tell()
  }

  #end(close: SocketClose): void {
    if (this.#closed) return
    this.#closed = close
    this.#closes.tell(close)
  }
}
