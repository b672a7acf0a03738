/** A network for tests: the test answers every request and every socket itself, in the same process and at once. */
import { WireFailure, type SocketEvents, type Wire, type WireReply, type WireRequest } from './wire.ts'

/** The application's end of a socket. */
export class FakeSocket {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly received: string[] = []
  /** Binary messages of the carrier. */
  readonly binaries: Uint8Array[] = []
  closed: number | undefined
  readonly #events: SocketEvents

  constructor(url: string, headers: Readonly<Record<string, string>>, events: SocketEvents) {
    this.url = url
    this.headers = headers
    this.#events = events
  }

  /** Parsed messages of one kind; `any` because tests look at vendor JSON. */
  messages(event: string): readonly Record<string, unknown>[] {
    return this.received
      .map((text): Record<string, unknown> => JSON.parse(text))
      .filter((message) => message.event === event)
  }

  send(message: Readonly<Record<string, unknown>> | string): void {
    this.#events.text(typeof message === 'string' ? message : JSON.stringify(message))
  }

  sendBinary(bytes: Uint8Array): void {
    this.#events.binary(bytes)
  }

  close(code = 1000): void {
    this.closed ??= code
    this.#events.closed(code)
  }
}

export interface FakeWire extends Wire {
  readonly requests: WireRequest[]
  readonly sockets: FakeSocket[]
  /** How requests are answered; may throw WireFailure. Default: 204. */
  answer: (request: WireRequest) => Partial<WireReply> | string | Promise<Partial<WireReply> | string>
  /** Status to refuse upgrades with, or undefined to take them. */
  refuse: number | undefined
}

export function fakeWire(answer: FakeWire['answer'] = () => ({ status: 204 })): FakeWire {
  const wire: FakeWire = {
    requests: [],
    sockets: [],
    answer,
    refuse: undefined,
    async request(request) {
      wire.requests.push(request)
      if (request.signal.aborted) throw new WireFailure('aborted', 'closed')
      const reply = await wire.answer(request)
      return typeof reply === 'string' ? xml(reply) : { status: 200, headers: {}, body: new Uint8Array(), ...reply }
    },
    socket(url, headers, _timeout, events) {
      const socket = new FakeSocket(url, headers, events)
      wire.sockets.push(socket)
      const refused = wire.refuse
      queueMicrotask(() =>
        refused === undefined ? events.opened() : events.failed({ type: 'handshake', status: refused }),
      )
      return {
        buffered: () => 0,
        send: (message) =>
          void (typeof message === 'string' ? socket.received.push(message) : socket.binaries.push(message)),
        close: (code) => void (socket.closed ??= code),
        cut: () => void (socket.closed ??= 1006),
      }
    },
  }
  return wire
}

function xml(text: string): WireReply {
  return { status: 200, headers: { 'content-type': 'text/xml' }, body: Buffer.from(text) }
}
