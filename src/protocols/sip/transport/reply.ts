/** The way back of one request's answers: the flow it came on, else what its Via says (RFC 3261 §18.2.2, RFC 3581 §4). */
import { header } from '../message/headers.ts'
import { firstElement } from '../message/list.ts'
import type { SipMessage, SipResponse } from '../message/message.ts'
import { parseVia, type Via } from '../message/via.ts'
import type { Flow, Target } from './contract.ts'
import type { Transport } from './transport.ts'
import { answerAddress } from './via.ts'

export interface Reply {
  /** In the order of the calls. `onFailed`: it cannot be sent, and why. */
  send(response: SipResponse, onFailed: (why: string) => void): void
}

/** Longest wait for a connection back, ms. */
const patience = 10_000

/** Undefined: the topmost Via cannot be read, so there is no way back. */
export function openReply(transport: Transport, request: Pick<SipMessage, 'headers'>, flow: Flow): Reply | undefined {
  const via = parseVia(firstElement(header(request, 'via') ?? ''))
  return via ? new WayBack(transport, via, flow) : undefined
}

class WayBack implements Reply {
  readonly #transport: Transport
  readonly #via: Via
  #flow: Flow
  /** Set while a way is being made: later answers wait for their turn. */
  #opening: Promise<Flow> | undefined

  constructor(transport: Transport, via: Via, flow: Flow) {
    this.#transport = transport
    this.#via = via
    this.#flow = flow
    // Without rport a peer listens at its sent-by port, and not where it sent from.
    if (flow.protocol === 'udp' && answerAddress(via, flow).port !== flow.remote.port) this.#opening = this.#open()
    // Told to whoever sends: that may be later.
    this.#opening?.catch(() => undefined)
  }

  send(response: SipResponse, onFailed: (why: string) => void): void {
    if (!this.#opening && this.#transport.send(this.#flow, response)) return
    this.#opening ??= this.#open()
    this.#opening.then(
      (flow) => {
        if (!this.#transport.send(flow, response)) onFailed('the connection that was opened for the answer is gone')
      },
      (error: unknown) => onFailed(error instanceof Error ? error.message : String(error)),
    )
  }

  async #open(): Promise<Flow> {
    const { protocol, listener } = this.#flow
    if (protocol === 'ws' || protocol === 'wss') throw new Error('the WebSocket that brought the request is gone')
    const target: Target = { protocol, ...answerAddress(this.#via, this.#flow) }
    const named = protocol === 'tls' ? { ...target, serverName: this.#via.host } : target
    this.#flow = await this.#transport.connect(named, { within: patience, listener })
    this.#opening = undefined
    return this.#flow
  }
}
