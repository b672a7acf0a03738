/** A transfer that the peer asks us for (RFC 3515): we call whom it names, it hears how that goes, and the call goes on with them. */
import type { Clock, Timer } from '../../../lib/clock.ts'
import { reasonPhrase } from '../../../protocols/sip/message/reason.ts'
import type { OutgoingSession, Session, SessionEvent } from '../../../protocols/sip/ua/contract.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { Sound } from './sound.ts'

export type Refer = SessionEvent & { readonly type: 'refer' }

/** Whom we called in the peer's stead, with sound of their own: the call so far loses nothing if they do not answer. */
export interface Onward {
  readonly session: OutgoingSession
  readonly sound: Sound
}

/** Resolves to the order to call; rejects with an OffhookError where that may not be. */
export type Prepare = (refer: Refer) => Promise<() => Promise<Onward>>

export interface ReferralOptions {
  readonly refer: Refer
  readonly clock: Pick<Clock, 'timer'>
  readonly prepare: Prepare
  /** They answered: they are the call's now, and it must see to them. */
  readonly answered: (onward: Onward) => void
  /** Nobody answered, or they may not be called: a sentence. */
  readonly failed: (status: number, says: string) => void
}

/** How long they ring, ms. */
const ringing = 45_000
/** How long a peer may take to leave a session that it has transferred, ms. */
const patience = 3_000

export class Referral {
  readonly #options: ReferralOptions
  #notify: ((status: number, reason: string) => void) | undefined
  #onward: Onward | undefined
  #timer: Timer | undefined
  #over = false

  constructor(options: ReferralOptions) {
    this.#options = options
  }

  /** Somebody is called: the peer may leave (RFC 5589 §6.1), the call is not over. */
  get underWay(): boolean {
    return this.#notify !== undefined && !this.#over
  }

  /** Resolves when they are called, or will not be. Never rejects. */
  async begin(): Promise<void> {
    const { refer, prepare } = this.#options
    const call = await prepare(refer).catch((error: unknown) => this.#refuse(error))
    if (!call || this.#over) return
    this.#notify = refer.accept().notify
    try {
      this.#follow(await call())
    } catch (error) {
      this.#fail(503, saysOf(error))
    }
  }

  /** The call is over, and so is this. */
  close(): void {
    if (this.#over) return
    this.#stop()
    this.#options.refer.refuse(603)
    this.#notify?.(487, reasonPhrase(487))
    this.#drop('the call is over')
  }

  #refuse(error: unknown): void {
    if (this.#over) return
    this.#stop()
    const status = error instanceof OffhookError && error.status < 500 ? 403 : 503
    this.#options.refer.refuse(status)
    this.#options.failed(status, saysOf(error))
  }

  #follow(onward: Onward): void {
    this.#onward = onward
    if (this.#over) return this.#drop('the call is over')
    this.#timer = this.#options.clock.timer(ringing, () => {
      this.#fail(408, `nobody answered within ${ringing / 1000} s`)
    })
    onward.session.onEvent((event) => {
      if (!this.#over) this.#happened(event, onward)
    })
  }

  #happened(event: SessionEvent, { session, sound }: Onward): void {
    if (event.type === 'progress' && event.status > 100) this.#notify?.(event.status, reasonPhrase(event.status))
    if (event.type === 'ended') this.#fail(event.end.status ?? 503, event.end.reason)
    if (event.type === 'offered') {
      const answer = sound.media.answer(event.sdp)
      event.respond(answer.ok ? answer.sdp : { status: answer.status })
    }
    if (event.type !== 'established') return
    const heard = event.sdp === undefined ? ({ ok: true } as const) : sound.media.answered(event.sdp)
    if (!heard.ok) return this.#fail(488, heard.why)
    this.#stop()
    this.#notify?.(200, reasonPhrase(200))
    this.#options.answered({ session, sound })
  }

  #fail(status: number, says: string): void {
    if (this.#over) return
    this.#stop()
    this.#notify?.(status, reasonPhrase(status))
    this.#drop(says)
    this.#options.failed(status, says)
  }

  #drop(reason: string): void {
    this.#onward?.session.end({ reason })
    this.#onward?.sound.media.close()
  }

  #stop(): void {
    this.#over = true
    this.#timer?.cancel()
  }
}

/** The peer leaves a session that it has transferred; where it does not, or when disposed of, we do. */
export function leave(session: Session, clock: Pick<Clock, 'timer'>): Disposable {
  let over = false
  const end = (): void => {
    timer.cancel()
    if (!over) session.end({ reason: 'transferred', q850: 16 })
    over = true
  }
  const timer = clock.timer(patience, end)
  session.onEvent(({ type }) => {
    if (type !== 'ended') return
    over = true
    timer.cancel()
  })
  return { [Symbol.dispose]: end }
}

function saysOf(error: unknown): string {
  return error instanceof OffhookError ? error.message : 'they could not be called: see the log'
}
