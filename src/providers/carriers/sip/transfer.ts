/** A transfer by REFER (RFC 3515): asked of the peer; how it goes is told by its NOTIFYs, or never. */
import type { Clock, Timer } from '../../../lib/clock.ts'
import type { Session, SessionEvent } from '../../../protocols/sip/ua/contract.ts'
import type { CallStatus } from '../../../spec/call.ts'
import { OffhookError } from '../../../spec/errors.ts'

/** A peer that took it and says nothing more about it is waited for so long, ms. */
const patience = 60_000

export interface TransferOptions {
  readonly session: Pick<Session, 'refer'>
  readonly clock: Clock
  /** How the other party's leg went, once: `completed` when it answered. */
  readonly ended: (result: CallStatus, raw: string) => void
}

export class Transfer {
  readonly #options: TransferOptions
  #timer: Timer | undefined
  #over = false

  constructor(options: TransferOptions) {
    this.#options = options
  }

  /** Resolves when the peer has taken it. Rejects with `command.unsupported` where it takes none. */
  async ask(uri: string, timeoutSeconds?: number): Promise<void> {
    const { session, clock } = this.#options
    const status = await session.refer(uri)
    if (status >= 300) {
      this.#over = true
      throw new OffhookError('command.unsupported', `The peer takes no transfers: it answered REFER with ${status}`)
    }
    if (this.#over) return
    this.#timer = clock.timer(timeoutSeconds === undefined ? patience : timeoutSeconds * 1000, () =>
      this.#end('no-answer', 'the peer did not say in time how the transfer went'),
    )
  }

  told({ status, reason, final }: SessionEvent & { type: 'referred' }): void {
    if (final) this.#end(resultOf(status), `${status} ${reason}`)
  }

  /** The call is over: nobody waits for it any more. */
  close(): void {
    this.#over = true
    this.#timer?.cancel()
  }

  #end(result: CallStatus, raw: string): void {
    if (this.#over) return
    this.close()
    this.#options.ended(result, raw)
  }
}

function resultOf(status: number): CallStatus {
  if (status < 300) return 'completed'
  if (status === 486 || status === 600) return 'busy'
  return [408, 480, 487].includes(status) ? 'no-answer' : 'failed'
}
