/** One server transaction: a request that came in, and our answers on their way back. */
import { responseTo } from '../message/build.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import type { Flow } from '../transport/contract.ts'
import type { Reply } from '../transport/reply.ts'
import { isReliable } from '../transport/via.ts'
import type { ServerTransaction } from './contract.ts'
import { inviteServer } from './invite-server.ts'
import type { Output } from './machine.ts'
import { acknowledges } from './match.ts'
import { Run, type RunOptions } from './run.ts'
import { server } from './server.ts'
import type { Times } from './times.ts'

export interface IncomingOptions extends Pick<RunOptions<string>, 'clock' | 'count'> {
  readonly times: Times
  readonly reply: Reply
  /** An ACK to a 2xx. */
  readonly onAck: (ack: SipRequest, flow: Flow) => void
  /** The user gave its final response, or never will: once. */
  readonly onAnswered: () => void
  readonly onEnded: () => void
}

export class Incoming implements ServerTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  onCancel?: (cancel: SipRequest) => void
  onFailed?: (why: string) => void
  readonly #options: IncomingOptions
  readonly #run: Pick<Run<string>, 'machine' | 'feed' | 'stop'>
  #answered = false
  #ack: { readonly request: SipRequest; readonly flow: Flow } | undefined

  constructor(request: SipRequest, flow: Flow, options: IncomingOptions) {
    this.request = request
    this.flow = flow
    this.#options = options
    this.#run = request.method === 'INVITE' ? this.#invited() : this.#asked()
  }

  /** What was answered last. */
  get response(): SipResponse | undefined {
    return this.#run.machine.response
  }

  start(): void {
    this.#run.feed({ type: 'start' })
  }

  respond(response: SipResponse): void {
    this.#run.feed({ type: 'response', response })
    if (response.status >= 200) this.#settle()
  }

  /** The request came again. */
  repeated(): void {
    this.#run.feed({ type: 'request' })
  }

  /** False: it is not for this transaction. */
  acknowledged(ack: SipRequest, flow: Flow): boolean {
    if (!acknowledges(ack, this.response)) return false
    this.#ack = { request: ack, flow }
    this.#run.feed({ type: 'ack' })
    return true
  }

  cancelled(cancel: SipRequest): void {
    if (!this.#answered) this.onCancel?.(cancel)
  }

  stop(): void {
    this.#run.stop()
  }

  #invited(): Run<'proceeding' | 'completed' | 'confirmed' | 'accepted'> {
    return new Run({ ...this.#common(), states: inviteServer, machine: { ...this.#first(), state: 'proceeding' } })
  }

  #asked(): Run<'trying' | 'proceeding' | 'completed'> {
    return new Run({ ...this.#common(), states: server, machine: { ...this.#first(), state: 'trying' } })
  }

  #first() {
    const { times } = this.#options
    return { times, reliable: isReliable(this.flow.protocol), interval: times.t1 }
  }

  #common() {
    const { clock, count } = this.#options
    return { clock, count, act: (output: Output) => this.#act(output), ended: () => this.#ended() }
  }

  #act(output: Output): void {
    switch (output.type) {
      case 'send-response':
        return this.#send(output.response)
      case 'send-trying':
        return this.#send(responseTo(this.request, 100))
      case 'ack':
        return this.#ack && this.#options.onAck(this.#ack.request, this.#ack.flow)
      case 'failed':
        return this.onFailed?.(output.why)
      default:
        // The rest is a client's.
        return undefined
    }
  }

  #send(response: SipResponse): void {
    this.#options.reply.send(response, (why) => this.#run.feed({ type: 'transport-error', why }))
  }

  #settle(): void {
    if (this.#answered) return
    this.#answered = true
    this.#options.onAnswered()
  }

  #ended(): void {
    this.#settle()
    this.#options.onEnded()
  }
}
