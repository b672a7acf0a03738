/** One client transaction: one request over one flow, until its final response has come and been absorbed. */
import type { SipRequest, SipResponse } from '../message/message.ts'
import { serialize } from '../message/serialize.ts'
import { branchOf } from '../message/via.ts'
import { topVia } from '../message/read.ts'
import type { Flow } from '../transport/contract.ts'
import type { Transport } from '../transport/transport.ts'
import { isReliable } from '../transport/via.ts'
import { client } from './client.ts'
import { inviteClient } from './invite-client.ts'
import type { Output } from './machine.ts'
import { clientKey } from './match.ts'
import { ackTo } from './requests.ts'
import { Run, type Count } from './run.ts'
import type { Times } from './times.ts'

/** What client transactions share. */
export interface Clients {
  readonly transport: Transport
  readonly times: Times
  readonly count: Count
  /** By their key (§17.1.3). */
  readonly attempts: Map<string, Attempt>
}

export interface AttemptUser {
  readonly onResponse: (response: SipResponse, flow: Flow) => void
  readonly onFailed: (kind: 'timeout' | 'transport', why: string) => void
}

export class Attempt {
  /** As it goes out, Via included. */
  readonly request: SipRequest
  readonly flow: Flow
  readonly #clients: Clients
  readonly #user: AttemptUser
  readonly #key: string
  readonly #bytes: Uint8Array
  readonly #run: Pick<Run<string>, 'machine' | 'feed' | 'stop'>
  /** What its last response came on. */
  #from: Flow

  constructor(clients: Clients, request: SipRequest, flow: Flow, user: AttemptUser) {
    this.request = request
    this.flow = flow
    this.#from = flow
    this.#clients = clients
    this.#user = user
    this.#key = clientKey(branchOf(topVia(request)) ?? '', request.method)
    this.#bytes = serialize(request)
    this.#run = request.method === 'INVITE' ? this.#inviting() : this.#asking()
    clients.attempts.set(this.#key, this)
  }

  get state(): string {
    return this.#run.machine.state
  }

  start(): void {
    this.#run.feed({ type: 'start' })
  }

  /** `from`: the flow it came on. */
  heard(response: SipResponse, from: Flow): void {
    this.#from = from
    this.#run.feed({ type: 'response', response })
  }

  broken(why: string): void {
    this.#run.feed({ type: 'transport-error', why })
  }

  stop(): void {
    this.#run.stop()
  }

  #inviting(): Run<'calling' | 'proceeding' | 'completed' | 'accepted'> {
    return new Run({ ...this.#common(), states: inviteClient, machine: { ...this.#first(), state: 'calling' } })
  }

  #asking(): Run<'trying' | 'proceeding' | 'completed'> {
    return new Run({ ...this.#common(), states: client, machine: { ...this.#first(), state: 'trying' } })
  }

  #first() {
    const { times } = this.#clients
    return { times, reliable: isReliable(this.flow.protocol), interval: times.t1 }
  }

  #common() {
    const { transport, count, attempts } = this.#clients
    const ended = () => void attempts.delete(this.#key)
    return { clock: transport.clock, count, act: (output: Output) => this.#act(output), ended }
  }

  #act(output: Output): void {
    switch (output.type) {
      case 'send-request':
        return this.#sent(this.#clients.transport.sendBytes(this.flow, this.#bytes, this.request))
      case 'send-ack':
        return this.#acknowledge(output.response)
      case 'response':
        return this.#user.onResponse(output.response, this.#from)
      case 'failed':
        return this.#user.onFailed(output.kind, output.why)
      default:
        // The rest is a server's.
        return undefined
    }
  }

  /** Where its connection is gone, the refusal came over another. */
  #acknowledge(refusal: SipResponse): void {
    const { transport } = this.#clients
    const ack = ackTo(this.request, refusal)
    this.#sent(transport.send(this.flow, ack) || transport.send(this.#from, ack))
  }

  #sent(sent: boolean): void {
    if (!sent) this.#run.feed({ type: 'transport-error', why: 'the connection is gone' })
  }
}
