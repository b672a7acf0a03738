/** Reliable provisional responses (RFC 3262): numbered, repeated until PRACK, one at a time; and as they come in, in order. */
import type { Clock } from '../../../lib/clock.ts'
import { header, headerTokens } from '../message/headers.ts'
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts'
import type { Times } from '../transaction/times.ts'
import { type Repeated, repeat } from './accepted.ts'
import type { Random } from './glare.ts'

export const supports100rel = (message: SipMessage): boolean =>
  headerTokens(message, 'supported').includes('100rel') || requires100rel(message)

const requires100rel = (message: SipMessage): boolean => headerTokens(message, 'require').includes('100rel')

interface Provisional {
  readonly rseq: number
  readonly response: SipResponse
}

export interface ReliableOptions {
  readonly clock: Pick<Clock, 'timer'>
  readonly times: Times
  readonly random: Random
  readonly send: (response: SipResponse) => void
  /** No PRACK within 64·T1: the INVITE is refused with 5xx (§3). */
  readonly lost: () => void
}

/** As a server. */
export class ReliableProvisionals {
  readonly #options: ReliableOptions
  #last: number
  #queue: readonly Provisional[] = []
  #current: { readonly provisional: Provisional; readonly repeated: Repeated } | undefined

  constructor(options: ReliableOptions) {
    this.#options = options
    this.#last = Number.parseInt(options.random(4), 16) >>> 2
  }

  /** One with a description waits for its PRACK: no 2xx before that (§3). */
  get describing(): boolean {
    const waiting = [...(this.#current ? [this.#current.provisional] : []), ...this.#queue]
    return waiting.some(({ response }) => response.body.length > 0)
  }

  send(response: SipResponse): void {
    const rseq = ++this.#last
    const headers = [...response.headers, { name: 'Require', value: '100rel' }, { name: 'RSeq', value: String(rseq) }]
    this.#queue = [...this.#queue, { rseq, response: { ...response, headers } }]
    this.#next()
  }

  /** False: it acknowledges nothing that waits (481). */
  prack(request: SipRequest, inviteCseq: number): boolean {
    const rack = /^(\d+)\s+(\d+)\s+INVITE$/.exec(header(request, 'rack')?.trim() ?? '')
    const current = this.#current
    if (!current || Number(rack?.[1]) !== current.provisional.rseq || Number(rack?.[2]) !== inviteCseq) return false
    current.repeated.stop()
    this.#current = undefined
    this.#next()
    return true
  }

  /** A final response was sent: nothing is repeated any more, a late PRACK is still taken. */
  stop(): void {
    this.#current?.repeated.stop()
    this.#queue = []
  }

  #next(): void {
    const [provisional] = this.#queue
    if (this.#current || !provisional) return
    this.#queue = this.#queue.slice(1)
    const { clock, times, send, lost } = this.#options
    const repeated = repeat(clock, { times, most: Number.POSITIVE_INFINITY }, () => send(provisional.response), lost)
    this.#current = { provisional, repeated }
  }
}

/** As a client, per early dialog: the first number sets the count, then one by one (§4). Repeats and gaps are not acknowledged. */
export class ReliableOrder {
  #last: number | undefined

  /** The number to acknowledge; undefined: none. */
  take(response: SipResponse): number | undefined {
    const rseq = Number(/^\d{1,10}$/.exec(header(response, 'rseq')?.trim() ?? '')?.[0] ?? Number.NaN)
    if (!requires100rel(response) || Number.isNaN(rseq)) return undefined
    if (this.#last !== undefined && rseq !== this.#last + 1) return undefined
    this.#last = rseq
    return rseq
  }
}
