/** A network in memory for tests: user agents that hear each other, over UDP that loses, doubles and reorders by a seed, or over a stream. */
import type { Clock } from '../../../lib/clock.ts'
import { type ResponseParts, responseTo } from '../message/build.ts'
import { prependHeader } from '../message/headers.ts'
import type { SipMessage, SipRequest } from '../message/message.ts'
import { parseMessage } from '../message/parse.ts'
import { serialize } from '../message/serialize.ts'
import type { Flow, ListenerAddress, Protocol, Target, Wire } from '../transport/contract.ts'

export interface Weather {
  /** Of 1: datagrams that do not arrive, and that arrive twice. */
  readonly loss?: number
  readonly doubled?: number
  /** ms; each datagram takes between the first and the second. Different ones reorder. */
  readonly delay?: readonly [number, number]
}

type Heard = (flow: Flow, bytes: Uint8Array) => void

/** Small, fast, and the same for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const hexOf =
  (fraction: () => number) =>
  (bytes: number): string =>
    Array.from({ length: bytes }, () =>
      Math.floor(fraction() * 256)
        .toString(16)
        .padStart(2, '0'),
    ).join('')

export class Network {
  weather: Weather = {}
  /** Every datagram, as it was sent. */
  readonly sent: { readonly from: string; readonly text: string }[] = []
  /** True: this one is lost. */
  swallow: (text: string, from: string) => boolean = () => false
  readonly #clock: Clock
  readonly #fraction: () => number
  readonly #ends = new Map<string, Heard>()

  constructor(clock: Clock, seed = 1) {
    this.#clock = clock
    this.#fraction = seeded(seed)
  }

  /** One user agent's wire at this address. A stream's peers are told apart by port 5060 alike: enough for two ends. */
  wire(address: string, protocol: Protocol = 'udp'): Wire {
    const local = { address, port: 5060 }
    const name = `${protocol} ${address}`
    const listeners: readonly ListenerAddress[] = [
      { name, protocol, bound: local, advertised: { host: address, port: 5060 } },
    ]
    const flowTo = (remote: { readonly address: string; readonly port: number }): Flow => ({
      id: `${name} ${remote.address}:${remote.port}`,
      protocol,
      listener: name,
      local,
      remote,
    })
    return {
      listeners,
      send: (flow, bytes) => {
        this.#send(flow, bytes)
        return true
      },
      connect: (target: Target) =>
        target.protocol === protocol
          ? Promise.resolve(flowTo({ address: target.address, port: target.port }))
          : Promise.reject(new Error(`${target.protocol} is not to be had`)),
      close: () => {},
      onBytes: (listener) => void this.#ends.set(address, (flow, bytes) => listener(flowTo(flow.local), bytes)),
      onClosed: () => {},
    }
  }

  #send(flow: Flow, bytes: Uint8Array): void {
    const text = Buffer.from(bytes).toString()
    this.sent.push({ from: flow.local.address, text })
    if (this.swallow(text, flow.local.address)) return
    const { loss = 0, doubled = 0, delay = [0, 0] } = this.weather
    const safe = flow.protocol !== 'udp'
    const copies = safe ? 1 : this.#fraction() < loss ? 0 : this.#fraction() < doubled ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const wait = safe ? delay[0] : delay[0] + this.#fraction() * (delay[1] - delay[0])
      this.#clock.timer(wait, () => this.#ends.get(flow.remote.address)?.(flow, bytes))
    }
  }
}

/** `INVITE`, or `200 INVITE`: what a ladder would show. */
export function brief(text: string): string {
  const [start = ''] = text.split('\r\n')
  const method = /\r\nCSeq: *\d+ +(\w+)/i.exec(text)?.[1] ?? ''
  return start.startsWith('SIP/2.0 ') ? `${start.slice(8, 11)} ${method}` : (start.split(' ')[0] ?? '')
}

/** A peer that says exactly what a test wants: responses of forks, requests out of order. */
export class Scripted {
  readonly heard: SipMessage[] = []
  answer: (request: SipRequest) => void = () => {}
  readonly #wire: Wire
  readonly #to: string
  #branches = 0

  constructor(network: Network, address: string, to: string) {
    this.#wire = network.wire(address)
    this.#to = to
    this.#wire.onBytes((_flow, bytes) => {
      const parsed = parseMessage(bytes)
      if (!parsed.ok) return
      this.heard.push(parsed.message)
      if (parsed.message.type === 'request') this.answer(parsed.message)
    })
  }

  /** Requests get a Via of their own. */
  send(message: SipMessage): void {
    const [{ bound }] = this.#wire.listeners as readonly [ListenerAddress]
    const via = `SIP/2.0/UDP ${bound.address}:5060;branch=z9hG4bK${bound.address}${this.#branches++}`
    this.sendAsIs(message.type === 'request' ? prependHeader(message, 'Via', via) : message)
  }

  sendAsIs(message: SipMessage): void {
    void this.#wire
      .connect({ protocol: 'udp', address: this.#to, port: 5060 }, new AbortController().signal)
      .then((flow) => this.#wire.send(flow, serialize(message)))
  }

  respond(request: SipRequest, status: number, parts: ResponseParts = {}): void {
    this.send(responseTo(request, status, parts))
  }

  /** `ACK`, or `200 INVITE`. */
  get ladder(): readonly string[] {
    return this.heard.map((message) => brief(Buffer.from(serialize(message)).toString()))
  }

  last(start: string): SipMessage | undefined {
    return this.heard.findLast((message) => brief(Buffer.from(serialize(message)).toString()) === start)
  }
}
