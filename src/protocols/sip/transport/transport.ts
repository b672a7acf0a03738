/** Messages over flows: bytes framed and read, malformed ones answered or met with silence, pings answered, all of it seen. */
import type { Clock, Timer } from '../../../lib/clock.ts'
import { refusalOf } from '../message/build.ts'
import { Framing, type Framed } from '../message/framing.ts'
import { header } from '../message/headers.ts'
import type { Parsed, SipMessage, SipRequest, SipResponse } from '../message/message.ts'
import { parseMessage } from '../message/parse.ts'
import { serialize } from '../message/serialize.ts'
import type { Flow, Seen, Standing, Target, Wire } from './contract.ts'
import { openReply } from './reply.ts'
import { stamped } from './via.ts'

export interface TransportOptions {
  readonly clock: Clock
  readonly random: (bytes: number) => string
  readonly wire: Wire
  readonly standing: (flow: Flow) => Standing
  readonly onRequest: (request: SipRequest, flow: Flow, standing: Standing) => void
  readonly onResponse: (response: SipResponse, flow: Flow) => void
  readonly onClosed: (flow: Flow, why: string) => void
  readonly onMessage: ((entry: Seen) => void) | undefined
}

export interface Transport extends Disposable {
  readonly clock: Clock
  /** False: the flow is gone. */
  send(flow: Flow, message: SipMessage): boolean
  /** The same, written already. */
  sendBytes(flow: Flow, bytes: Uint8Array, message: SipMessage): boolean
  /** Two CRLFs (RFC 5626 §4.4.1). */
  ping(flow: Flow): boolean
  /** Rejects with why, at the latest after `within` ms. */
  connect(target: Target, options: ConnectOptions): Promise<Flow>
  close(flow: Flow): void
  onSign(flow: Flow, listener: (sign: Sign) => void): Disposable
  readonly streams: number
}

/** Of life, or of the end, of a flow: anything at all came, the answer to a ping among it or not. */
export type Sign = 'bytes' | 'pong' | 'closed'

export interface ConnectOptions {
  readonly within: number
  readonly signal?: AbortSignal | undefined
  readonly listener?: string | undefined
}

const pong = Buffer.from('\r\n')
const ping = Buffer.from('\r\n\r\n')

/** Whoever begins a message on a stream ends it within this time, ms. */
const longestMessage = 32_000

interface Stream {
  readonly flow: Flow
  readonly framing: Framing
  stalled?: Timer | undefined
}

export function openTransport(options: TransportOptions): Transport {
  return new Flows(options)
}

class Flows implements Transport {
  readonly clock: Clock
  readonly #options: TransportOptions
  readonly #wire: Wire
  readonly #streams = new Map<string, Stream>()
  readonly #listening = new Map<string, Set<(sign: Sign) => void>>()
  readonly #over = new AbortController()

  constructor(options: TransportOptions) {
    this.clock = options.clock
    this.#options = options
    this.#wire = options.wire
    this.#wire.onBytes((flow, bytes) => this.#arrived(flow, bytes))
    this.#wire.onClosed((flow, why) => this.#closed(flow, why))
  }

  get streams(): number {
    return this.#streams.size
  }

  send(flow: Flow, message: SipMessage): boolean {
    return this.sendBytes(flow, serialize(message), message)
  }

  sendBytes(flow: Flow, bytes: Uint8Array, message: SipMessage): boolean {
    if (this.#over.signal.aborted) return false
    const sent = this.#wire.send(flow, bytes)
    if (sent) this.#see('out', flow, bytes, message)
    return sent
  }

  ping(flow: Flow): boolean {
    return !this.#over.signal.aborted && this.#wire.send(flow, ping)
  }

  async connect(target: Target, { within, signal, listener }: ConnectOptions): Promise<Flow> {
    // Nothing is waited for, and nothing is to be given up.
    if (target.protocol === 'udp') return this.#wire.connect(target, this.#over.signal, listener)
    const late = new AbortController()
    const timer = this.clock.timer(within, () =>
      late.abort(new Error(`no ${target.protocol} connection to ${target.address} within ${within} ms`)),
    )
    const signals = [late.signal, this.#over.signal, ...(signal ? [signal] : [])]
    try {
      return await this.#wire.connect(target, AbortSignal.any(signals), listener)
    } finally {
      timer.cancel()
    }
  }

  close(flow: Flow): void {
    this.#wire.close(flow)
  }

  onSign(flow: Flow, listener: (sign: Sign) => void): Disposable {
    const listeners = this.#listening.getOrInsertComputed(flow.id, () => new Set())
    listeners.add(listener)
    return {
      [Symbol.dispose]: () => {
        listeners.delete(listener)
        if (listeners.size === 0) this.#listening.delete(flow.id)
      },
    }
  }

  [Symbol.dispose](): void {
    this.#over.abort(new Error('the SIP transport is closed'))
    for (const { stalled } of this.#streams.values()) stalled?.cancel()
    this.#streams.clear()
    this.#listening.clear()
  }

  #arrived(flow: Flow, bytes: Uint8Array): void {
    if (this.#over.signal.aborted) return
    const standing = this.#options.standing(flow)
    const isStream = flow.protocol === 'tcp' || flow.protocol === 'tls'
    if (standing === 'drop') return isStream ? this.#wire.close(flow) : undefined
    const heard = isStream ? this.#framed(flow, bytes) : whole(flow, bytes)
    this.#tell(flow, heard.some(({ type }) => type === 'pong') ? 'pong' : 'bytes')
    for (const one of heard) this.#handle(flow, one, standing)
  }

  #framed(flow: Flow, bytes: Uint8Array): readonly Framed[] {
    const stream = this.#streams.getOrInsertComputed(flow.id, () => ({ flow, framing: new Framing() }))
    const heard = stream.framing.push(bytes)
    if (stream.framing.pending === 0 || heard.length > 0) {
      stream.stalled?.cancel()
      stream.stalled = undefined
    }
    // Whoever sends a byte now and then would hold a connection and its buffer for ever.
    if (stream.framing.pending > 0) stream.stalled ??= this.clock.timer(longestMessage, () => this.#wire.close(flow))
    return heard
  }

  #handle(flow: Flow, one: Framed, standing: Standing): void {
    switch (one.type) {
      case 'ping':
        this.#wire.send(flow, pong)
        break
      case 'pong':
        break
      case 'message':
        this.#read(flow, one, standing)
        break
      case 'broken':
        this.#read(flow, one, standing)
        this.#wire.close(flow)
        break
    }
  }

  #read(flow: Flow, { parsed, bytes }: { parsed: Parsed; bytes: Uint8Array }, standing: Standing): void {
    this.#see('in', flow, bytes, parsed.ok ? parsed.message : parsed)
    if (!parsed.ok) return this.#refuse(flow, parsed, standing)
    if (parsed.message.type === 'request') this.#options.onRequest(stamped(parsed.message, flow.remote), flow, standing)
    else this.#options.onResponse(parsed.message, flow)
  }

  /** A stranger learns nothing, not even that somebody speaks SIP here. */
  #refuse(flow: Flow, parsed: Extract<Parsed, { ok: false }>, standing: Standing): void {
    if (standing !== 'known') return
    const refusal = refusalOf(stamped(parsed, flow.remote), this.#options.random(8))
    if (!refusal) return
    const reply = openReply(this, refusal, flow)
    if (reply) reply.send(refusal, () => undefined)
    // Its Via is what cannot be read: it can only go back to where it came from.
    else this.send(flow, refusal)
  }

  #tell(flow: Flow, sign: Sign): void {
    const listeners = this.#listening.get(flow.id)
    if (listeners) for (const listener of [...listeners]) listener(sign)
  }

  #closed(flow: Flow, why: string): void {
    this.#streams.get(flow.id)?.stalled?.cancel()
    this.#streams.delete(flow.id)
    this.#tell(flow, 'closed')
    if (!this.#over.signal.aborted) this.#options.onClosed(flow, why)
  }

  #see(direction: Seen['direction'], flow: Flow, bytes: Uint8Array, message: Pick<SipMessage, 'headers'>): void {
    if (!this.#options.onMessage) return
    const callId = header(message, 'call-id')
    const at = this.clock.now()
    this.#options.onMessage(callId ? { direction, at, flow, bytes, callId } : { direction, at, flow, bytes })
  }
}

/** A datagram or a WebSocket message is one message (RFC 7118 §5), or keeps a way open. */
function whole({ protocol }: Flow, bytes: Uint8Array): readonly Framed[] {
  if (bytes.length > 4 || !bytes.every((byte) => byte === 0x0d || byte === 0x0a || byte === 0))
    return [{ type: 'message', parsed: parseMessage(bytes), bytes }]
  // On UDP an answer to next to nothing is what floods are made of: STUN is the way there (RFC 5626 §4.4.2).
  if (protocol === 'udp' || bytes.length < 2) return []
  return [{ type: bytes.length === 4 ? 'ping' : 'pong' }]
}
