/** Holds a flow open through NAT and firewalls, and notices when it is dead (RFC 5626 §4.4.1). */
import type { Timer } from '../../../lib/clock.ts'
import type { Flow } from './contract.ts'
import type { Sign, Transport } from './transport.ts'

export interface KeepAliveOptions {
  /** ms; each pause is drawn between 80 and 100 % of it. */
  readonly every: number
  /** The flow gave no pong in time, or is gone. Streams only: on UDP nobody has to answer. */
  readonly onDead?: (why: string) => void
}

/** A peer answers a ping within this time, ms. */
const patience = 10_000

export interface KeepAliveTools {
  /** In [0, 1). */
  readonly random: () => number
  /** Nothing is left of it. */
  readonly onEnded: () => void
}

export function keepAlive(transport: Transport, flow: Flow, options: KeepAliveOptions & KeepAliveTools): Disposable {
  return new KeepAlive(transport, flow, options)
}

class KeepAlive implements Disposable {
  readonly #transport: Transport
  readonly #flow: Flow
  readonly #options: KeepAliveOptions & KeepAliveTools
  readonly #listening: Disposable
  /** Peers without RFC 5626 never answer: only who did so once is held to it. */
  #answers = false
  #next: Timer
  #waiting: Timer | undefined

  constructor(transport: Transport, flow: Flow, options: KeepAliveOptions & KeepAliveTools) {
    this.#transport = transport
    this.#flow = flow
    this.#options = options
    this.#listening = transport.onSign(flow, (sign) => this.#noticed(sign))
    this.#next = this.#later()
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]()
    this.#next.cancel()
    this.#waiting?.cancel()
    this.#options.onEnded()
  }

  #later(): Timer {
    const { every, random } = this.#options
    return this.#transport.clock.timer(every * (0.8 + 0.2 * random()), () => this.#ping())
  }

  #ping(): void {
    if (!this.#transport.ping(this.#flow)) return this.#dead('the connection is gone')
    this.#next = this.#later()
    if (this.#answers)
      this.#waiting ??= this.#transport.clock.timer(patience, () => {
        this.#dead(`no answer to a ping within ${patience} ms`)
        this.#transport.close(this.#flow)
      })
  }

  #noticed(sign: Sign): void {
    if (sign === 'closed') return this.#dead('the connection is gone')
    this.#answers ||= sign === 'pong'
    this.#waiting?.cancel()
    this.#waiting = undefined
  }

  #dead(why: string): void {
    this[Symbol.dispose]()
    this.#options.onDead?.(why)
  }
}
