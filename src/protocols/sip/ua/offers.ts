/** Offers and answers within a session: re-INVITE and UPDATE both ways, glare, and the refreshes of its timer (RFC 3261 §14, RFC 3311, RFC 4028). */
import type { Timer } from '../../../lib/clock.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Content } from '../dialog/request.ts'
import { header } from '../message/headers.ts'
import type { ServerTransaction } from '../transaction/contract.ts'
import { sdpOf } from './body.ts'
import { type Exchange, mayOffer, type Pending, turnOf } from './exchange.ts'
import { glarePause } from './glare.ts'
import type { Outcome } from './peer.ts'
import { asking, type Granted, grant, minimumOf, settled } from './session-timer.ts'
import type { Usage } from './usage.ts'

type Method = 'INVITE' | 'UPDATE'

interface Task {
  readonly sdp: string
  readonly method: Method | undefined
  readonly resolve: (answer: string) => void
  readonly reject: (error: unknown) => void
  readonly tries: number
}

type Terms = Extract<Granted, { ok: true }>

/** How often an offer that crossed another is made again. */
const mostTries = 8

export const sdpContent = (sdp: string): Content => ({ type: 'application/sdp', body: Buffer.from(sdp) })

export class Offers {
  exchange: Exchange = 'stable'
  invite: Pending['invite']
  /** The first exchange went through before the INVITE was answered (RFC 3311 §5.1): UPDATE may offer then. */
  begun = false
  /** Our description as last sent: a refresh by re-INVITE repeats it. */
  local: string | undefined
  readonly #usage: Usage
  #queue: Task[] = []
  readonly #waits = new Set<Timer>()
  /** Refuses the peer's offer that is being answered. */
  #open: ((status: number) => void) | undefined

  constructor(usage: Usage) {
    this.#usage = usage
  }

  /** INVITE or UPDATE of the peer. */
  onOffer(server: ServerTransaction): void {
    const { request } = server
    const { stack, wish, timer } = this.#usage
    const turn = turnOf(request.method, sdpOf(request) !== undefined, this, stack.random)
    if (!turn.take) {
      const headers = turn.retryAfter === undefined ? [] : [{ name: 'Retry-After', value: String(turn.retryAfter) }]
      return this.#usage.respond(server, turn.status, { headers })
    }
    const terms = grant(request, wish, timer.terms)
    if (!terms.ok) {
      return this.#usage.respond(server, 422, { headers: [{ name: 'Min-SE', value: String(terms.minimum) }] })
    }
    if (request.method === 'INVITE') this.#asked(server, terms)
    else this.#updated(server, terms)
  }

  /** A PRACK may offer too, once the first exchange is over (RFC 3262 §5). Its answer goes into the 200. */
  onPrack(server: ServerTransaction, after: () => void): void {
    this.#answer(server, { ok: true, terms: undefined, headers: [] }, after)
  }

  #updated(server: ServerTransaction, terms: Terms): void {
    if (sdpOf(server.request) === undefined) return this.#usage.accept(server, terms)
    this.#answer(server, terms, () => {})
  }

  #asked(server: ServerTransaction, terms: Terms): void {
    this.invite = 'theirs'
    const over = (): void => void (this.invite = undefined)
    if (sdpOf(server.request) !== undefined) return this.#answer(server, terms, over)
    let open = true
    const refuse = (status: number): void => {
      if (!open) return
      open = false
      over()
      this.#usage.respond(server, status)
      this.pump()
    }
    const respond = (offer: string): void => {
      if (!open) return
      open = false
      over()
      this.exchange = 'sent'
      this.local = offer
      this.#usage.accept(server, terms, offer, (ack) => {
        this.exchange = 'stable'
        const sdp = sdpOf(ack)
        if (sdp !== undefined) this.#usage.front.tell({ type: 'answered', sdp })
      })
    }
    this.#refusable(server, refuse)
    if (!this.#usage.front.tell({ type: 'offer-wanted', respond })) refuse(488)
  }

  #answer(server: ServerTransaction, terms: Terms, over: () => void): void {
    this.exchange = 'received'
    let open = true
    const close = (): boolean => {
      if (!open) return false
      open = false
      this.exchange = 'stable'
      return true
    }
    const refuse = (status: number): void => {
      if (!close()) return
      this.#usage.respond(server, status)
      over()
      this.pump()
    }
    this.#refusable(server, refuse)
    const respond = (answer: string | { readonly status: number }): void => {
      if (typeof answer !== 'string') return refuse(answer.status)
      if (!close()) return
      this.local = answer
      if (server.request.method === 'PRACK') this.#usage.respond(server, 200, { sdp: answer })
      else this.#usage.accept(server, terms, answer)
      over()
      this.pump()
    }
    const sdp = sdpOf(server.request) ?? ''
    if (!this.#usage.front.tell({ type: 'offered', sdp, respond })) refuse(488)
  }

  #refusable(server: ServerTransaction, refuse: (status: number) => void): void {
    server.onCancel = () => refuse(487)
    this.#open = refuse
  }

  /** Ours, one after the other. */
  offer(sdp: string, method?: Method): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#usage.front.ended) return reject(refused('The session is over', 481))
      this.#queue.push({ sdp, method, resolve, reject, tries: 0 })
      this.pump()
    })
  }

  /** Whoever changes what stands in the way calls this. */
  pump(): void {
    const [task] = this.#queue
    if (!task || this.#usage.front.ended) return
    const { established, unacknowledged } = this.#usage
    const method = task.method ?? (established ? 'INVITE' : 'UPDATE')
    if (!established && (method === 'INVITE' || !this.begun || !this.#usage.allows('UPDATE'))) return
    if (!mayOffer(method, this) || (method === 'INVITE' && unacknowledged)) return
    this.#queue = this.#queue.slice(1)
    this.#send(task, method)
  }

  #send(task: Task, method: Method): void {
    const { peer, wish, timer, capabilities } = this.#usage
    this.exchange = 'sent'
    if (method === 'INVITE') this.invite = 'ours'
    const headers = [...asking(wish, timer.terms), ...capabilities.headers]
    const done = (outcome: Outcome): void => {
      this.exchange = 'stable'
      if (method === 'INVITE') this.invite = undefined
      this.#settled(task, method, outcome)
      this.pump()
    }
    peer.send(method, { headers, content: sdpContent(task.sdp) }, done, (again) => this.#usage.acknowledge(again))
  }

  #settled(task: Task, method: Method, outcome: Outcome): void {
    const { response, local } = outcome
    if (response.status < 300) {
      if (method === 'INVITE') this.#usage.acknowledge(outcome)
      this.#refreshed(outcome)
      this.local = task.sdp
      const answer = sdpOf(response)
      if (answer === undefined) task.reject(refused('The peer took our offer without an answer', response.status))
      else task.resolve(answer)
      return
    }
    const pause = this.#pause(outcome, task.tries)
    if (pause !== undefined) {
      return this.#after(pause, () => {
        this.#queue = [{ ...task, tries: task.tries + 1 }, ...this.#queue]
        this.pump()
      })
    }
    const why = local?.why ?? `The peer refused our offer: ${response.status} ${response.reason}`
    task.reject(refused(why, response.status))
  }

  /** ms until it may go again; undefined: it is refused. */
  #pause({ response }: Outcome, tries: number): number | undefined {
    const { stack, wish, peer } = this.#usage
    if (tries >= mostTries || this.#usage.front.ended) return undefined
    if (response.status === 491) return glarePause(peer.dialog.role === 'caller', stack.random)
    if (response.status === 422 && minimumOf(response) > wish.minimum) {
      this.#usage.wish = { ...wish, minimum: minimumOf(response) }
      return 0
    }
    const later = Number(/^\d+/.exec(header(response, 'retry-after') ?? '')?.[0] ?? Number.NaN)
    return response.status === 500 && later <= 10 ? later * 1000 : undefined
  }

  /** Half of the session's interval is over (RFC 4028 §10). UPDATE needs no description; where it is not known, the last one goes again. */
  refresh(tries = 0): void {
    const { peer, wish, timer, front, capabilities } = this.#usage
    if (front.ended) return
    if (!this.#usage.allows('UPDATE')) {
      if (this.local === undefined) return
      this.offer(this.local, 'INVITE').then(
        (sdp) => void front.tell({ type: 'answered', sdp }),
        // What refuses a refresh either ended the session already, or its alarm will.
        () => {},
      )
      return
    }
    const headers = [...asking(wish, timer.terms), ...capabilities.headers]
    peer.send('UPDATE', { headers }, (outcome) => {
      const { status } = outcome.response
      if (front.ended) return
      if (status < 300) return this.#refreshed(outcome)
      if (status === 405 || status === 501) {
        this.#usage.forbid('UPDATE')
        return this.refresh(tries + 1)
      }
      const pause = this.#pause(outcome, tries)
      if (pause !== undefined) this.#after(pause, () => this.refresh(tries + 1))
    })
  }

  #refreshed({ response }: Outcome): void {
    if (!this.#usage.front.ended) this.#usage.timer.restart(settled(response))
  }

  #after(delay: number, run: () => void): void {
    const timer = this.#usage.stack.clock.timer(delay, () => {
      this.#waits.delete(timer)
      run()
    })
    this.#waits.add(timer)
  }

  close(why: string): void {
    for (const wait of this.#waits) wait.cancel()
    this.#waits.clear()
    const queue = this.#queue
    this.#queue = []
    // BYE met an INVITE of the peer's: it is answered too (§15.1.2).
    this.#open?.(487)
    for (const task of queue) task.reject(refused(why, 481))
  }
}

const refused = (why: string, status: number): OffhookError =>
  new OffhookError('command.refused', why, { details: { status } })
