/** The user agent: what comes in finds its dialog, its session or its answer; sessions and requests go out. */
import type { DialogId } from '../dialog/dialog.ts'
import { idOf } from '../dialog/dialog.ts'
import { responseTo } from '../message/build.ts'
import type { SipHeader, SipRequest, SipResponse } from '../message/message.ts'
import { tagOf } from '../message/name-addr.ts'
import { toOf } from '../message/read.ts'
import type { ServerTransaction, Transactions } from '../transaction/contract.ts'
import { createTransactions } from '../transaction/layer.ts'
import type { Admission, Answer, Flow } from '../transport/contract.ts'
import { Capabilities } from './capabilities.ts'
import type { InviteOptions, RequestOptions, SessionTerms, UserAgent, UserAgentOptions } from './contract.ts'
import { OutgoingInvite } from './invite-client.ts'
import { IncomingInvite } from './invite-server.ts'
import { replacement } from './replaces.ts'
import { requestOutside } from './request.ts'
import { grant } from './session-timer.ts'
import { Stack } from './stack.ts'

export function createUserAgent(options: UserAgentOptions): UserAgent {
  const stack = new Stack(options)
  const agent = new Agent(stack)
  const { clock, random, wire, standing, limits, times, onMessage } = options
  const layer = createTransactions({
    clock,
    random,
    wire,
    onRequest: (server) => agent.onRequest(server),
    onAck: (ack, flow) => stack.find(idOf(ack))?.onAck(ack, flow),
    onStray: (response, flow) => stack.find(idOf(response))?.onStray?.(response, flow),
    admit: (request, flow) => agent.admit(request, flow),
    ...(standing && { standing }),
    ...(limits && { limits }),
    ...(times && { times }),
    ...(onMessage && { onMessage }),
  })
  stack.join(layer)
  return {
    invite: (invite: InviteOptions) => new OutgoingInvite(stack, agent.with(invite), invite),
    request: (request: RequestOptions) => requestOutside(stack, request),
    keepAlive: (flow, keepAlive) => layer.keepAlive(flow, keepAlive),
    get alive() {
      return aliveOf(stack, layer)
    },
    [Symbol.dispose]() {
      stack.close()
      layer[Symbol.dispose]()
    },
  }
}

function aliveOf(stack: Stack, layer: Transactions): UserAgent['alive'] {
  const { clients, servers, timers, streams } = layer.alive
  const own = stack.alive
  return { transactions: clients + servers, dialogs: own.dialogs, timers: timers + own.timers, streams }
}

/** Methods that only mean something within a dialog: without one, 481. */
const within = new Set(['BYE', 'PRACK', 'UPDATE', 'INFO', 'NOTIFY'])

class Agent {
  readonly capabilities: Capabilities
  /** The same without 100rel. */
  readonly #unreliable: Capabilities
  readonly #stack: Stack

  constructor(stack: Stack) {
    this.#stack = stack
    this.capabilities = new Capabilities(stack.options)
    this.#unreliable = new Capabilities({ ...stack.options, prack: 'off' })
  }

  with({ prack }: SessionTerms): Capabilities {
    return prack === 'off' ? this.#unreliable : this.capabilities
  }

  /** What belongs to a dialog was admitted with it. */
  admit(request: SipRequest, flow: Flow): Admission {
    const { admit } = this.#stack.options
    if (!admit || (tagOf(toOf(request)) !== undefined && this.#stack.find(idOf(request)))) return { type: 'pass' }
    return admit(request, flow)
  }

  onRequest(server: ServerTransaction): void {
    const { request } = server
    if (tagOf(toOf(request)) !== undefined) return this.#onWithin(server, idOf(request))
    if (request.method === 'INVITE') return this.#onInvite(server)
    const refusal = this.capabilities.refusal(request)
    if (refusal) return this.#answer(server, refusal)
    if (within.has(request.method)) return this.#answer(server, { status: 481 })
    this.#onOther(server)
  }

  #onWithin(server: ServerTransaction, id: DialogId): void {
    const receiver = this.#stack.find(id)
    if (receiver) receiver.onRequest(server)
    else this.#answer(server, { status: 481 })
  }

  #onInvite(server: ServerTransaction): void {
    const { request } = server
    const { options } = this.#stack
    const agreed = options.terms?.(request, server.flow) ?? {}
    const capabilities = this.with(agreed)
    const refusal = capabilities.refusal(request)
    if (refusal) return this.#answer(server, refusal)
    const wish = { interval: agreed.sessionExpires ?? 1800, minimum: options.minSessionExpires ?? 90 }
    const terms = grant(request, wish)
    if (!terms.ok) {
      return this.#answer(server, { status: 422, headers: [{ name: 'Min-SE', value: String(terms.minimum) }] })
    }
    const replaced = replacement(request, (id) => this.#stack.find(id))
    if (!replaced.ok) return this.#answer(server, { status: replaced.status })
    const stack = this.#stack
    const session = new IncomingInvite({ stack, capabilities, server, terms, wish, replaces: replaced.session })
    try {
      options.onInvite(session)
    } catch (error) {
      options.onError?.(error)
      session.refuse(500)
    }
  }

  #onOther(server: ServerTransaction): void {
    const { request, flow } = server
    const { onRequest, onError } = this.#stack.options
    const fallback: Answer = request.method === 'OPTIONS' ? { status: 200 } : { status: 481 }
    Promise.resolve(onRequest?.(request, flow)).then(
      (answer) => this.#answer(server, answer ?? fallback),
      (error: unknown) => {
        onError?.(error)
        this.#answer(server, { status: 500 })
      },
    )
  }

  #answer(server: ServerTransaction, { status, reason, headers = [], body }: Answer): void {
    const { request } = server
    const able: readonly SipHeader[] = request.method === 'OPTIONS' && status < 300 ? this.capabilities.all : []
    const response: SipResponse = responseTo(request, status, {
      toTag: this.#stack.random(8),
      headers: [{ name: 'Server', value: this.#stack.options.product }, ...able, ...headers],
      ...(reason !== undefined && { reason }),
      ...(body && { body }),
    })
    server.respond(response)
  }
}
