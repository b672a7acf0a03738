/** A transfer by REFER (RFC 3515): asked of the peer, reported by its NOTIFYs; or by its BYE, as many exchanges do it. */
import type { Clock, Timer } from '../../../lib/clock.ts'
import type { Session, SessionEvent } from '../../../protocols/sip/ua/contract.ts'
import { OffhookError } from '../../../spec/errors.ts'

/** A peer that took it and says nothing more about it is believed so long, ms. */
const patience = 60_000

export class Transfer {
  readonly #settled = Promise.withResolvers<void>()
  readonly #session: Pick<Session, 'refer'>
  readonly #clock: Clock
  #timer: Timer | undefined

  constructor(session: Pick<Session, 'refer'>, clock: Clock) {
    this.#session = session
    this.#clock = clock
    // It may be settled before anybody waits for it.
    this.#settled.promise.catch(() => undefined)
  }

  /**
   * Resolves when the peer has connected the other party. Rejects with `command.unsupported` where it takes no REFER, with
   * `command.refused` where the other party did not answer.
   */
  async ask(uri: string, timeoutSeconds = 0): Promise<void> {
    const status = await this.#session.refer(uri)
    if (status >= 300)
      throw new OffhookError('command.unsupported', `The peer takes no transfers: it answered REFER with ${status}`)
    this.#timer = this.#clock.timer(Math.max(patience, timeoutSeconds * 1000), () =>
      this.#refuse('The peer took the transfer and never said how it went'),
    )
    return this.#settled.promise.finally(() => this.#timer?.cancel())
  }

  told({ status, reason, final }: SessionEvent & { type: 'referred' }): void {
    if (!final) return
    if (status < 300) this.#settled.resolve()
    else this.#refuse(`The transfer came to nothing: the other party answered ${status} ${reason}`)
  }

  /** The call is over: where the peer ended it, the caller is where they were sent. */
  ended(by: 'peer' | 'others'): void {
    if (by === 'peer') this.#settled.resolve()
    else this.#settled.reject(new OffhookError('call.ended', 'The call ended before the transfer did'))
  }

  #refuse(why: string): void {
    this.#settled.reject(new OffhookError('command.refused', why))
  }
}
