/** Requests of ours within one dialog: numbered, routed, authenticated where asked, and what their outcome says of the dialog. */
import { type Dialog, retargeted } from '../dialog/dialog.ts'
import { ackWithin, type Content, type Extra, nextRequest } from '../dialog/request.ts'
import { routed } from '../dialog/route.ts'
import { responseTo } from '../message/build.ts'
import { headerName, withHeader } from '../message/headers.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { parseUri } from '../message/uri.ts'
import type { Flow } from '../transport/contract.ts'
import { type Authorizer, isChallenge } from './credentials.ts'
import type { Stack } from './stack.ts'

/** How a request ended. Without an answer it is as if 408 or 503 had come (§8.1.3.1), and `local` says so. */
export interface Outcome {
  readonly response: SipResponse
  readonly sent: SipRequest
  readonly flow?: Flow
  readonly local?: { readonly kind: 'timeout' | 'transport'; readonly why: string }
}

export interface PeerOptions {
  readonly stack: Stack
  readonly dialog: Dialog
  readonly flow: Flow
  readonly authorizer: Authorizer
  /** Of our Contact. */
  readonly user: string | undefined
  /** 481, or silence where it matters: the dialog is gone (§12.2.1.2). */
  readonly lost: (outcome: Outcome) => void
}

/** With a Contact: they may move the target. */
const refreshing = new Set(['INVITE', 'UPDATE', 'REFER', 'NOTIFY'])

/** What silence means the end for. Others may be unknown to a peer that is well. */
const vital = new Set(['INVITE', 'UPDATE', 'BYE'])

/** Realms on the way, and nonces that were stale. */
const mostTries = 4

export class Peer {
  dialog: Dialog
  flow: Flow
  readonly #options: PeerOptions
  #over = false

  constructor(options: PeerOptions) {
    this.#options = options
    this.dialog = options.dialog
    this.flow = options.flow
  }

  /** `done` is called once with a final outcome; of INVITE, `again` with each repeated 2xx. */
  send(method: string, extra: Extra, done: (outcome: Outcome) => void, again?: (outcome: Outcome) => void): Sent {
    if (this.#over) return this.#refuse(method, extra, done)
    this.#over = method === 'BYE'
    return this.#send({ method, extra, done, ...(again && { again }), tries: 0 })
  }

  /** The ACK of a 2xx carries what authenticated its INVITE (§13.2.2.4). */
  ack(invite: SipRequest, cseq: number, content?: Content): void {
    const headers = invite.headers.filter(({ name }) => /^(proxy-)?authorization$/.test(headerName(name)))
    const ack = ackWithin(this.dialog, cseq, { headers, ...(content && { content }) })
    this.#options.stack.send({ build: (flow) => this.#contacted(ack, flow), ...this.#way() })
  }

  contact(flow: Flow): string {
    return this.#options.stack.contact(flow, this.#options.user)
  }

  /** After BYE nothing is sent any more: it would overtake that on UDP, whose number were too low then. */
  #refuse(method: string, extra: Extra, done: (outcome: Outcome) => void): Sent {
    const [, sent] = nextRequest(this.dialog, method, extra)
    done({ response: responseTo(sent, 481), sent })
    return { cancel: () => {} }
  }

  #send(attempt: Attempt): Sent {
    const { stack, authorizer } = this.#options
    const [dialog, plain] = nextRequest(this.dialog, attempt.method, attempt.extra)
    this.dialog = dialog
    const request = authorizer.prove(plain)
    let finished = false
    let next: Sent | undefined
    const transaction = stack.request(
      { build: (flow) => this.#contacted(request, flow), ...this.#way() },
      {
        onResponse: (response, flow, sent) => {
          this.flow = flow
          if (response.status < 200) return
          if (finished) return attempt.again?.({ response, flow, sent })
          finished = true
          next = this.#answered(attempt, { response, flow, sent })
        },
        onFailed: (kind, why) => {
          if (finished) return
          finished = true
          const local = { kind: kind === 'timeout' ? kind : 'transport', why } as const
          this.#done(attempt, { response: responseTo(request, kind === 'timeout' ? 408 : 503), sent: request, local })
        },
      },
    )
    return { cancel: () => (next ? next.cancel() : void transaction.cancel()) }
  }

  #answered(attempt: Attempt, outcome: Outcome): Sent | undefined {
    const { response, sent } = outcome
    if (isChallenge(response) && attempt.tries < mostTries) {
      const why = this.#options.authorizer.answer(response, sent)
      if (why === undefined) return this.#send({ ...attempt, tries: attempt.tries + 1 })
    }
    if (response.status < 300 && refreshing.has(attempt.method)) this.dialog = retargeted(this.dialog, response)
    this.#done(attempt, outcome)
    return undefined
  }

  #done(attempt: Attempt, outcome: Outcome): void {
    attempt.done(outcome)
    const { status } = outcome.response
    const over = (status === 481 && attempt.method !== 'NOTIFY') || (status === 408 && vital.has(attempt.method))
    if (over) this.#options.lost(outcome)
  }

  #contacted(request: SipRequest, flow: Flow): SipRequest {
    return refreshing.has(request.method) ? withHeader(request, 'Contact', this.contact(flow)) : request
  }

  /**
   * By the routes, else to the target. A target that cannot be meant for us (a WebSocket, a stream that they opened, an
   * address behind their NAT) is reached the way the peer was last heard (RFC 5626, RFC 7118 §5).
   */
  #way(): { readonly next: string; readonly flow?: Flow; readonly listener: string } {
    const { next } = routed(this.dialog.remoteTarget, this.dialog.routeSet)
    const { flow } = this
    const direct = this.dialog.routeSet.length === 0
    const near = direct && (flow.protocol !== 'udp' || isHidden(next, flow))
    return { next, ...(near && { flow }), listener: flow.listener }
  }
}

interface Sent {
  cancel(): void
}

interface Attempt {
  readonly method: string
  readonly extra: Extra
  readonly done: (outcome: Outcome) => void
  readonly again?: (outcome: Outcome) => void
  readonly tries: number
}

/** A private address in the Contact of somebody who was heard from elsewhere. */
function isHidden(target: string, flow: Flow): boolean {
  const uri = parseUri(target)
  if (!uri || (uri.scheme !== 'sip' && uri.scheme !== 'sips')) return false
  return (
    uri.host !== flow.remote.address &&
    /^(10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(uri.host)
  )
}
