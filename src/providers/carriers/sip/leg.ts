/** One call: its SIP session, its sound, and its line to the engine; from the moment all three are known until the end. */
import type { Timer } from '../../../lib/clock.ts'
import { readInfoDigit, relayType, writeInfoDigit } from '../../../protocols/rtp/info.ts'
import type { Session, SessionEnd, SessionEvent } from '../../../protocols/sip/ua/contract.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { LineCall, ListenHost } from '../../../spec/listen.ts'
import { ended, unanswered, type Result } from './results.ts'
import type { Settings } from './settings.ts'
import type { Sound } from './sound.ts'
import type { Trunk } from './trunk.ts'

export interface LegOptions {
  readonly host: Pick<ListenHost<Settings>, 'clock' | 'logger' | 'count'>
  readonly trunk: Trunk
  readonly session: Session
  /** We called. */
  readonly outgoing: boolean
  readonly sound: Sound
  /** The peer offered nothing: what is agreed on follows with its ACK. */
  readonly lateOffer?: boolean
  readonly line: LineCall
  /** It is over: forget it. */
  readonly gone: () => void
}

/** A transfer that the peer took and says nothing more about, ms. */
const transferPatience = 60_000

export class Leg {
  readonly #options: LegOptions
  #answered = false
  #canceled = false
  #over = false
  #agreed: boolean
  #wanted = false
  #connected = false
  #transfer: PromiseWithResolvers<void> | undefined
  #patience: Timer | undefined
  readonly #watch: Disposable

  constructor(options: LegOptions) {
    this.#options = options
    const { session, line, sound } = options
    this.#agreed = options.lateOffer !== true
    sound.peer = session.flow?.remote.address
    sound.onSilence = (says) => this.#silent(says)
    session.onEvent((event) => this.#happened(event))
    this.#watch = line.watch((seen) => {
      if (seen.type === 'call.ended') this.hangUp(seen.cause ?? 'the call is over')
    })
  }

  get over(): boolean {
    return this.#over
  }

  get trunk(): Trunk {
    return this.#options.trunk
  }

  /** Our INVITE was accepted: sound flows as agreed on, or the call ends for want of it. */
  answered(sdp: string | undefined): void {
    const { line } = this.#options
    const heard = sdp === undefined ? ({ ok: true } as const) : this.#media.answered(sdp)
    if (!heard.ok) {
      line.report('failed', '488 Not Acceptable Here', heard.why)
      return this.hangUp(heard.why, 488)
    }
    line.report('in-progress', '200 OK')
    void this.connect()
  }

  /** Sound flows from here on. */
  async connect(): Promise<void> {
    this.#wanted = true
    if (this.#connected || this.#over || !this.#agreed) return
    this.#connected = true
    const { line, host } = this.#options
    try {
      await this.#media.connect(line)
    } catch (error) {
      if (this.#over || line.over) return
      host.logger.warn('the sound of a SIP call could not be connected', { call: line.id, error })
      line.report('failed', 'media', error instanceof OffhookError ? error.message : 'the sound could not be connected')
      this.hangUp('the sound could not be connected')
    }
  }

  hangUp(reason: string, status?: number): void {
    if (this.#over) return
    if (!this.#answered) this.#canceled = true
    this.#options.session.end({ reason, q850: 16, ...(status === undefined ? {} : { status }) })
  }

  /** Rejects with `command.unsupported` where the engine is to send tones instead. */
  async sendDigits(digits: string): Promise<void> {
    const { session, trunk } = this.#options
    const way = trunk.settings.dtmf
    if (way === 'info') {
      for (const digit of digits.replaceAll(/[^\dA-D*#]/gi, '')) {
        const status = await session.info(relayType, writeInfoDigit(digit, 160))
        if (status >= 300)
          throw new OffhookError('command.refused', `The peer refused INFO with the key ${digit}: ${status}`)
      }
      return
    }
    if (way === 'in-band' || !this.#media.press(digits))
      throw new OffhookError('command.unsupported', 'Keys as RTP events were not agreed on with this peer')
  }

  /** Resolves when the peer has connected the other party. Rejects with `command.unsupported` where it takes no REFER. */
  async transfer(uri: string, timeoutSeconds = 0): Promise<void> {
    const { session, host } = this.#options
    const transfer = Promise.withResolvers<void>()
    // It may be settled before anybody waits for it.
    transfer.promise.catch(() => undefined)
    this.#transfer = transfer
    const status = await session.refer(uri)
    if (status >= 300) {
      this.#transfer = undefined
      throw new OffhookError('command.unsupported', `The peer takes no transfers: it answered REFER with ${status}`)
    }
    this.#patience = host.clock.timer(Math.max(transferPatience, timeoutSeconds * 1000), () =>
      transfer.reject(new OffhookError('command.refused', 'The peer took the transfer and never said how it went')),
    )
    try {
      await transfer.promise
      session.end({ reason: 'transferred', q850: 16 })
    } finally {
      this.#patience.cancel()
      this.#transfer = undefined
    }
  }

  /** The first answer to our first offer is `outgoing`'s; all that comes after is handled here. */
  #happened(event: SessionEvent): void {
    switch (event.type) {
      case 'established':
        this.#answered = true
        this.#options.sound.peer = this.#options.session.flow?.remote.address
        return
      case 'offered':
        return this.#offered(event)
      case 'offer-wanted':
        return event.respond(this.#media.offer())
      case 'answered':
        return this.#heard(event.sdp)
      case 'info':
        return this.#media.digit(readInfoDigit(event.contentType, event.body) ?? '')
      case 'refer':
        return event.refuse(603)
      case 'referred':
        return this.#referred(event)
      case 'ended':
        return this.#ended(event.end)
      case 'progress':
        return
      default:
        event satisfies never
    }
  }

  #offered({ sdp, respond }: SessionEvent & { type: 'offered' }): void {
    const answer = this.#media.answer(sdp)
    respond(answer.ok ? answer.sdp : { status: answer.status })
    if (answer.ok) this.#options.line.held(this.#media.held)
    if (!answer.ok)
      this.#options.host.logger.info('a SIP peer offered what cannot be', {
        call: this.#options.line.id,
        why: answer.why,
      })
  }

  #heard(sdp: string): void {
    const heard = this.#media.answered(sdp)
    if (!heard.ok) return this.hangUp(heard.why, 488)
    this.#agreed = true
    this.#options.line.held(this.#media.held)
    if (this.#wanted) void this.connect()
  }

  #referred({ status, reason, final }: SessionEvent & { type: 'referred' }): void {
    if (!final) return
    if (status >= 200 && status < 300) this.#transfer?.resolve()
    else
      this.#transfer?.reject(
        new OffhookError(
          'command.refused',
          `The transfer came to nothing: the other party answered ${status} ${reason}`,
        ),
      )
  }

  /** Neither sound nor RTCP: whoever it was is gone, and nobody said so. */
  #silent(says: string): void {
    const { line, host } = this.#options
    if (this.#over) return
    host.count('line.dropped', { carrier: 'sip', why: 'media-timeout' })
    line.report('failed', 'media-timeout', says)
    this.hangUp(says)
  }

  #ended(end: SessionEnd): void {
    if (this.#over) return
    this.#over = true
    const { line, gone } = this.#options
    this.#watch[Symbol.dispose]()
    // Some peers hang up on us instead of saying that the transfer went well.
    if (end.by === 'peer') this.#transfer?.resolve()
    else this.#transfer?.reject(new OffhookError('call.ended', 'The call ended before the transfer did'))
    this.#patience?.cancel()
    const quality = this.#media.quality()
    if (quality) line.measured(quality)
    const { status, raw, cause } = this.#result(end)
    line.report(status, raw, cause)
    this.#media.close()
    gone()
  }

  get #media(): Sound['media'] {
    return this.#options.sound.media
  }

  #result(end: SessionEnd): Result {
    return this.#options.outgoing && !this.#answered ? unanswered(end, this.#canceled) : ended(end, this.#answered)
  }
}
