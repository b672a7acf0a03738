/** What tests of user agents need beside the internet in memory: a ladder of all that was sent, chance by a seed, and a peer by script. */
import { type ResponseParts, responseTo } from '../message/build.ts'
import { prependHeader } from '../message/headers.ts'
import type { SipMessage, SipRequest } from '../message/message.ts'
import { parseMessage } from '../message/parse.ts'
import { serialize } from '../message/serialize.ts'
import type { Flow, Wire } from '../transport/contract.ts'

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

/** Fates of datagrams: lost, doubled, and late by up to so many ms, which reorders them. */
export function stormy(fraction: () => number, loss: number, doubled: number, late: number): () => readonly number[] {
  return () => {
    const copies = fraction() < loss ? 0 : fraction() < doubled ? 2 : 1
    return Array.from({ length: copies }, () => fraction() * late)
  }
}

/** Everything that was sent, in order, and what is to be lost on its way. */
export class Ladder {
  readonly sent: { readonly from: string; readonly text: string }[] = []
  /** True: this one does not arrive. */
  swallow: (text: string, from: string) => boolean = () => false

  watch(wire: Wire, address: string): Wire {
    return {
      listeners: wire.listeners,
      connect: (target, signal, listener) => wire.connect(target, signal, listener),
      close: (flow) => wire.close(flow),
      onBytes: (listener) => wire.onBytes(listener),
      onClosed: (listener) => wire.onClosed(listener),
      send: (flow: Flow, bytes: Uint8Array) => {
        const text = Buffer.from(bytes).toString()
        this.sent.push({ from: address, text })
        return this.swallow(text, address) || wire.send(flow, bytes)
      },
    }
  }
}

/** `INVITE`, or `200 INVITE`. */
export function brief(text: string): string {
  const [start = ''] = text.split('\r\n')
  const method = /\r\nCSeq: *\d+ +(\w+)/i.exec(text)?.[1] ?? ''
  return start.startsWith('SIP/2.0 ') ? `${start.slice(8, 11)} ${method}` : (start.split(' ')[0] ?? '')
}

const briefly = (message: SipMessage): string => brief(Buffer.from(serialize(message)).toString())

/** A peer that says exactly what a test wants: responses of forks, requests out of order. */
export class Scripted {
  readonly heard: SipMessage[] = []
  answer: (request: SipRequest) => void = () => {}
  readonly #wire: Wire
  readonly #address: string
  readonly #to: string
  #branches = 0

  constructor(wire: Wire, address: string, to: string) {
    this.#wire = wire
    this.#address = address
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
    const via = `SIP/2.0/UDP ${this.#address}:5060;branch=z9hG4bK${this.#address}${this.#branches++}`
    this.sendAsIs(message.type === 'request' ? prependHeader(message, 'Via', via) : message)
  }

  sendAsIs(message: SipMessage): void {
    const target = { protocol: 'udp', address: this.#to, port: 5060 } as const
    void this.#wire
      .connect(target, new AbortController().signal)
      .then((flow) => this.#wire.send(flow, serialize(message)))
  }

  respond(request: SipRequest, status: number, parts: ResponseParts = {}): void {
    this.send(responseTo(request, status, parts))
  }

  get ladder(): readonly string[] {
    return this.heard.map(briefly)
  }

  last(start: string): SipMessage | undefined {
    return this.heard.findLast((message) => briefly(message) === start)
  }
}
