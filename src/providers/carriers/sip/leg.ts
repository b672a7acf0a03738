/** One call: its SIP session, its sound, and its line to the engine; from the moment all three are known until the end. */
import type { Timer } from '../../../lib/clock.ts'
import { readInfoDigit, relayType, writeInfoDigit } from '../../../protocols/rtp/info.ts'
import type { IncomingSession, Session, SessionEnd, SessionEvent } from '../../../protocols/sip/ua/contract.ts'
import type { Captured } from '../../../protocols/pcap/pcap.ts'
import type { CallStatus } from '../../../spec/call.ts'
import { OffhookError } from '../../../spec/errors.ts'
import type { LineCall, ListenHost, MediaQuality } from '../../../spec/listen.ts'
import { leave, Referral, type Onward, type Prepare, type Refer } from './referral.ts'
import { ended, unanswered, type Result } from './results.ts'
import type { Settings } from './settings.ts'
import type { Sound } from './sound.ts'
import { Transfer } from './transfer.ts'
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
  /** Whom a REFER of the peer names is called so. */
  readonly prepare: Prepare
  /** It is over: forget it. */
  readonly gone: () => void
}

/** The engine takes down that it hung up before it hears how that went; it never takes longer, ms. */
const takenDown = 1_000

export class Leg {
  readonly #options: LegOptions
  readonly #watch: Disposable
  /** Others where the peer had itself replaced (RFC 3891), or transferred us (RFC 3515). */
  #session: Session
  #sound: Sound
  /** Packets of sound before that. */
  #before: readonly Captured[] = []
  #answered = false
  #canceled = false
  #hungUp = false
  #over = false
  #agreed: boolean
  #wanted = false
  #connected = false
  #transfer: Transfer | undefined
  #referral: Referral | undefined
  /** The session that the peer transferred, until it has left. */
  #behind: Disposable | undefined
  /** The peer left while we call whom it named. */
  #left: SessionEnd | undefined
  #ringing: Timer | undefined
  /** How it ended, where that is known before it has. */
  #result: Result | undefined

  constructor(options: LegOptions) {
    this.#options = options
    const { session, line, sound } = options
    this.#session = session
    this.#agreed = options.lateOffer !== true
    this.#sound = sound
    this.#attend()
    this.#listen(session)
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

  /** Is this its session now? */
  has(session: Session): boolean {
    return this.#session === session
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

  /** The newest packets of sound, where the trunk keeps them. */
  captured(): readonly Captured[] {
    return [...this.#before, ...this.#media.captured()]
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
    this.#hungUp = true
    this.#referral?.close()
    this.#session.end({ reason, q850: 16, ...(status === undefined ? {} : { status }) })
    if (this.#left) this.end(this.#left)
  }

  /** We called, and nobody answers: that is taken back after so many ms. */
  ringFor(ms: number): void {
    this.#ringing = this.#options.host.clock.timer(ms, () => {
      this.#result = {
        ...{ status: 'no-answer', raw: 'CANCEL' },
        cause: `nobody answered within ${Math.round(ms / 1000)} s`,
      }
      this.#session.end({ reason: this.#result.cause, q850: 102 })
    })
  }

  /** Rejects with `command.unsupported` where the engine is to send tones instead. */
  async sendDigits(digits: string): Promise<void> {
    const way = this.trunk.settings.dtmf
    if (way === 'info') return this.#inform(digits)
    if (way === 'in-band' || !this.#media.press(digits))
      throw new OffhookError('command.unsupported', 'Keys as RTP events were not agreed on with this peer')
  }

  /** Resolves when the peer has taken it; how it went is told to the line. Rejects with `command.unsupported` where it takes none. */
  async transfer(uri: string, timeoutSeconds?: number): Promise<void> {
    const { host, line } = this.#options
    if (this.#transfer || this.#referral)
      throw new OffhookError('call.state', 'Another transfer of this call is under way')
    const ended = (result: CallStatus, raw: string): void => {
      this.#transfer = undefined
      line.transferred(result, raw)
    }
    const transfer = new Transfer({ session: this.#session, clock: host.clock, ended })
    this.#transfer = transfer
    try {
      await transfer.ask(uri, timeoutSeconds)
    } catch (error) {
      this.#transfer = undefined
      throw error
    }
  }

  /** The peer speaks by another session from here on: a colleague of its own took the call over. False: nothing could be agreed on. */
  replace(session: IncomingSession): boolean {
    const sdp = session.offer === undefined ? undefined : this.#media.answer(session.offer)
    if (sdp?.ok !== true) return false
    this.#session = session
    this.#listen(session)
    session.accept(sdp.sdp)
    this.#options.line.held(this.#media.held)
    return true
  }

  /** The session is over. */
  end(end: SessionEnd): void {
    if (this.#over) return
    this.#over = true
    const { line, gone } = this.#options
    this.#watch[Symbol.dispose]()
    this.#ringing?.cancel()
    this.#measure()
    this.#transfer?.close()
    this.#referral?.close()
    this.#behind?.[Symbol.dispose]()
    const result = this.#answered ? ended(end, true) : (this.#result ?? this.#unanswered(end))
    const report = (): void => {
      line.report(result.status, result.raw, result.cause)
      this.#media.close()
    }
    if (this.#hungUp) void this.#takenDown().then(report)
    else report()
    gone()
  }

  #unanswered(end: SessionEnd): Result {
    return this.#options.outgoing ? unanswered(end, this.#canceled) : ended(end, false)
  }

  #listen(session: Session): void {
    this.#sound.peer = session.flow?.remote.address
    session.onEvent((event) => {
      if (session === this.#session) this.#happened(event)
    })
  }

  #happened(event: SessionEvent): void {
    switch (event.type) {
      case 'established':
        this.#answered = true
        this.#ringing?.cancel()
        this.#sound.peer = this.#session.flow?.remote.address
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
        return this.#refer(event)
      case 'referred':
        return this.#transfer?.told(event)
      case 'ended':
        if (!this.#referral?.underWay) return this.end(event.end)
        this.#left = event.end
        return
      case 'progress':
        return
      default:
        event satisfies never
    }
  }

  /** Whom our agent speaks to is for the peer to choose only where the trunk says so: it can transfer the caller itself. */
  #refer(refer: Refer): void {
    const { prepare, line, host } = this.#options
    if (!this.trunk.settings.mayRefer) return refer.refuse(603)
    if (this.#referral || this.#transfer) return refer.refuse(491)
    line.note({ direction: 'in', title: 'Asks for a transfer', body: refer.to.slice(0, 200) })
    this.#referral = new Referral({
      ...{ refer, prepare, clock: host.clock },
      answered: (onward) => this.#goOn(onward),
      failed: (status, says) => {
        this.#referral = undefined
        this.#referred('failed', `${status}: ${says}`)
        if (this.#left) this.end(this.#left)
      },
    })
    void this.#referral.begin()
  }

  /** Whom the peer named takes its place. */
  #goOn({ session, sound }: Onward): void {
    const before = { session: this.#session, media: this.#media }
    this.#measure()
    this.#before = this.captured()
    this.#referral = undefined
    this.#left = undefined
    this.#session = session
    this.#sound = sound
    this.#attend()
    this.#listen(session)
    this.#behind?.[Symbol.dispose]()
    this.#behind = leave(before.session, this.#options.host.clock)
    this.#options.line.held(this.#media.held)
    this.#referred('answered', 'the call goes on with whom the peer named')
    this.#connected = false
    this.#agreed = true
    // The engine lets go of the old sound when it has the new one.
    void this.connect().finally(() => before.media.close())
  }

  #referred(outcome: 'answered' | 'failed', says: string): void {
    const { line, host } = this.#options
    host.count('line.referred', { carrier: 'sip', outcome })
    host.logger.info('a SIP peer transferred our side', { call: line.id, outcome, says })
    line.note({ direction: 'out', title: `Transfer ${outcome}`, body: says })
  }

  #offered({ sdp, respond }: SessionEvent & { type: 'offered' }): void {
    const { line, host } = this.#options
    const answer = this.#media.answer(sdp)
    respond(answer.ok ? answer.sdp : { status: answer.status })
    if (answer.ok) line.held(this.#media.held)
    else host.logger.info('a SIP peer offered what cannot be', { call: line.id, why: answer.why })
  }

  #heard(sdp: string): void {
    const heard = this.#media.answered(sdp)
    if (!heard.ok) return this.hangUp(heard.why, 488)
    this.#agreed = true
    this.#options.line.held(this.#media.held)
    if (this.#wanted) void this.connect()
  }

  async #inform(digits: string): Promise<void> {
    for (const digit of digits.replaceAll(/[^\dA-D*#]/gi, '')) {
      const status = await this.#session.info(relayType, writeInfoDigit(digit, 160))
      if (status >= 300)
        throw new OffhookError('command.refused', `The peer refused INFO with the key ${digit}: ${status}`)
    }
  }

  #attend(): void {
    const sound = this.#sound
    const lost = (why: string) => (says: string) => {
      if (sound === this.#sound) this.#lost(why, says)
    }
    sound.onSilence = lost('media-timeout')
    sound.onFailure = lost('media')
  }

  #measure(): void {
    const quality = qualityOf(this.#media)
    if (quality) this.#options.line.measured(quality)
  }

  /** There is no sound any more, and nobody said so. */
  #lost(why: string, says: string): void {
    const { line, host } = this.#options
    if (this.#over) return
    host.count('line.dropped', { carrier: 'sip', why })
    line.report('failed', why, says)
    this.hangUp(says)
  }

  /** Resolves when the engine has taken down that it wanted the call to end. */
  async #takenDown(): Promise<void> {
    const { line, host } = this.#options
    if (line.over) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = host.clock.timer(takenDown, resolve)
    const watch = line.watch(({ type }) => {
      if (type === 'command.accepted' || type === 'command.failed' || type === 'call.ended') resolve()
    })
    await promise
    timer.cancel()
    watch[Symbol.dispose]()
  }

  get #media(): Sound['media'] {
    return this.#sound.media
  }
}

/** Undefined where nothing was to be heard. */
function qualityOf(media: Sound['media']): MediaQuality | undefined {
  const quality = media.quality()
  if (!quality) return undefined
  const { codec, encrypted, late, score, strangers } = media.statistics()
  return {
    ...{ ...quality, late, strangers },
    ...(codec === undefined ? {} : { codec }),
    ...(encrypted === undefined ? {} : { encrypted }),
    ...(score === undefined ? {} : { score: Math.round(score * 100) / 100 }),
  }
}
