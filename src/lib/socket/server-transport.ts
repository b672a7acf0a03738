/** A server's end of a WebSocket on its connection: reads by `FrameReader`, writes each frame as one piece. */
import type { Duplex } from 'node:stream'
import type { Clock, Timer } from '../clock.ts'
import { FrameWriter, opcodes } from './frame.ts'
import { FrameReader } from './reader.ts'
import type { Heard, Transport } from './transport.ts'

export interface ServerTransportOptions {
  readonly clock: Clock
  readonly maxPayload: number
  /** How long the peer may take to answer our close, ms. */
  readonly closeTimeout: number
  readonly protocol: string
}

/** Pongs to a peer that does not read are left out above this, bytes: only the latest ping wants an answer (5.5.3). */
const mostForPongs = 64 << 10

export class ServerTransport implements Transport {
  readonly protocol: string
  readonly #raw: Duplex
  readonly #clock: Clock
  readonly #closeTimeout: number
  readonly #reader: FrameReader
  readonly #writer: FrameWriter
  #heard: Heard | undefined
  #reading = false
  #open = true
  #closeSent = false
  /** The peer has said its last word, in order or by breaking the protocol. */
  #peerDone = false
  #code = 1006
  #reason = ''
  #timer: Timer | undefined

  constructor(raw: Duplex, options: ServerTransportOptions) {
    this.#raw = raw
    this.#clock = options.clock
    this.#closeTimeout = options.closeTimeout
    this.protocol = options.protocol
    this.#writer = new FrameWriter(raw)
    this.#reader = new FrameReader(options.maxPayload, {
      message: (data, binary) => this.#heard?.message(data, binary),
      ping: (data) => this.#pinged(data),
      pong: () => this.#heard?.alive(),
      closed: (code, reason) => this.#peerClosed(code, reason),
      broken: (code, reason, error) => {
        this.#peerDone = true
        this.#heard?.broken(code, reason, error)
        this.close(code, '')
      },
    })
  }

  get open(): boolean {
    return this.#open
  }

  get bufferedBytes(): number {
    return this.#raw.writableLength
  }

  listen(heard: Heard): void {
    this.#heard = heard
    const raw = this.#raw
    raw.on('error', (error) => heard.failed(error))
    raw.once('close', () => this.#gone())
    raw.on('end', () => {
      this.#open = false
      raw.end()
    })
  }

  read(): void {
    this.#reading = true
    this.#raw.on('data', (chunk: Buffer) => this.#reader.push(chunk))
  }

  send(data: string | Uint8Array, binary: boolean, flushed: (() => void) | undefined): void {
    this.#writer.write(binary ? opcodes.binary : opcodes.text, data, flushed)
  }

  ping(): void {
    this.#writer.write(opcodes.ping, '')
  }

  close(code: number, reason: string): void {
    if (this.#closeSent) return this.#finish()
    this.#open = false
    this.#closeSent = true
    const payload = Buffer.alloc(code === 1005 ? 0 : 2 + Buffer.byteLength(reason))
    if (code !== 1005) {
      payload.writeUInt16BE(code)
      payload.write(reason, 2)
    }
    this.#writer.write(opcodes.close, payload)
    this.#timer = this.#clock.timer(this.#closeTimeout, () => this.#raw.destroy())
    this.#finish()
  }

  terminate(): void {
    this.#open = false
    this.#raw.destroy()
  }

  /** The server closes the connection once both have said so (7.1.1). */
  #finish(): void {
    if (this.#peerDone) this.#raw.end()
  }

  #pinged(data: Buffer): void {
    if (this.#open && this.#raw.writableLength <= mostForPongs) this.#writer.write(opcodes.pong, data)
    this.#heard?.alive()
  }

  #peerClosed(code: number, reason: string): void {
    this.#peerDone = true
    this.#code = code
    this.#reason = reason
    this.close(code, reason)
  }

  #gone(): void {
    this.#open = false
    this.#timer?.cancel()
    // What came before the end while nobody listened: it may say how it ended.
    const rest: unknown = this.#reading ? undefined : this.#raw.read()
    if (Buffer.isBuffer(rest)) this.#reader.push(rest)
    this.#heard?.closed(this.#code, this.#reason)
  }
}
