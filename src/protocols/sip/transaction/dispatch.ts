/** A request made ready for one way: the flow, what its user builds for it, our Via, and TCP for what is too large for UDP. */
import type { SipRequest } from '../message/message.ts'
import { serialize } from '../message/serialize.ts'
import { magicCookie } from '../message/via.ts'
import type { Flow, Target, Wire } from '../transport/contract.ts'
import type { Transport } from '../transport/transport.ts'
import type { RequestOptions } from './contract.ts'
import { withVia } from './requests.ts'
import type { Memory } from './rest.ts'
import type { Times } from './times.ts'

/** What can be tried: a flow there is already, or a target to reach. */
export type Way = { readonly type: 'flow'; readonly flow: Flow } | { readonly type: 'target'; readonly target: Target }

export interface Ready {
  readonly flow: Flow
  /** Where it leads, as it was asked for: remembered under this name. */
  readonly target: Target
  /** As it goes out. */
  readonly request: SipRequest
}

/** RFC 3261 §18.1.1: where the path's MTU is not known. */
const largestDatagram = 1300

export class Dispatch {
  readonly #transport: Transport
  readonly #wire: Wire
  readonly #random: (bytes: number) => string
  readonly #times: Times
  readonly #memory: Memory

  constructor(options: {
    transport: Transport
    wire: Wire
    random: (bytes: number) => string
    times: Times
    memory: Memory
  }) {
    this.#transport = options.transport
    this.#wire = options.wire
    this.#random = options.random
    this.#times = options.times
    this.#memory = options.memory
  }

  /** Rejects with why there is no way. */
  async open(way: Way, { build, listener }: RequestOptions, signal: AbortSignal): Promise<Ready> {
    const target = way.type === 'flow' ? targetOf(way.flow) : way.target
    const flow = way.type === 'flow' ? way.flow : await this.#connect(target, listener, signal)
    const ready = { flow, target, request: this.#make(build, flow) }
    if (flow.protocol !== 'udp' || this.#memory.refusesTcp(target)) return ready
    if (serialize(ready.request).length <= largestDatagram) return ready
    const stream = await this.#largeFlow(target, signal)
    return stream ? { flow: stream, target, request: this.#make(build, stream) } : ready
  }

  #connect(target: Target, listener: string | undefined, signal: AbortSignal): Promise<Flow> {
    return this.#transport.connect(target, { within: this.#times.connect, signal, listener })
  }

  /** Undefined: no TCP there; UDP it is, in fragments. */
  async #largeFlow(target: Target, signal: AbortSignal): Promise<Flow | undefined> {
    if (!this.#wire.listeners.some(({ protocol }) => protocol === 'tcp')) return undefined
    try {
      return await this.#transport.connect({ ...target, protocol: 'tcp' }, { within: this.#times.connectLarge, signal })
    } catch {
      signal.throwIfAborted()
      this.#memory.refusedTcp(target)
      return undefined
    }
  }

  #make(build: (flow: Flow) => SipRequest, flow: Flow): SipRequest {
    const from = this.#wire.listeners.find(({ name }) => name === flow.listener)
    return withVia(build(flow), `${magicCookie}${this.#random(12)}`, flow, from)
  }
}

export function targetOf({ protocol, remote }: Flow): Target {
  return { protocol, ...remote }
}

export function waysOf({ flow, targets }: RequestOptions): Way[] {
  const ways: Way[] = flow ? [{ type: 'flow', flow }] : []
  return [...ways, ...targets.map((target) => ({ type: 'target', target }) as const)]
}
