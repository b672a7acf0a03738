/** For tests: a network of UDP in memory, and the engine's end of a call's link. */
import type { Clock } from '../../../../lib/clock.ts'
import type { Ids } from '../../../../lib/ids.ts'
import { socketPair, type MemorySocket } from '../../../../lib/socket/pair.ts'
import type { Source } from '../../../../protocols/rtp/latch.ts'
import type { WireMessage } from '../../../../spec/carrier.ts'
import type { LineCall } from '../../../../spec/listen.ts'
import { stream } from '../stream.ts'
import { Ports } from './ports.ts'
import type { Datagrams } from './udp.ts'

/** What is sent arrives after `latency` ms, unless `loses` says otherwise. Ports that are taken refuse as the system does. */
export class FakeNetwork {
  readonly #clock: Clock
  readonly #sockets = new Map<string, Datagrams>()
  /** Every datagram that was sent. */
  readonly sent: { readonly from: Source; readonly to: Source; readonly bytes: Uint8Array; readonly at: number }[] = []
  latency: () => number = () => 5
  loses: (bytes: Uint8Array, to: Source) => boolean = () => false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get bound(): readonly string[] {
    return [...this.#sockets.keys()]
  }

  readonly open = (address: string, port: number): Promise<Datagrams> => {
    const local = { address, port: port || this.#free() }
    const key = `${address}:${local.port}`
    if (this.#sockets.has(key)) return Promise.reject(Object.assign(new Error('taken'), { code: 'EADDRINUSE' }))
    const socket: Datagrams = {
      local,
      listener: undefined,
      send: (bytes, to) => this.send(local, to, bytes),
      close: () => {
        this.#sockets.delete(key)
        return Promise.resolve()
      },
    }
    this.#sockets.set(key, socket)
    return Promise.resolve(socket)
  }

  /** Also in the name of who has no socket here. */
  send(from: Source, to: Source, bytes: Uint8Array): void {
    const copy = Buffer.from(bytes)
    this.sent.push({ from, to, bytes: copy, at: this.#clock.monotonic() })
    if (this.loses(copy, to)) return
    this.#clock.timer(this.latency(), () => this.#sockets.get(`${to.address}:${to.port}`)?.listener?.(copy, from))
  }

  ports(ids: Ids, range = { first: 0, last: 0 }, quarantine?: number): Ports {
    const more = quarantine === undefined ? {} : { quarantine }
    return new Ports({ clock: this.#clock, fraction: () => ids.fraction(), range, open: this.open, ...more })
  }

  #free(): number {
    let port = 40_000
    while (this.bound.some((key) => key.endsWith(`:${port}`))) port++
    return port
  }
}

/** A call whose engine keeps what it hears: frames by number, and keys. */
export interface HeardCall {
  readonly call: LineCall
  readonly frames: { readonly number: number; readonly payload: Uint8Array }[]
  readonly digits: string[]
  /** The formats of the links that were opened. */
  readonly formats: string[]
  /** What the agent says: one frame, or keys. */
  say(payload: Uint8Array): void
  press(digits: string): void
}

export function heardCall(): HeardCall {
  const heard = { frames: [], digits: [], formats: [] } as Pick<HeardCall, 'frames' | 'digits' | 'formats'> // filled below
  let state = stream.begin()
  let ours: MemorySocket | undefined
  const hear = (message: WireMessage): void => {
    const step = stream.step(state, { type: 'message', message })
    state = step.state
    for (const event of step.events) {
      if (event.type === 'started') heard.formats.push(`${event.format.encoding}/${event.format.rate}`)
      if (event.type === 'digit') heard.digits.push(event.digit)
      if (event.type === 'audio') heard.frames.push({ number: event.sequence ?? -1, payload: event.payload.slice() })
    }
  }
  const order = (input: Parameters<typeof stream.step>[1]): void => {
    for (const message of stream.step(state, input).messages)
      ours?.send('text' in message ? message.text : message.binary)
  }
  const connect: LineCall['connect'] = (start) => {
    ours?.close(1000, 'replaced')
    state = stream.begin()
    hear(start)
    const [one, other] = socketPair()
    ours = one
    one.onMessage(({ data, binary }) => hear(binary ? { binary: data } : { text: data.toString('utf8') }))
    return Promise.resolve(other)
  }
  return {
    ...heard,
    call: { id: 'call_1', over: false, ready: true, connect } as LineCall, // the rest is not asked for
    say: (payload) => order({ type: 'audio', payload }),
    press: (digits) => order({ type: 'digits', digits }),
  }
}
